package userpool

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// SetUserPoolMfaConfig says which second factors a pool takes, and how passkeys are used. A factor that is not given is off; where the mode is
// not given it stays, and with it the factors that are not given, so that nothing is switched off by leaving it out. The passkey configuration
// stays where none is given (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolMfaConfig.html).
func (s *Service) SetUserPoolMfaConfig(ctx context.Context, in *api.SetUserPoolMfaConfigRequest) (*api.SetUserPoolMfaConfigResponse, error) {
	var out api.SetUserPoolMfaConfigResponse
	err := s.updatePool(ctx, in.UserPoolId, func(p *directory.Pool) error {
		if err := applyMFA(p, in); err != nil {
			return err
		}
		if w := in.WebAuthnConfiguration; w != nil {
			if !isHost(pooledge.Deref(w.RelyingPartyId)) {
				return api.InvalidParameterException.New("RelyingPartyId must be a domain name.")
			}
			p.WebAuthn = directory.WebAuthnConfig{
				RelyingPartyID: pooledge.Deref(w.RelyingPartyId), UserVerification: string(pooledge.Deref(w.UserVerification)), Factor: string(pooledge.Deref(w.FactorConfiguration)),
			}
		}
		out = api.SetUserPoolMfaConfigResponse(mfaView(p))
		return checkPool(p)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

func applyMFA(p *directory.Pool, in *api.SetUserPoolMfaConfigRequest) error {
	m, kept := directory.MFAConfig{EmailMessage: p.MFA.EmailMessage, EmailSubject: p.MFA.EmailSubject}, p.MFA
	mode := pooledge.Deref(in.MfaConfiguration)
	if mode == "" {
		mode, m = api.UserPoolMfaType(kept.Mode), kept
	}
	if t := in.SoftwareTokenMfaConfiguration; t != nil {
		m.TOTP = pooledge.Deref(t.Enabled)
	}
	if e := in.EmailMfaConfiguration; e != nil {
		m.Email, m.EmailMessage, m.EmailSubject = true, pooledge.Deref(e.Message), pooledge.Deref(e.Subject)
	}
	if c := in.SmsMfaConfiguration; c != nil {
		m.SMS, p.SMSAuthMessage = true, pooledge.Deref(c.SmsAuthenticationMessage)
		if c.SmsConfiguration != nil {
			var err error
			if p.SMSConfig, err = smsConfig(p, c.SmsConfiguration); err != nil {
				return err
			}
		}
	}
	some := m.SMS || m.TOTP || m.Email
	switch {
	case mode != "" && mode != api.UserPoolMfaTypeOff:
		m.Mode = string(mode)
		if !some {
			return api.InvalidParameterException.New("Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.")
		}
	case some:
		return api.InvalidParameterException.New("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
	}
	p.MFA = m
	return nil
}

// isHost tells whether a name can be a relying party's: labels of letters, digits and hyphens (WebAuthn Level 2 section 5.4.2); empty stands for
// the host of the server's URL.
func isHost(name string) bool {
	if name == "" {
		return true
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	return true
}

// GetUserPoolMfaConfig shows the second factors of a pool and how passkeys are used.
func (s *Service) GetUserPoolMfaConfig(ctx context.Context, in *api.GetUserPoolMfaConfigRequest) (*api.GetUserPoolMfaConfigResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return new(mfaView(p)), nil
}

func mfaView(p *directory.Pool) api.GetUserPoolMfaConfigResponse {
	v := api.GetUserPoolMfaConfigResponse{MfaConfiguration: modeView(p)}
	if p.MFA.SMS {
		v.SmsMfaConfiguration = &api.SmsMfaConfigType{SmsAuthenticationMessage: pooledge.Optional(p.SMSAuthMessage), SmsConfiguration: smsView(p.SMSConfig)}
	}
	if p.MFA.Mode != "" {
		v.SoftwareTokenMfaConfiguration = &api.SoftwareTokenMfaConfigType{Enabled: &p.MFA.TOTP}
	}
	if p.MFA.Email {
		v.EmailMfaConfiguration = &api.EmailMfaConfigType{Message: pooledge.Optional(p.MFA.EmailMessage), Subject: pooledge.Optional(p.MFA.EmailSubject)}
	}
	if w := p.WebAuthn; w != (directory.WebAuthnConfig{}) {
		v.WebAuthnConfiguration = &api.WebAuthnConfigurationType{
			RelyingPartyId: pooledge.Optional(w.RelyingPartyID), UserVerification: pooledge.Optional(api.UserVerificationType(w.UserVerification)),
			FactorConfiguration: pooledge.Optional(api.WebAuthnFactorConfigurationType(w.Factor)),
		}
	}
	return v
}

func modeView(p *directory.Pool) *api.UserPoolMfaType {
	if p.MFA.Mode == "" {
		return new(api.UserPoolMfaTypeOff)
	}
	return new(api.UserPoolMfaType(p.MFA.Mode))
}
