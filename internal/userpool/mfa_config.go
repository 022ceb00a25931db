package userpool

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
)

// SetUserPoolMfaConfig accepts what is so already: no multi-factor authentication.
func (s *Service) SetUserPoolMfaConfig(ctx context.Context, in *api.SetUserPoolMfaConfigRequest) (*api.SetUserPoolMfaConfigResponse, error) {
	if _, err := s.pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	err := refuse([]setting{
		{"MfaConfiguration " + string(deref(in.MfaConfiguration)), deref(in.MfaConfiguration) != "" && *in.MfaConfiguration != api.UserPoolMfaTypeOff},
		{"EmailMfaConfiguration", in.EmailMfaConfiguration != nil},
		{"SmsMfaConfiguration", in.SmsMfaConfiguration != nil},
		{"SoftwareTokenMfaConfiguration", in.SoftwareTokenMfaConfiguration != nil && deref(in.SoftwareTokenMfaConfiguration.Enabled)},
		{"WebAuthnConfiguration", in.WebAuthnConfiguration != nil},
	})
	if err != nil {
		return nil, err
	}
	return &api.SetUserPoolMfaConfigResponse{MfaConfiguration: new(api.UserPoolMfaTypeOff)}, nil
}

// GetUserPoolMfaConfig shows that multi-factor authentication is off.
func (s *Service) GetUserPoolMfaConfig(ctx context.Context, in *api.GetUserPoolMfaConfigRequest) (*api.GetUserPoolMfaConfigResponse, error) {
	if _, err := s.pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	return &api.GetUserPoolMfaConfigResponse{MfaConfiguration: new(api.UserPoolMfaTypeOff)}, nil
}
