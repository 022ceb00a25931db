package idtoken

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func (h *house) published(t *testing.T) []string {
	t.Helper()
	row, err := poolKeys.Get(h.ctx, h.db, poolA)
	must(t, err)
	var ids []string
	for _, k := range row.Doc.public(h.clock.now()) {
		ids = append(ids, k.KeyID)
	}
	return ids
}

func TestRotation(t *testing.T) {
	h := open(t, "ES256")
	h.clock.move(keyLead)
	old := h.issue(t)
	before := h.published(t)
	must(t, h.RotatePoolKeys(h.ctx, poolA))
	if _, err := h.VerifyID(h.ctx, old.ID, poolA); err != nil {
		t.Error("a token of the old key: ", err)
	}
	fresh := h.issue(t)
	after := h.published(t)
	if len(after) != 3 || after[0] != before[0] || after[1] != before[1] {
		t.Errorf("published %v, then %v", before, after)
	}
	if c := h.independent(t, fresh.ID); c["sub"] != userID {
		t.Error("the next key does not sign")
	}
	h.clock.move(keyTail)
	if got := h.published(t); len(got) != 2 || got[0] != before[1] {
		t.Error("after the longest life the key set is ", got)
	}
	must(t, h.RotatePoolKeys(h.ctx, poolA))
	row, err := poolKeys.Get(h.ctx, h.db, poolA)
	must(t, err)
	if len(row.Doc.Keys) != 3 {
		t.Error("a key that is over was kept")
	}
	for _, k := range row.Doc.Keys {
		if (k.State == retiring) != (k.Sealed == nil) {
			t.Errorf("a %s key with %d sealed bytes", k.State, len(k.Sealed))
		}
	}
}

func TestKeyIsPublishedBeforeItSigns(t *testing.T) {
	h := open(t, "ES256")
	h.clock.move(keyLead - time.Second)
	before := h.published(t)
	if err := h.RotatePoolKeys(h.ctx, poolA); !errors.Is(err, ErrTooSoon) || !slices.Equal(h.published(t), before) {
		t.Error(err)
	}
	h.clock.move(time.Second)
	must(t, h.RotatePoolKeys(h.ctx, poolA))
	if err := h.RotatePoolKeys(h.ctx, poolA); !errors.Is(err, ErrTooSoon) {
		t.Error("a key that was never published signs: ", err)
	}
}

func TestRevokedKeys(t *testing.T) {
	h := open(t, "ES256")
	h.clock.move(keyLead)
	retired := h.issue(t)
	must(t, h.RotatePoolKeys(h.ctx, poolA))
	old := h.issue(t)
	_, err := h.VerifyAccess(h.ctx, old.Access) // remembered from here on
	must(t, err)
	before := h.published(t)
	must(t, h.RevokePoolKeys(h.ctx, poolA))
	for name, tokens := range map[string]directory.Tokens{"active": old, "retired": retired} {
		_, access := h.VerifyAccess(h.ctx, tokens.Access)
		_, id := h.VerifyID(h.ctx, tokens.ID, poolA)
		if !errors.Is(access, directory.ErrTokenInvalid) || !errors.Is(id, directory.ErrTokenInvalid) {
			t.Errorf("tokens of the %s key: %v, %v", name, access, id)
		}
	}
	after := h.published(t)
	if len(after) != 2 || after[0] != before[2] || slices.Contains(before, after[1]) {
		t.Errorf("published %v, then %v", before, after)
	}
	fresh, err := h.refresh(old.Refresh)
	must(t, err)
	if _, err := h.VerifyAccess(h.ctx, fresh.Access); err != nil {
		t.Error("a refreshed token: ", err)
	}
}

func TestRotateOld(t *testing.T) {
	h := open(t, "ES256")
	const age = 30 * 24 * time.Hour
	before := h.published(t)
	h.clock.move(age - time.Second)
	must(t, h.RotateOld(h.ctx, age))
	if got := h.published(t); !slices.Equal(got, before) {
		t.Error("rotated before its time")
	}
	h.clock.move(time.Second)
	h.clock.move(time.Second) // what is kept is whole seconds
	must(t, h.RotateOld(h.ctx, age))
	after := h.published(t)
	if len(after) != 3 || after[1] != before[1] {
		t.Errorf("published %v, then %v", before, after)
	}
	for _, pool := range []string{poolA, poolB} {
		row, err := poolKeys.Get(h.ctx, h.db, pool)
		must(t, err)
		if !row.Doc.Rotated.Equal(h.clock.now()) {
			t.Errorf("%s was not rotated", pool)
		}
	}
	must(t, h.RotateOld(h.ctx, age))
	if got := h.published(t); !slices.Equal(got, after) {
		t.Error("rotated twice")
	}
}

// TestNodesRotateOnce has many nodes find the same old keys: each pool gets one new key.
func TestNodesRotateOnce(t *testing.T) {
	h := open(t, "ES256")
	h.clock.move(48 * time.Hour)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := h.RotateOld(h.ctx, 24*time.Hour); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := h.published(t); len(got) != 3 {
		t.Errorf("%d keys", len(got))
	}
}

func TestRunRotates(t *testing.T) {
	h := open(t, "ES256")
	h.clock.move(48 * time.Hour)
	ctx, stop := context.WithCancel(h.ctx)
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx, 24*time.Hour, func(err error) { t.Error(err) }) }()
	for len(h.published(t)) != 3 {
		runtime.Gosched()
	}
	stop()
	<-done
}

func TestPoolTakesItsSignInsAlong(t *testing.T) {
	h := open(t, "ES256")
	h.issue(t)
	must(t, h.db.Update(h.ctx, func(w store.Writer) error { return h.DeletePoolKeys(h.ctx, w, poolA) }))
	n, err := families.Count(h.ctx, h.db, "by_user", poolA)
	must(t, err)
	if n != 0 {
		t.Errorf("%d sign-ins are left", n)
	}
}
