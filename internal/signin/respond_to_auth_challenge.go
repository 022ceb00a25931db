package signin

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
)

// RespondToAuthChallenge goes on with a sign-in.
func (s *Service) RespondToAuthChallenge(ctx context.Context, in *api.RespondToAuthChallengeRequest) (*api.RespondToAuthChallengeResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	r := &request{Door: d, params: in.ChallengeResponses, metadata: in.ClientMetadata, session: in.Session, visit: visitOf(ctx, d, in.UserContextData)}
	a, err := s.respond(ctx, r, in.ChallengeName)
	if err != nil {
		return nil, err
	}
	return a.continued(), nil
}

// AdminRespondToAuthChallenge goes on with a sign-in for a server that acts for the user.
func (s *Service) AdminRespondToAuthChallenge(ctx context.Context, in *api.AdminRespondToAuthChallengeRequest) (*api.AdminRespondToAuthChallengeResponse, error) {
	d, err := s.core.OpenAs(ctx, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	r := &request{Door: d, params: in.ChallengeResponses, metadata: in.ClientMetadata, session: in.Session, visit: adminVisit(ctx, in.ContextData)}
	a, err := s.respond(ctx, r, in.ChallengeName)
	if err != nil {
		return nil, err
	}
	return (*api.AdminRespondToAuthChallengeResponse)(a.continued()), nil
}

func (s *Service) respond(ctx context.Context, r *request, name api.ChallengeNameType) (*answer, error) {
	switch name {
	case api.ChallengeNameTypePasswordVerifier:
		return s.finishSRP(ctx, r)
	case api.ChallengeNameTypeNewPasswordRequired:
		return s.takeNewPassword(ctx, r)
	case api.ChallengeNameTypeSelectChallenge:
		return s.choose(ctx, r)
	case api.ChallengeNameTypePassword:
		return s.takePassword(ctx, r)
	case api.ChallengeNameTypePasswordSrp:
		return s.takeSRP(ctx, r)
	case api.ChallengeNameTypeEmailOtp:
		return s.takeCode(ctx, r, "EMAIL_OTP_CODE", stepEmail, stepEmailMFA, stepEmailSetup)
	case api.ChallengeNameTypeSmsOtp:
		return s.takeCode(ctx, r, "SMS_OTP_CODE", stepSMS)
	case api.ChallengeNameTypeWebAuthn:
		return s.takePasskey(ctx, r)
	case api.ChallengeNameTypeSmsMfa:
		return s.takeCode(ctx, r, "SMS_MFA_CODE", stepSMSMFA)
	case api.ChallengeNameTypeSoftwareTokenMfa:
		return s.takeCode(ctx, r, "SOFTWARE_TOKEN_MFA_CODE", stepTOTP)
	case api.ChallengeNameTypeSelectMfaType:
		return s.chooseFactor(ctx, r)
	case api.ChallengeNameTypeMfaSetup:
		return s.setUpFactor(ctx, r)
	case api.ChallengeNameTypeDeviceSrpAuth:
		return s.beginDevice(ctx, r)
	case api.ChallengeNameTypeDevicePasswordVerifier:
		return s.finishDevice(ctx, r)
	case api.ChallengeNameTypeCustomChallenge:
		return s.takeCustom(ctx, r)
	}
	return nil, api.InvalidParameterException.New("Challenge %s cannot be responded to.", name)
}

// takePassword answers PASSWORD.
func (s *Service) takePassword(ctx context.Context, r *request) (*answer, error) {
	password := r.params["PASSWORD"]
	if password == "" {
		return nil, account.Missing("PASSWORD")
	}
	p, _, err := s.resume(ctx, r, stepPassword)
	if err != nil {
		return nil, err
	}
	return s.tryPassword(ctx, p, password)
}

// takeSRP answers PASSWORD_SRP.
func (s *Service) takeSRP(ctx context.Context, r *request) (*answer, error) {
	p, _, err := s.resume(ctx, r, stepPasswordSRP)
	if err != nil {
		return nil, err
	}
	return s.beginSRP(ctx, p, r.params["SRP_A"])
}
