package signin

import (
	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs. The self-service operations are unsigned: their authority is the password, code or token inside.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.InitiateAuth, s.InitiateAuth),
		wire.Bind(api.RespondToAuthChallenge, s.RespondToAuthChallenge),
		wire.Bind(api.AdminInitiateAuth, s.AdminInitiateAuth, account.OnPool(s.core, func(in *api.AdminInitiateAuthRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminRespondToAuthChallenge, s.AdminRespondToAuthChallenge, account.OnPool(s.core, func(in *api.AdminRespondToAuthChallengeRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetTokensFromRefreshToken, s.GetTokensFromRefreshToken),
		wire.Bind(api.RevokeToken, s.RevokeToken),
		wire.Bind(api.GlobalSignOut, s.GlobalSignOut),
		wire.Bind(api.AdminUserGlobalSignOut, s.AdminUserGlobalSignOut, account.OnPool(s.core, func(in *api.AdminUserGlobalSignOutRequest) string { return in.UserPoolId })),
	}
}
