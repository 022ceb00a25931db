package signin

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs. The self-service operations are unsigned: their authority is the password, code or token inside.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.InitiateAuth, s.InitiateAuth),
		wire.Bind(api.RespondToAuthChallenge, s.RespondToAuthChallenge),
		wire.Bind(api.AdminInitiateAuth, s.AdminInitiateAuth, s.askAdminInitiateAuth),
		wire.Bind(api.AdminRespondToAuthChallenge, s.AdminRespondToAuthChallenge, s.askAdminRespondToAuthChallenge),
		wire.Bind(api.GetTokensFromRefreshToken, s.GetTokensFromRefreshToken),
		wire.Bind(api.RevokeToken, s.RevokeToken),
		wire.Bind(api.GlobalSignOut, s.GlobalSignOut),
		wire.Bind(api.AdminUserGlobalSignOut, s.AdminUserGlobalSignOut, s.askAdminUserGlobalSignOut),
	}
}

func (s *Service) askAdminInitiateAuth(ctx context.Context, in *api.AdminInitiateAuthRequest) ([]caller.Ask, error) {
	return s.core.PoolAsk(ctx, in.UserPoolId), nil
}

func (s *Service) askAdminRespondToAuthChallenge(ctx context.Context, in *api.AdminRespondToAuthChallengeRequest) ([]caller.Ask, error) {
	return s.core.PoolAsk(ctx, in.UserPoolId), nil
}

func (s *Service) askAdminUserGlobalSignOut(ctx context.Context, in *api.AdminUserGlobalSignOutRequest) ([]caller.Ask, error) {
	return s.core.PoolAsk(ctx, in.UserPoolId), nil
}
