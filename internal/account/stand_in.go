package account

import (
	"context"
	"errors"
	"sync"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// mostStandIns is how many pools have one in memory; more begin again.
const mostStandIns = 10_000

// standIn is a user of a pool who does the work of those who are not there: their row is read, and their verifier opened, where a name stands for
// nobody. Nothing of them gets into an answer.
type standIn struct {
	sub    string
	sealed []byte // their verifier
}

// standIns has the last user of each pool who was found and has a password.
type standIns struct {
	mu     sync.Mutex
	byPool map[string]standIn
}

func (l *standIns) keep(u *directory.User) {
	if len(u.SealedVerifier) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byPool == nil || len(l.byPool) >= mostStandIns {
		l.byPool = map[string]standIn{}
	}
	l.byPool[u.PoolID] = standIn{u.Sub, u.SealedVerifier}
}

// of gives a pool's; the zero value where there is none.
func (l *standIns) of(poolID string) standIn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byPool[poolID]
}

func (l *standIns) drop(poolID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byPool, poolID)
}

// readNobody does for somebody who was found what was one look-up more for somebody who was not: it finds nothing.
func (s *Core) readNobody(ctx context.Context, ghost *directory.User) error {
	_, err := directory.Users.Get(ctx, s.Store, ghost.PoolID, ghost.Sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// readSomebody reads a user's row, where the name stands for none: as much is read and decoded as where it stands for one. Only the first time, and when
// the one who stood in is gone, it takes a search.
func (s *Core) readSomebody(ctx context.Context, poolID string) error {
	if known := s.standIns.of(poolID); known.sub != "" {
		row, err := directory.Users.Get(ctx, s.Store, poolID, known.sub)
		if err == nil {
			s.standIns.keep(&row.Doc)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		s.standIns.drop(poolID)
	}
	page, err := directory.Users.List(ctx, s.Store, store.Query{Index: "by_username", Prefix: []string{poolID}, Limit: 10})
	for i := range page.Rows {
		s.standIns.keep(&page.Rows[i].Doc)
	}
	return err
}
