package profile

import (
	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs. All but the administrator's are unsigned: their authority is the password, code or token inside.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
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
		wire.Bind(api.AdminResetUserPassword, s.AdminResetUserPassword, account.OnPool(s.core, func(in *api.AdminResetUserPasswordRequest) string { return in.UserPoolId })),
	}
}
