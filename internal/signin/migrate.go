package signin

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// migrate asks the pool's migration trigger about a name that nobody has and the password that was typed. Who is known there becomes a user: with that
// password where the trigger calls them CONFIRMED, else one who has to reset it. Anybody else stays who they were: a ghost, or an error
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html).
func (s *Service) migrate(ctx context.Context, r *request, a account.Account, unknown error, password string) (account.Account, error) {
	if !a.Ghost && !errors.Is(unknown, api.UserNotFoundException) {
		return a, unknown
	}
	p := &progress{Door: r.Door, who: &a, name: r.params["USERNAME"]}
	if !a.Ghost { // found to be nobody; the function knows them by the name that was typed
		p.who = &account.Account{Ghost: true}
	}
	var told hook.MigrationResponse
	request := hook.MigrationRequest{Password: password, ValidationData: r.metadata}
	called, err := s.trigger(ctx, p, hook.MigrationAuthentication, request, &told)
	if !called && err == nil {
		return a, unknown
	}
	var u *directory.User
	if err == nil && len(told.UserAttributes) > 0 {
		u, err = s.migrated(ctx, r.Door, p.name, password, &told)
	}
	switch {
	case err != nil:
		return s.notMigrated(r.Door, a, err)
	case u == nil:
		return a, unknown
	case u.Status == directory.ResetRequired:
		return a, api.PasswordResetRequiredException.New("Password reset required for the user")
	}
	row, err := directory.Users.Get(ctx, s.core.Store, r.Pool.ID, u.Sub)
	return account.Account{Row: row}, err
}

// migrated stores the user whom the trigger describes.
func (s *Service) migrated(ctx context.Context, d account.Door, name, password string, told *hook.MigrationResponse) (*directory.User, error) {
	status := directory.Status(told.FinalUserStatus)
	if status == "" {
		status = directory.ResetRequired
	}
	if status != directory.Confirmed && status != directory.ResetRequired {
		return nil, api.InvalidLambdaResponseException.New("Invalid lambda function output : finalUserStatus is neither CONFIRMED nor RESET_REQUIRED")
	}
	u, err := s.core.MigratedUser(d.Pool, name, status, told)
	if err != nil {
		return nil, err
	}
	if status == directory.Confirmed {
		if err := s.core.SetPassword(ctx, d.Pool, u, password); err != nil {
			return nil, err
		}
	}
	return u, s.core.Store.Update(ctx, func(w store.Writer) error {
		if told.ForceAliasCreation {
			if err := directory.ReleaseAliases(ctx, w, d.Pool, u); err != nil {
				return err
			}
		}
		return directory.InsertUser(ctx, w, d.Pool, u)
	})
}

// notMigrated is the outcome where the trigger refuses somebody, or describes a user whom the pool cannot have. A client that hides who exists sees a
// ghost; the server's own failures are failures for everybody.
func (s *Service) notMigrated(d account.Door, a account.Account, err error) (account.Account, error) {
	var taken *directory.TakenError
	if _, spoken := wire.AsError(err); !spoken && !errors.As(err, &taken) {
		return a, account.WriteError(err)
	}
	if d.Client.PreventExistence {
		s.Report(err)
		return a, nil
	}
	return a, api.UserNotFoundException.New("Exception migrating user in app client %s", d.Client.ID).Because(err)
}
