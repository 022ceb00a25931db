package signin

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
)

// InitiateAuth begins a sign-in. Parameters that the flow does not know are ignored, as Cognito ignores them.
func (s *Service) InitiateAuth(ctx context.Context, in *api.InitiateAuthRequest) (*api.InitiateAuthResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	a, err := s.initiate(ctx, d, in.AuthFlow, in.AuthParameters, in.ClientMetadata)
	if err != nil {
		return nil, err
	}
	return &api.InitiateAuthResponse{
		AuthenticationResult: a.result(), ChallengeName: a.challengeName(), ChallengeParameters: a.params(), Session: a.sessionText(),
	}, nil
}

// AdminInitiateAuth begins a sign-in for a server that has the user's password.
func (s *Service) AdminInitiateAuth(ctx context.Context, in *api.AdminInitiateAuthRequest) (*api.AdminInitiateAuthResponse, error) {
	d, err := s.core.OpenAs(ctx, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	var a *answer
	switch in.AuthFlow {
	case api.AuthFlowTypeAdminUserPasswordAuth, api.AuthFlowTypeAdminNoSrpAuth:
		if !d.Allows("ALLOW_ADMIN_USER_PASSWORD_AUTH") {
			return nil, api.InvalidParameterException.New("Auth flow not enabled for this client")
		}
		a, err = s.byPassword(ctx, d, in.AuthParameters)
	case api.AuthFlowTypeUserPasswordAuth:
		return nil, unsupportedFlow()
	default:
		a, err = s.initiate(ctx, d, in.AuthFlow, in.AuthParameters, in.ClientMetadata)
	}
	if err != nil {
		return nil, err
	}
	return &api.AdminInitiateAuthResponse{
		AuthenticationResult: a.result(), ChallengeName: a.challengeName(), ChallengeParameters: a.params(), Session: a.sessionText(),
	}, nil
}

// initiate performs the flows that both operations know.
func (s *Service) initiate(ctx context.Context, d account.Door, flow api.AuthFlowType, params, metadata map[string]string) (*answer, error) {
	switch flow {
	case api.AuthFlowTypeUserSrpAuth:
		if !d.Allows("ALLOW_USER_SRP_AUTH") {
			return nil, api.InvalidParameterException.New("USER_SRP_AUTH is not enabled for the client.")
		}
		return s.beginSRP(ctx, d, params)
	case api.AuthFlowTypeUserPasswordAuth:
		if !d.Allows("ALLOW_USER_PASSWORD_AUTH") {
			return nil, api.InvalidParameterException.New("USER_PASSWORD_AUTH flow not enabled for this client")
		}
		return s.byPassword(ctx, d, params)
	case api.AuthFlowTypeRefreshTokenAuth, api.AuthFlowTypeRefreshToken:
		if !d.Allows("ALLOW_REFRESH_TOKEN_AUTH") {
			return nil, api.InvalidParameterException.New("REFRESH_TOKEN_AUTH flow not enabled for this client")
		}
		return s.byRefreshToken(ctx, d, params, metadata)
	case api.AuthFlowTypeCustomAuth, api.AuthFlowTypeUserAuth:
		return nil, notImplemented("The flow " + string(flow))
	}
	return nil, unsupportedFlow()
}

func unsupportedFlow() error {
	return api.InvalidParameterException.New("Initiate Auth method not supported.")
}

// byPassword signs in with a name and a password.
func (s *Service) byPassword(ctx context.Context, d account.Door, params map[string]string) (*answer, error) {
	name, password := params["USERNAME"], params["PASSWORD"]
	switch {
	case name == "":
		return nil, account.Missing("USERNAME")
	case password == "":
		return nil, account.Missing("PASSWORD")
	}
	if err := s.core.CheckSecretHash(ctx, d, params["SECRET_HASH"], name); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, name)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckLock(ctx, &a); err != nil {
		return nil, err
	}
	right, err := s.core.PasswordFits(ctx, d, &a, password)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, s.core.Fail(ctx, &a, nil)
	}
	return s.admit(ctx, d, &a, nil)
}
