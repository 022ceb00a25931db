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
	a, err := s.respond(ctx, d, in.ChallengeName, in.ChallengeResponses, in.Session)
	if err != nil {
		return nil, err
	}
	return &api.RespondToAuthChallengeResponse{
		AuthenticationResult: a.result(), ChallengeName: a.challengeName(), ChallengeParameters: a.params(), Session: a.sessionText(),
	}, nil
}

// AdminRespondToAuthChallenge goes on with a sign-in for a server that acts for the user.
func (s *Service) AdminRespondToAuthChallenge(ctx context.Context, in *api.AdminRespondToAuthChallengeRequest) (*api.AdminRespondToAuthChallengeResponse, error) {
	d, err := s.core.OpenAs(ctx, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	a, err := s.respond(ctx, d, in.ChallengeName, in.ChallengeResponses, in.Session)
	if err != nil {
		return nil, err
	}
	return &api.AdminRespondToAuthChallengeResponse{
		AuthenticationResult: a.result(), ChallengeName: a.challengeName(), ChallengeParameters: a.params(), Session: a.sessionText(),
	}, nil
}

func (s *Service) respond(ctx context.Context, d account.Door, name api.ChallengeNameType, params map[string]string, session *string) (*answer, error) {
	switch name {
	case api.ChallengeNameTypePasswordVerifier:
		return s.finishSRP(ctx, d, params)
	case api.ChallengeNameTypeNewPasswordRequired:
		return s.takeNewPassword(ctx, d, params, session)
	}
	return nil, notImplemented("The challenge " + string(name))
}
