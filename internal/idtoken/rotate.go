package idtoken

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	// keyLead is how long a key is published before it signs: longer than verifiers keep a key set (wellknown.Age).
	keyLead = 2 * time.Hour
	// keyTail is how long a retired key verifies: longer than any token that it signed lives, also where a node hears late of the change.
	keyTail = longestLife + time.Hour
	// rotationsAtOnce bounds the pools of one pass, because an RSA key takes a tenth of a second and more. The rest waits for the next pass.
	rotationsAtOnce = 100
	// rotationPause is the time between two passes.
	rotationPause = 10 * time.Minute
)

// ErrTooSoon says that the next key is not published for long enough to sign.
var ErrTooSoon = errors.New("idtoken: the next key was published less than two hours ago")

// RotatePoolKeys lets the next key sign and publishes a new next one. What the old key signed verifies until no such token can be alive.
// ErrTooSoon: verifiers may not know the next key yet; see RevokePoolKeys.
func (s *Service) RotatePoolKeys(ctx context.Context, poolID string) error {
	row, err := poolKeys.Get(ctx, s.db, poolID)
	if err != nil {
		return fmt.Errorf("idtoken: %w", err)
	}
	if k := row.Doc.in(next); k == nil || s.now().Before(k.Created.Add(keyLead)) {
		return ErrTooSoon
	}
	return s.replaceKeys(ctx, row, func(k poolKey, now time.Time) (poolKey, bool) {
		k.Until = now.Add(keyTail)
		return k, true
	})
}

// RevokePoolKeys is the rotation for a key that may be known to others: the active key and retired ones are gone at once, and with them every
// token of the pool; refresh tokens live on. The next key signs, whatever its age: verifiers that have not seen it yet refuse its tokens for as
// long as they keep their copy of the key set. Called twice it replaces the next key, too.
func (s *Service) RevokePoolKeys(ctx context.Context, poolID string) error {
	row, err := poolKeys.Get(ctx, s.db, poolID)
	if err != nil {
		return fmt.Errorf("idtoken: %w", err)
	}
	return s.replaceKeys(ctx, row, func(poolKey, time.Time) (poolKey, bool) { return poolKey{}, false })
}

// replaceKeys makes the next key the active one. retire says what becomes of the one that was active; a retired key cannot sign any more, so its
// private part is not kept. retired keys stay with it, if it stays, until their end.
func (s *Service) replaceKeys(ctx context.Context, row store.Row[keyRing], retire func(poolKey, time.Time) (poolKey, bool)) error {
	poolID := row.Doc.PoolID
	fresh, err := s.newPoolKey(poolID, row.Doc.Alg, next) // made before the transaction: an RSA key takes long
	if err != nil {
		return err
	}
	now := s.now()
	ring := row.Doc
	ring.Keys, ring.Rotated = nil, now
	for _, k := range row.Doc.Keys {
		stays := true
		switch k.State {
		case active:
			k, stays = retire(k, now)
			k.State, k.Sealed = retiring, nil
		case next:
			k.State = active
		case retiring:
			_, stays = retire(k, now)
			stays = stays && now.Before(k.Until)
		}
		if stays {
			ring.Keys = append(ring.Keys, k)
		}
	}
	ring.Keys = append(ring.Keys, fresh)
	row.Doc = ring
	return s.db.Update(ctx, func(w store.Writer) error { return poolKeys.Update(ctx, w, &row) })
}

// Run replaces the signing keys of pools that are older than age, until ctx ends. age is a day or more. Failures are reported, and tried again.
func (s *Service) Run(ctx context.Context, age time.Duration, report func(error)) {
	t := time.NewTicker(rotationPause)
	defer t.Stop()
	for {
		if err := s.RotateOld(ctx, age); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// RotateOld is one pass of Run: it replaces the keys of the pools whose key signs for longest, a hundred at most. Of nodes that do it at once one
// wins for each pool, and the others go on. A pool that fails does not keep others from their turn.
func (s *Service) RotateOld(ctx context.Context, age time.Duration) error {
	page, err := poolKeys.List(ctx, s.db, store.Query{Index: "by_rotation", Limit: rotationsAtOnce})
	if err != nil {
		return fmt.Errorf("idtoken: rotation: %w", err)
	}
	var failures []error
	for i := range page.Rows {
		ring := &page.Rows[i].Doc
		if s.now().Before(ring.since().Add(age)) {
			break
		}
		err := s.RotatePoolKeys(ctx, ring.PoolID)
		switch {
		case err == nil, errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound), errors.Is(err, ErrTooSoon):
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			failures = append(failures, fmt.Errorf("idtoken: rotation of %s: %w", ring.PoolID, err))
		}
	}
	return errors.Join(failures...)
}
