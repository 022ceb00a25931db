package account

import (
	"context"
	"errors"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// After FreeFailures wrong passwords in a row, each further one makes the user wait twice as long as the one before, from one second to
// about a quarter of an hour
// (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior).
const (
	FreeFailures = 5 // wrong passwords in a row without a wait
	longestWait  = 15 * time.Minute
	// memory is how long failures are remembered after the last one, of ghosts as of users: otherwise waiting would tell who exists. Whoever waits for it
	// gets fewer guesses than whoever guesses at each end of the longest wait.
	memory = 4 * time.Hour
)

// lockout is the wait after a number of failures.
func lockout(failures int) time.Duration {
	n := failures - FreeFailures
	switch {
	case n < 0:
		return 0
	case n > 9: // 2^10 s is above the longest
		return longestWait
	}
	return min(time.Second<<n, longestWait)
}

// LockedOut is the error while a user waits after too many failures.
func LockedOut() error { return api.NotAuthorizedException.New("Password attempts exceeded") }

// CheckLock refuses while the account waits, before any arithmetic. The failures of ghosts are looked up for everybody, so that the time does not tell
// who is one.
func (s *Core) CheckLock(ctx context.Context, a *Account) error {
	row, err := ghostFailures.Get(ctx, s.Store, a.User().PoolID, a.User().Sub)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	until := a.User().LockedUntil
	if a.Ghost {
		until = row.Doc.LockedUntil
	}
	if s.Now().Before(until) {
		return LockedOut()
	}
	return nil
}

// Fail records a wrong password in a transaction of its own, with what also writes (the challenge it answered; nil: nothing), and gives
// the error to answer. What also refuses in the protocol's words is that error, and the failure counts all the same: who answers a challenge that is used
// up has made a guess, too.
func (s *Core) Fail(ctx context.Context, a *Account, also func(ctx context.Context, w store.Writer) error) error {
	now := s.Now()
	var answer error
	err := s.Store.Update(ctx, func(w store.Writer) error {
		answer = Incorrect()
		if also != nil {
			if err := also(ctx, w); err != nil {
				if _, spoken := wire.AsError(err); !spoken {
					return err
				}
				answer = err
			}
		}
		return CountFailure(ctx, w, a, now)
	})
	if err != nil {
		return err
	}
	return answer
}

// CountFailure counts one more failure of the account in w's transaction, and makes it wait where there were too many. An account that waits by now is
// the error, and nothing is counted: of guesses that come at once, no more are judged than of those that come one after the other.
func CountFailure(ctx context.Context, w store.Writer, a *Account, now time.Time) error {
	if a.Ghost {
		return failGhost(ctx, w, a.User(), now)
	}
	row, err := directory.Users.Get(ctx, w, a.User().PoolID, a.User().Sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if now.Before(row.Doc.LockedUntil) {
		return LockedOut()
	}
	if last := row.Doc.LockedUntil.Add(-lockout(row.Doc.Failures)); !now.Before(last.Add(memory)) {
		row.Doc.Failures = 0
	}
	row.Doc.Failures++
	row.Doc.LockedUntil = now.Add(lockout(row.Doc.Failures))
	return directory.Users.Update(ctx, w, &row)
}

func failGhost(ctx context.Context, w store.Writer, u *directory.User, now time.Time) error {
	row, err := ghostFailures.Get(ctx, w, u.PoolID, u.Sub)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if now.Before(row.Doc.LockedUntil) {
		return LockedOut()
	}
	g := row.Doc
	g.PoolID, g.Sub = u.PoolID, u.Sub
	g.Failures++
	g.LockedUntil = now.Add(lockout(g.Failures))
	g.Expires = now.Add(memory)
	return ghostFailures.Upsert(ctx, w, &g)
}

// ConfirmUnchanged re-reads the user in the transaction that lets them in: between the proof and now they may have been disabled, given another
// password, or locked by the failures of parallel guesses. It ends a row of failures; a user without any is not written.
func ConfirmUnchanged(ctx context.Context, w store.Writer, u *directory.User, now time.Time) error {
	row, err := unchanged(ctx, w, u, now)
	if err != nil || row.Doc.Failures == 0 {
		return err
	}
	row.Doc.Failures, row.Doc.LockedUntil = 0, time.Time{}
	return directory.Users.Update(ctx, w, &row)
}

// StillUnchanged is ConfirmUnchanged for a step that is not the last: failures stay counted, or who knows one factor could guess at the next
// without end.
func StillUnchanged(ctx context.Context, r store.Reader, u *directory.User, now time.Time) error {
	_, err := unchanged(ctx, r, u, now)
	return err
}

func unchanged(ctx context.Context, r store.Reader, u *directory.User, now time.Time) (store.Row[directory.User], error) {
	row, err := directory.Users.Get(ctx, r, u.PoolID, u.Sub)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return row, Incorrect()
	case err != nil:
		return row, err
	case !row.Doc.Enabled:
		return row, UserDisabled()
	case !row.Doc.PasswordSet.Equal(u.PasswordSet) || row.Doc.Status != u.Status:
		return row, Incorrect()
	case now.Before(row.Doc.LockedUntil):
		return row, LockedOut()
	}
	return row, nil
}
