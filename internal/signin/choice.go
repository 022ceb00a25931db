package signin

import (
	"context"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/seal"
)

// byChoice begins USER_AUTH: the user chooses among the first factors that the pool allows and that they have
// (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html).
func (s *Service) byChoice(ctx context.Context, r *request) (*answer, error) {
	preferred := r.params["PREFERRED_CHALLENGE"]
	switch preferred {
	case "", "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN":
	default:
		return nil, api.InvalidParameterException.New("PREFERRED_CHALLENGE is not one of PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP, WEB_AUTHN.")
	}
	if r.session != nil {
		return s.byConfirmation(ctx, r)
	}
	password := ""
	if preferred == "PASSWORD" && slices.Contains(allowedFactors(r.Pool), preferred) {
		password = r.params["PASSWORD"]
	}
	p, err := s.enter(ctx, r, password)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckLock(ctx, p.who); err != nil {
		return nil, err
	}
	if err := s.preAuthentication(ctx, p, r.metadata); err != nil {
		return nil, err
	}
	offered, err := s.offered(ctx, p)
	if err != nil {
		return nil, err
	}
	if preferred != "" && slices.Contains(offered, preferred) {
		return s.start(ctx, p, preferred, r.params)
	}
	out, err := s.askSession(ctx, p, &challenge{step: stepSelect, offer: strings.Join(offered, ",")}, api.ChallengeNameTypeSelectChallenge, nil)
	if err != nil {
		return nil, err
	}
	for _, f := range offered {
		out.available = append(out.available, api.ChallengeNameType(f))
	}
	return out, nil
}

// choose answers SELECT_CHALLENGE.
func (s *Service) choose(ctx context.Context, r *request) (*answer, error) {
	choice := r.params["ANSWER"]
	if choice == "" {
		return nil, missingAnswer()
	}
	p, c, err := s.resume(ctx, r, stepSelect)
	if err != nil {
		return nil, err
	}
	if !c.offers(choice) {
		return nil, api.InvalidParameterException.New("Invalid challenge response: ANSWER is not one of the available challenges.")
	}
	return s.start(ctx, p, choice, r.params)
}

// start begins with a first factor. What is at hand for it already is taken at once.
func (s *Service) start(ctx context.Context, p *progress, factor string, params map[string]string) (*answer, error) {
	u := p.who.User()
	switch factor {
	case "PASSWORD":
		if password := params["PASSWORD"]; password != "" {
			return s.tryPassword(ctx, p, password)
		}
		return s.askSession(ctx, p, &challenge{step: stepPassword}, api.ChallengeNameTypePassword, nil)
	case "PASSWORD_SRP":
		if a := params["SRP_A"]; a != "" {
			return s.beginSRP(ctx, p, a)
		}
		return s.askSession(ctx, p, &challenge{step: stepPasswordSRP}, api.ChallengeNameTypePasswordSrp, nil)
	case "EMAIL_OTP":
		return s.askCode(ctx, p, &errand{stepEmail, api.ChallengeNameTypeEmailOtp, "email", u.Attributes["email"]})
	case "SMS_OTP":
		return s.askCode(ctx, p, &errand{stepSMS, api.ChallengeNameTypeSmsOtp, "phone_number", u.Attributes["phone_number"]})
	}
	return s.askPasskey(ctx, p, stepPasskey)
}

// offered lists the first factors that a user can sign in with. For somebody who does not exist it is made up, the same every time, of those that the
// pool allows; what the lists of users need is read for them as well.
//
// A code or passkey is one factor. It is not offered where a second is due, unless the pool counts passkeys as several: MFA follows passwords only.
func (s *Service) offered(ctx context.Context, p *progress) ([]string, error) {
	u := p.who.User()
	passkeys, err := s.factors.HasPasskeys(ctx, s.core.Store, p.Pool.ID, u.Sub)
	if err != nil {
		return nil, err
	}
	enabled := enabledAmong(p.Pool, u, passkeys)
	has := map[string]bool{
		"PASSWORD":  len(u.SealedVerifier) > 0,
		"EMAIL_OTP": u.Attributes["email"] != "" && u.Attributes["email_verified"] == "true",
		"SMS_OTP":   u.Attributes["phone_number"] != "" && u.Attributes["phone_number_verified"] == "true",
		"WEB_AUTHN": passkeys,
	}
	if made, attributes := s.haunt(p); p.who.Ghost {
		has, u.Attributes = made, account.Merged(u.Attributes, attributes)
	}
	if p.Pool.MFA.Mode == "ON" || p.Pool.MFA.Mode != "" && len(enabled) > 0 {
		has["EMAIL_OTP"], has["SMS_OTP"] = false, false
		has["WEB_AUTHN"] = has["WEB_AUTHN"] && p.Pool.WebAuthn.Factor == multiFactor
	}
	var out []string
	for _, f := range allowedFactors(p.Pool) {
		switch {
		case f == "PASSWORD" && has[f]:
			out = append(out, "PASSWORD", "PASSWORD_SRP")
		case has[f]:
			out = append(out, f)
		}
	}
	if len(out) == 0 { // nothing would fit; a user without factors looks like one with a password
		out = []string{"PASSWORD", "PASSWORD_SRP"}
	}
	return out, nil
}

func allowedFactors(p *directory.Pool) []string {
	if len(p.FirstFactors) == 0 {
		return []string{"PASSWORD"}
	}
	return p.FirstFactors
}

// haunt makes up which factors and addresses a ghost has. What was typed is its address where it looks like one. It is made up for everybody, so that the
// time does not tell for whom it counts.
func (s *Service) haunt(p *progress) (has map[string]bool, attributes map[string]string) {
	seed := s.core.Keys.PRF(seal.FakeUser, p.Pool.ID, "factors\x00"+p.who.User().Sub)
	has = map[string]bool{"PASSWORD": true, "EMAIL_OTP": true, "SMS_OTP": seed[0]&1 == 1, "WEB_AUTHN": seed[0]&2 == 2}
	typed := p.Pool.Canonical(p.name)
	email := string('a'+rune(seed[1]%26)) + "@" + string('a'+rune(seed[2]%26))
	if directory.IsEmail(typed) {
		email = typed
	}
	digits := make([]byte, 11)
	for i := range digits {
		digits[i] = '0' + seed[4+i]%10
	}
	phone := "+1" + string(digits[1:])
	if directory.IsPhoneNumber(typed) {
		phone, has["SMS_OTP"] = typed, true
	}
	return has, map[string]string{"email": email, "phone_number": phone}
}
