package credential

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// mostWrites is how many uses one transaction writes, so that it does not hold others up.
const mostWrites = 100

// Tracker knows when each access key was last used. It is safe for concurrent use.
type Tracker struct {
	db *store.DB

	mu      sync.Mutex
	pending map[useKey]record.KeyUse // uses that are not written yet; only keys that exist are ever in it
}

type useKey struct{ accessKeyID string }

// NewTracker makes a tracker over a store that was opened with record.Tables.
func NewTracker(db *store.DB) *Tracker {
	return &Tracker{db: db, pending: map[useKey]record.KeyUse{}}
}

// Used notes that a key was used for a service in a region. It only touches memory.
func (t *Tracker) Used(_ context.Context, id, service, region string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old, ok := t.pending[useKey{id}]; ok && old.At.After(at) {
		return
	}
	t.pending[useKey{id}] = record.KeyUse{ID: id, At: at, Service: service, Region: region}
}

// Last gives the last use of a key: of this node to the second, of other nodes as they have written it. false: never used.
func (t *Tracker) Last(ctx context.Context, id string) (record.KeyUse, bool, error) {
	t.mu.Lock()
	use, here := t.pending[useKey{id}]
	t.mu.Unlock()
	row, err := record.KeyUses.Get(ctx, t.db, id)
	if errors.Is(err, store.ErrNotFound) {
		return whole(use), here, nil
	}
	if err != nil {
		return record.KeyUse{}, false, err
	}
	if here && use.At.After(row.Doc.At) {
		return whole(use), true, nil
	}
	return whole(row.Doc), true, nil
}

// whole gives a use as IAM shows it, in whole seconds.
func whole(u record.KeyUse) record.KeyUse {
	u.At = u.At.UTC().Truncate(time.Second)
	return u
}

// Flush writes the uses that are not written yet. What could not be written is kept for the next time.
func (t *Tracker) Flush(ctx context.Context) error {
	t.mu.Lock()
	all := make([]record.KeyUse, 0, len(t.pending))
	for _, u := range t.pending {
		all = append(all, u)
	}
	t.mu.Unlock()
	for len(all) > 0 {
		n := min(len(all), mostWrites)
		if err := t.write(ctx, all[:n]); err != nil {
			return err
		}
		t.written(all[:n])
		all = all[n:]
	}
	return nil
}

// written forgets what is written, unless it was used again since.
func (t *Tracker) written(uses []record.KeyUse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range uses {
		if t.pending[useKey{u.ID}] == u {
			delete(t.pending, useKey{u.ID})
		}
	}
}

func (t *Tracker) write(ctx context.Context, uses []record.KeyUse) error {
	return t.db.Update(ctx, func(w store.Writer) error {
		for i := range uses {
			if err := writeUse(ctx, w, uses[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeUse writes one use, unless the key is gone or another node wrote a newer one.
func writeUse(ctx context.Context, w store.Writer, u record.KeyUse) error {
	if _, err := record.AccessKeys.Get(ctx, w, u.ID); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	old, err := record.KeyUses.Get(ctx, w, u.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && !u.At.After(old.Doc.At) {
		return nil
	}
	return record.KeyUses.Upsert(ctx, w, &u)
}
