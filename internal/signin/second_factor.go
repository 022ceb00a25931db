package signin

import (
	"context"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// Second factors, as preferences and choices spell them.
const (
	smsMFA     = "SMS_MFA"
	totpMFA    = "SOFTWARE_TOKEN_MFA"
	emailMFA   = "EMAIL_OTP"
	passkeyMFA = "WEB_AUTHN_MFA"
)

// multiFactor is the FactorConfiguration with which a passkey that has verified its user counts as several factors.
const multiFactor = "MULTI_FACTOR_WITH_USER_VERIFICATION"

// due is what a user is to be asked as a second factor: one of several choices, or to set one up.
type due struct {
	choices []string // the first is asked where there is one
	setup   []string // nothing is there: what can be set up
}

// enabledFactors are the second factors that the user has enabled, and that the pool takes.
func (s *Service) enabledFactors(ctx context.Context, p *directory.Pool, u *directory.User) ([]string, error) {
	passkeys := false
	if p.WebAuthn.Factor == multiFactor && u.MFA.WebAuthn {
		var err error
		if passkeys, err = s.factors.HasPasskeys(ctx, s.core.Store, p.ID, u.Sub); err != nil {
			return nil, err
		}
	}
	return enabledAmong(p, u, passkeys), nil
}

// enabledAmong is enabledFactors for who knows whether the user has passkeys.
func enabledAmong(p *directory.Pool, u *directory.User, passkeys bool) []string {
	var out []string
	sms := u.MFA.SMS || slices.Contains(u.MFAOptions, "phone_number")
	if p.MFA.SMS && sms && u.Attributes["phone_number"] != "" {
		out = append(out, smsMFA)
	}
	if p.MFA.TOTP && u.MFA.TOTP && hasTOTP(u) {
		out = append(out, totpMFA)
	}
	if p.MFA.Email && u.MFA.Email && u.Attributes["email"] != "" {
		out = append(out, emailMFA)
	}
	if p.WebAuthn.Factor == multiFactor && u.MFA.WebAuthn && passkeys {
		out = append(out, passkeyMFA)
	}
	return out
}

func hasTOTP(u *directory.User) bool { return u.TOTP != nil && u.TOTP.Verified }

// possibleFactors are those that a user could answer although they have not enabled them.
func possibleFactors(p *directory.Pool, u *directory.User, software bool) []string {
	var out []string
	if p.MFA.SMS && u.Attributes["phone_number"] != "" {
		out = append(out, smsMFA)
	}
	if software && p.MFA.TOTP && hasTOTP(u) {
		out = append(out, totpMFA)
	}
	if p.MFA.Email && u.Attributes["email"] != "" {
		out = append(out, emailMFA)
	}
	return out
}

// dueFactors says what second factor the user is to be asked for; nil: none
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html).
func (s *Service) dueFactors(ctx context.Context, p *progress) (*due, error) {
	u, risky := p.who.User(), p.proven&(riskAsks|riskDemands) != 0
	if p.Pool.MFA.Mode == "" {
		if p.proven&riskDemands != 0 {
			return nil, s.refused(ctx, p, tooRisky())
		}
		return nil, nil
	}
	if p.proven&customFlow != 0 && p.proven&byPassword == 0 {
		return nil, nil // functions of the pool answer for it
	}
	enabled, err := s.enabledFactors(ctx, p.Pool, u)
	if err != nil {
		return nil, err
	}
	if len(enabled) == 0 && (risky || p.Pool.MFA.Mode == "ON") {
		enabled = possibleFactors(p.Pool, u, risky)
	}
	switch {
	case len(enabled) == 1:
		return &due{choices: enabled}, nil
	case slices.Contains(enabled, u.MFA.Preferred):
		return &due{choices: []string{u.MFA.Preferred}}, nil
	case len(enabled) > 1:
		return &due{choices: enabled}, nil
	case p.Pool.MFA.Mode == "ON":
		return &due{setup: setupFactors(p.Pool)}, nil
	case p.proven&riskDemands != 0:
		return nil, s.refused(ctx, p, tooRisky())
	}
	return nil, nil
}

func tooRisky() error {
	return api.NotAuthorizedException.New("Unable to login because of security reasons.")
}

// setupFactors are the second factors that the pool takes, as MFAS_CAN_SETUP lists them.
func setupFactors(p *directory.Pool) []string {
	out := []string{}
	for _, f := range []struct {
		on   bool
		name string
	}{{p.MFA.SMS, smsMFA}, {p.MFA.TOTP, totpMFA}, {p.MFA.Email, emailMFA}} {
		if f.on {
			out = append(out, f.name)
		}
	}
	return out
}

// askFactor asks for what is due.
func (s *Service) askFactor(ctx context.Context, p *progress, d *due) (*answer, error) {
	if len(d.choices) == 1 {
		return s.askChosen(ctx, p, d.choices[0])
	}
	step, name, key, list := stepSelectMFA, api.ChallengeNameTypeSelectMfaType, "MFAS_CAN_CHOOSE", d.choices
	if len(d.choices) == 0 {
		step, name, key, list = stepSetup, api.ChallengeNameTypeMfaSetup, "MFAS_CAN_SETUP", d.setup
	}
	return s.askSession(ctx, p, &challenge{step: step, offer: strings.Join(list, ",")}, name, map[string]string{
		key: jsonText(list), "USER_ID_FOR_SRP": p.who.User().Username,
	})
}

// askSession asks with a Session, and writes nothing but what asking needs.
func (s *Service) askSession(ctx context.Context, p *progress, c *challenge, name api.ChallengeNameType, parameters map[string]string) (*answer, error) {
	sealed, err := s.ask(ctx, p, c, nil)
	if err != nil {
		return nil, err
	}
	return &answer{name: name, session: sessionText(p.Door, sealed), parameters: parameters}, nil
}

// askChosen asks for one second factor.
func (s *Service) askChosen(ctx context.Context, p *progress, factor string) (*answer, error) {
	u := p.who.User()
	switch factor {
	case smsMFA:
		return s.askCode(ctx, p, &errand{stepSMSMFA, api.ChallengeNameTypeSmsMfa, "phone_number", u.Attributes["phone_number"]})
	case emailMFA:
		return s.askCode(ctx, p, &errand{stepEmailMFA, api.ChallengeNameTypeEmailOtp, "email", u.Attributes["email"]})
	case passkeyMFA:
		return s.askPasskey(ctx, p, stepPasskeyMFA)
	}
	parameters := map[string]string{"USER_ID_FOR_SRP": u.Username}
	if u.TOTP != nil && u.TOTP.Name != "" {
		parameters["FRIENDLY_DEVICE_NAME"] = u.TOTP.Name
	}
	return s.askSession(ctx, p, &challenge{step: stepTOTP}, api.ChallengeNameTypeSoftwareTokenMfa, parameters)
}

// chooseFactor answers SELECT_MFA_TYPE.
func (s *Service) chooseFactor(ctx context.Context, r *request) (*answer, error) {
	choice := r.params["ANSWER"]
	if choice == "" {
		return nil, missingAnswer()
	}
	p, c, err := s.resume(ctx, r, stepSelectMFA)
	if err != nil {
		return nil, err
	}
	if !c.offers(choice) {
		return nil, api.InvalidParameterException.New("Invalid challenge response: ANSWER is not one of the MFA types that can be chosen.")
	}
	if err := mayEnter(p.who.User()); err != nil {
		return nil, err
	}
	return s.askChosen(ctx, p, choice)
}

// setUpFactor answers MFA_SETUP: after VerifySoftwareToken has a software token in force, or with an e-mail address of somebody who has none.
func (s *Service) setUpFactor(ctx context.Context, r *request) (*answer, error) {
	p, c, err := s.resume(ctx, r, stepSetup)
	if err != nil {
		return nil, err
	}
	u := p.who.User()
	if email := r.params["EMAIL"]; email != "" && c.offers(emailMFA) {
		if !directory.IsEmail(email) {
			return nil, api.InvalidParameterException.New("Invalid email address format.")
		}
		if enabled, err := s.enabledFactors(ctx, p.Pool, u); err != nil || len(enabled) > 0 || u.Attributes["email"] != "" {
			return nil, orInvalid(err)
		}
		return s.askCode(ctx, p, &errand{stepEmailSetup, api.ChallengeNameTypeEmailOtp, "email", email})
	}
	if c.proven&setUp == 0 || !hasTOTP(u) {
		return nil, invalidSession()
	}
	p.proven |= secondFactor
	return s.passedFactor(ctx, p, totpMFA)
}

func orInvalid(err error) error {
	if err != nil {
		return err
	}
	return invalidSession()
}

// passedFactor goes on after a second factor. Functions of a custom authentication see it among the challenges.
func (s *Service) passedFactor(ctx context.Context, p *progress, factor string) (*answer, error) {
	p.proven |= secondFactor
	p.noted(factor, true, "")
	return s.next(ctx, p)
}

// OpenSetup opens the session of an MFA_SETUP challenge, and leaves it as it is.
func (s *Service) OpenSetup(ctx context.Context, session string) (directory.MFASetup, error) {
	_, clientID, err := splitSession(session)
	if err != nil {
		return directory.MFASetup{}, err
	}
	d, err := s.core.Open(ctx, clientID)
	if err != nil {
		return directory.MFASetup{}, api.NotAuthorizedException.New("Invalid session for the user.").Because(err)
	}
	c, err := s.openSession(ctx, d, session, stepSetup)
	if err != nil {
		return directory.MFASetup{}, err
	}
	if c.proven&setUp != 0 || !c.offers(totpMFA) {
		return directory.MFASetup{}, invalidSession()
	}
	return directory.MFASetup{Pool: d.Pool, Client: d.Client, Sub: c.sub, Opaque: c}, nil
}
