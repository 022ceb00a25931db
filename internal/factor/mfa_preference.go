package factor

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// The other second factors, as preferences and lists spell them.
const (
	smsMFA      = "SMS_MFA"
	emailMFA    = "EMAIL_OTP"
	webAuthnMFA = "WEB_AUTHN_MFA"
)

// wish is what a request says about one factor.
type wish struct {
	factor    string
	enabled   bool
	preferred *bool
}

// wishes are those of SetUserMFAPreference and its twin.
func wishes(sms *api.SMSMfaSettingsType, token *api.SoftwareTokenMfaSettingsType, email *api.EmailMfaSettingsType, passkey *api.WebAuthnMfaSettingsType) []wish {
	var out []wish
	if sms != nil {
		out = append(out, wish{smsMFA, deref(sms.Enabled), sms.PreferredMfa})
	}
	if token != nil {
		out = append(out, wish{softwareMFA, deref(token.Enabled), token.PreferredMfa})
	}
	if email != nil {
		out = append(out, wish{emailMFA, deref(email.Enabled), email.PreferredMfa})
	}
	if passkey != nil {
		out = append(out, wish{webAuthnMFA, deref(passkey.Enabled), nil})
	}
	return out
}

// SetUserMFAPreference says which second factors the caller uses, and which is asked for first.
func (s *Service) SetUserMFAPreference(ctx context.Context, in *api.SetUserMFAPreferenceRequest) (*api.SetUserMFAPreferenceResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	w := wishes(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings, in.WebAuthnMfaSettings)
	if err := s.changeUser(ctx, v, func(u *directory.User) error { return prefer(v.pool, u, w) }, nil); err != nil {
		return nil, err
	}
	return &api.SetUserMFAPreferenceResponse{}, nil
}

// AdminSetUserMFAPreference does the same for a user.
func (s *Service) AdminSetUserMFAPreference(ctx context.Context, in *api.AdminSetUserMFAPreferenceRequest) (*api.AdminSetUserMFAPreferenceResponse, error) {
	v, err := s.subject(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	w := wishes(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings, in.WebAuthnMfaSettings)
	if err := s.changeUser(ctx, v, func(u *directory.User) error { return prefer(v.pool, u, w) }, nil); err != nil {
		return nil, err
	}
	return &api.AdminSetUserMFAPreferenceResponse{}, nil
}

// prefer applies wishes to a user. A factor can be enabled when the pool has it and the user is set up for it, and preferred when it is enabled;
// one that is turned off is no longer preferred. Factors that are not spoken of stay as they are.
func prefer(p *directory.Pool, u *directory.User, wishes []wish) error {
	next, first := u.MFA, ""
	for _, w := range wishes {
		if w.enabled && !ready(p, u, w.factor) {
			return api.InvalidParameterException.New("User does not have delivery config set to turn on %s", w.factor)
		}
		*flag(&next, w.factor) = w.enabled
		wanted := deref(w.preferred)
		switch {
		case wanted && !w.enabled:
			return api.InvalidParameterException.New("%s cannot be preferred while it is not enabled.", w.factor)
		case wanted && first != "":
			return api.InvalidParameterException.New("Only one MFA method can be preferred.")
		case wanted:
			first = w.factor
		case next.Preferred == w.factor && (!w.enabled || w.preferred != nil):
			next.Preferred = ""
		}
	}
	if first != "" {
		next.Preferred = first
	}
	u.MFA = next
	return nil
}

// flag is where a preference notes a factor.
func flag(m *directory.Preference, factor string) *bool {
	switch factor {
	case smsMFA:
		return &m.SMS
	case emailMFA:
		return &m.Email
	case webAuthnMFA:
		return &m.WebAuthn
	}
	return &m.TOTP
}

// ready says whether the pool has a factor and the user can answer it: an address of the user for one that sends codes, a software token that has
// proved itself. A passkey may come later. A user whose software token is in force keeps it though the pool offers no more of them.
func ready(p *directory.Pool, u *directory.User, factor string) bool {
	switch factor {
	case smsMFA:
		return p.MFA.SMS && u.Attributes["phone_number"] != ""
	case emailMFA:
		return p.MFA.Email && u.Attributes["email"] != ""
	case webAuthnMFA:
		return p.WebAuthn.Factor == multiFactor
	}
	return u.TOTP != nil && u.TOTP.Verified
}
