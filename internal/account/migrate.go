package account

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Migration is somebody who comes with a name that nobody has.
type Migration struct {
	Door
	Name     string // as it was typed
	Password string // of who signs in; empty: of who has forgotten it
	// Ask calls the pool's migration trigger; called is false where there is none.
	Ask    func(ctx context.Context, answer *hook.MigrationResponse) (called bool, err error)
	Report func(error) // told why somebody was not migrated, where the client is not
}

// Migrate asks the pool's migration trigger about a name that nobody has and the password that was typed: a is the ghost, or unknown the error, that the
// name stands for. Who is known there becomes a user: with that password where the trigger calls them CONFIRMED, else one who has to reset it, which
// is the error, but for who came to do that. Anybody else stays who they were. The other system does not know of this one's lockout, so that wrong passwords count for the ghost and
// make it wait; where the client hides who exists, the caller counts them, as it does for everybody
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html).
func (s *Core) Migrate(ctx context.Context, m Migration, a Account, unknown error) (Account, error) {
	ghost, guesses := s.GhostOf(m.Pool, m.Name), m.Password != ""
	if guesses {
		if err := s.CheckLock(ctx, &ghost); err != nil {
			return a, err
		}
	}
	var told hook.MigrationResponse
	called, err := m.Ask(ctx, &told)
	if !called && err == nil {
		return a, unknown
	}
	if guesses {
		if locked := s.CheckLock(ctx, &ghost); locked != nil {
			return a, locked // by guesses that came at the same time: the right one among them is not to be known
		}
	}
	var u *directory.User
	if err == nil && len(told.UserAttributes) > 0 {
		u, err = s.migrated(ctx, &m, &told)
	}
	if u == nil && guesses && !m.Client.PreventExistence {
		now := s.Now()
		if counted := s.Store.Update(ctx, func(w store.Writer) error { return CountFailure(ctx, w, &ghost, now) }); counted != nil {
			return a, counted
		}
	}
	switch {
	case err != nil:
		return m.refused(a, err)
	case u == nil:
		return a, unknown
	case u.Status == directory.ResetRequired && guesses:
		return a, api.PasswordResetRequiredException.New("Password reset required for the user")
	}
	row, err := directory.Users.Get(ctx, s.Store, m.Pool.ID, u.Sub)
	return Account{Row: row}, err
}

// migrated stores the user whom the trigger describes.
func (s *Core) migrated(ctx context.Context, m *Migration, told *hook.MigrationResponse) (*directory.User, error) {
	status := directory.Status(told.FinalUserStatus)
	if status == "" || m.Password == "" {
		status = directory.ResetRequired
	}
	if status != directory.Confirmed && status != directory.ResetRequired {
		return nil, api.InvalidLambdaResponseException.New("Invalid lambda function output : finalUserStatus is neither CONFIRMED nor RESET_REQUIRED")
	}
	u, err := s.migratedUser(m.Pool, m.Name, status, told)
	if err != nil {
		return nil, err
	}
	if status == directory.Confirmed {
		if err := s.SetPassword(ctx, m.Pool, u, m.Password); err != nil {
			return nil, err
		}
	}
	return u, s.Store.Update(ctx, func(w store.Writer) error {
		if told.ForceAliasCreation {
			if err := directory.ReleaseAliases(ctx, w, m.Pool, u); err != nil {
				return err
			}
		}
		return directory.InsertUser(ctx, w, m.Pool, u)
	})
}

// refused is the outcome where the trigger refuses somebody, or describes a user whom the pool cannot have. A client that hides who exists sees a
// ghost; the server's own failures are failures for everybody.
func (m *Migration) refused(a Account, err error) (Account, error) {
	var taken *directory.TakenError
	if _, spoken := wire.AsError(err); !spoken && !errors.As(err, &taken) {
		return a, WriteError(err)
	}
	if m.Client.PreventExistence {
		m.Report(err)
		return a, nil
	}
	return a, api.UserNotFoundException.New("Exception migrating user in app client %s", m.Client.ID).Because(err)
}
