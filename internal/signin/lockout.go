package signin

import (
	"context"
	"errors"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// After freeFailures wrong passwords in a row, each further one makes the user wait twice as long as the one before, from one second to
// about a quarter of an hour
// (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior).
const (
	freeFailures = 5
	longestWait  = 15 * time.Minute
	ghostMemory  = time.Hour // how long failures for a name that nobody has are remembered
)

// lockout is the wait after a number of failures.
func lockout(failures int) time.Duration {
	n := failures - freeFailures
	switch {
	case n < 0:
		return 0
	case n > 9: // 2^10 s is above the longest
		return longestWait
	}
	return min(time.Second<<n, longestWait)
}

func lockedOut() error { return api.NotAuthorizedException.New("Password attempts exceeded") }

// checkLock refuses while the account waits, before any arithmetic. The failures of ghosts are looked up for everybody, so that the time does not tell
// who is one.
func (s *Service) checkLock(ctx context.Context, a *account) error {
	row, err := ghostFailures.Get(ctx, s.db, a.user().PoolID, a.user().Sub)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	until := a.user().LockedUntil
	if a.ghost {
		until = row.Doc.LockedUntil
	}
	if s.now().Before(until) {
		return lockedOut()
	}
	return nil
}

// fail records a wrong password in a transaction of its own, with the challenge it answered, and gives the error to answer.
func (s *Service) fail(ctx context.Context, d door, a *account, c *challenge) error {
	now := s.now()
	err := s.db.Update(ctx, func(w store.Writer) error {
		if err := consume(ctx, w, d, c); err != nil {
			return err
		}
		if a.ghost {
			return failGhost(ctx, w, a.user(), now)
		}
		row, err := directory.Users.Get(ctx, w, d.pool.ID, a.user().Sub)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		row.Doc.Failures++
		row.Doc.LockedUntil = now.Add(lockout(row.Doc.Failures))
		return directory.Users.Update(ctx, w, &row)
	})
	if err != nil {
		return err
	}
	return incorrect()
}

func failGhost(ctx context.Context, w store.Writer, u *directory.User, now time.Time) error {
	row, err := ghostFailures.Get(ctx, w, u.PoolID, u.Sub)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	g := row.Doc
	g.PoolID, g.Sub = u.PoolID, u.Sub
	g.Failures++
	g.LockedUntil = now.Add(lockout(g.Failures))
	g.Expires = now.Add(ghostMemory)
	return ghostFailures.Upsert(ctx, w, &g)
}

// confirmUnchanged re-reads the user in the transaction that lets them in: between the proof and now they may have been disabled, given another
// password, or locked by the failures of parallel guesses. It ends a row of failures; a user without any is not written.
func confirmUnchanged(ctx context.Context, w store.Writer, u *directory.User, now time.Time) error {
	row, err := directory.Users.Get(ctx, w, u.PoolID, u.Sub)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return incorrect()
	case err != nil:
		return err
	case !row.Doc.Enabled:
		return userDisabled()
	case !row.Doc.PasswordSet.Equal(u.PasswordSet) || row.Doc.Status != u.Status:
		return incorrect()
	case now.Before(row.Doc.LockedUntil):
		return lockedOut()
	case row.Doc.Failures == 0:
		return nil
	}
	row.Doc.Failures, row.Doc.LockedUntil = 0, time.Time{}
	return directory.Users.Update(ctx, w, &row)
}
