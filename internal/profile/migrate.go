package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// migrate asks the pool's migration trigger about a name that nobody has, for somebody who has forgotten a password. Who is known there becomes a user
// and goes on as one; unknown is the error for who is not.
func (s *Service) migrate(ctx context.Context, d account.Door, in *api.ForgotPasswordRequest, a account.Account, unknown error) (account.Account, error) {
	return s.core.Migrate(ctx, account.Migration{
		Door: d, Name: in.Username, Report: s.Report,
		Ask: func(ctx context.Context, answer *hook.MigrationResponse) (bool, error) {
			return s.trigger(ctx, d, in.Username, hook.MigrationForgotPassword, hook.MigrationRequest{ClientMetadata: in.ClientMetadata}, answer)
		},
	}, a, unknown)
}
