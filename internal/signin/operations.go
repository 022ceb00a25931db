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

		wire.Bind(api.GetUser, s.GetUser),
		wire.Bind(api.UpdateUserAttributes, s.UpdateUserAttributes),
		wire.Bind(api.DeleteUserAttributes, s.DeleteUserAttributes),
		wire.Bind(api.DeleteUser, s.DeleteUser),
		wire.Bind(api.ChangePassword, s.ChangePassword),
		wire.Bind(api.GetUserAttributeVerificationCode, s.GetUserAttributeVerificationCode),
		wire.Bind(api.VerifyUserAttribute, s.VerifyUserAttribute),

		wire.Bind(api.SignUp, s.SignUp),
		wire.Bind(api.ConfirmSignUp, s.ConfirmSignUp),
		wire.Bind(api.ResendConfirmationCode, s.ResendConfirmationCode),
		wire.Bind(api.ForgotPassword, s.ForgotPassword),
		wire.Bind(api.ConfirmForgotPassword, s.ConfirmForgotPassword),
	}
}

func (s *Service) askAdminInitiateAuth(ctx context.Context, in *api.AdminInitiateAuthRequest) ([]caller.Ask, error) {
	return poolAsk(ctx, s, in.UserPoolId), nil
}

func (s *Service) askAdminRespondToAuthChallenge(ctx context.Context, in *api.AdminRespondToAuthChallengeRequest) ([]caller.Ask, error) {
	return poolAsk(ctx, s, in.UserPoolId), nil
}

func (s *Service) askAdminUserGlobalSignOut(ctx context.Context, in *api.AdminUserGlobalSignOutRequest) ([]caller.Ask, error) {
	return poolAsk(ctx, s, in.UserPoolId), nil
}
