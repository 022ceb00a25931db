package store_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/store/storetest"
)

// remote makes an engine look like one that other nodes share, and that can
// be out of reach.
type remote struct {
	store.Engine
	down atomic.Bool
	look chan func(store.Sink) // what the feed reports next
}

func (r *remote) Dialect() store.Dialect {
	d := r.Engine.Dialect()
	d.Shared = true
	return d
}

func (r *remote) Read(ctx context.Context, f func(store.Conn) error) error {
	if r.down.Load() {
		return store.ErrUnavailable
	}
	return r.Engine.Read(ctx, f)
}

func (r *remote) Changes(ctx context.Context, to store.Sink) error {
	to.Alive(0, time.Time{})
	for {
		select {
		case f := <-r.look:
			f(to)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// report hands something to the feed and returns when it was taken in.
func (r *remote) report(f func(store.Sink)) {
	done := make(chan struct{})
	r.look <- func(to store.Sink) { f(to); close(done) }
	<-done
}

type item struct{ ID, Text string }

var items = store.NewTable("item", store.Spec[item]{
	Key: []store.Column[item]{{Name: "id", Value: func(i *item) string { return i.ID }}},
})

func openRemote(t *testing.T, staleFor time.Duration) (*store.DB, *remote, *storetest.Clock) {
	t.Helper()
	e, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	r := &remote{Engine: e, look: make(chan func(store.Sink))}
	clock := storetest.NewClock()
	db, err := store.Open(context.Background(), r, store.Options{Now: clock.Now, StaleFor: staleFor, CacheRows: 100}, items)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	err = db.Update(context.Background(), func(w store.Writer) error {
		return errors.Join(
			items.Insert(context.Background(), w, &item{ID: "known"}),
			items.Insert(context.Background(), w, &item{ID: "unknown"}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, r, clock
}

func TestStaleRowsAreServedForAWhile(t *testing.T) {
	ctx := context.Background()
	for name, tc := range map[string]struct {
		staleFor, away time.Duration
		served         bool
	}{
		"within the limit": {time.Hour, time.Hour, true},
		"beyond the limit": {time.Hour, time.Hour + time.Millisecond, false},
		"fail closed":      {0, time.Second + time.Millisecond, false},
		"a hiccup":         {0, time.Second, true},
		"negative":         {-time.Hour, time.Second + time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			db, r, clock := openRemote(t, tc.staleFor)
			if _, err := items.GetCached(ctx, db, "known"); err != nil {
				t.Fatal(err)
			}
			r.down.Store(true)
			clock.Advance(tc.away)
			_, err := items.GetCached(ctx, db, "known")
			if tc.served && err != nil || !tc.served && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a known row: %v", err)
			}
			if _, err := items.GetCached(ctx, db, "unknown"); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("an unknown row: %v", err)
			}
			if s := db.Status(); s.FeedAge != tc.away || s.StaleFor != max(tc.staleFor, 0) {
				t.Errorf("status: %+v", s)
			}
			r.down.Store(false)
			if _, err := items.GetCached(ctx, db, "known"); err != nil {
				t.Errorf("after the store came back: %v", err)
			}
			r.report(func(to store.Sink) { to.Alive(0, clock.Now()) })
			r.down.Store(true)
			if _, err := items.GetCached(ctx, db, "known"); err != nil {
				t.Errorf("after the feed came back: %v", err)
			}
		})
	}
}

func TestFeedInvalidates(t *testing.T) {
	ctx := context.Background()
	db, r, clock := openRemote(t, time.Hour)
	cached := func() bool {
		r.down.Store(true)
		defer r.down.Store(false)
		_, err := items.GetCached(ctx, db, "known")
		return err == nil
	}
	for name, tc := range map[string]struct {
		report func(store.Sink)
		kept   bool
	}{
		"the row":         {func(to store.Sink) { to.Changed([]store.Change{{Table: "item", Key: []string{"known"}}}) }, false},
		"another row":     {func(to store.Sink) { to.Changed([]store.Change{{Table: "item", Key: []string{"other"}}}) }, true},
		"the whole table": {func(to store.Sink) { to.Changed([]store.Change{{Table: "item"}}) }, false},
		"another table":   {func(to store.Sink) { to.Changed([]store.Change{{Table: "else", Key: []string{"known"}}}) }, true},
		"another shape":   {func(to store.Sink) { to.Changed([]store.Change{{Table: "item", Key: []string{"known", "x"}}}) }, false},
		"missed changes":  {func(to store.Sink) { to.Reset() }, false},
		"a look":          {func(to store.Sink) { to.Alive(0, clock.Now()) }, true},
	} {
		if _, err := items.GetCached(ctx, db, "known"); err != nil {
			t.Fatal(err)
		}
		r.report(tc.report)
		if got := cached(); got != tc.kept {
			t.Errorf("%s: the row is cached: %v", name, got)
		}
	}
}

func TestStatusTellsDrift(t *testing.T) {
	db, r, clock := openRemote(t, time.Hour)
	r.report(func(to store.Sink) { to.Alive(2*time.Second, clock.Now().Add(-10*time.Second)) })
	if s := db.Status(); s.Drift != 9*time.Second || s.FeedAge != 2*time.Second {
		t.Errorf("status: %+v", s)
	}
}

func TestGetCachedDoesNotAllocate(t *testing.T) {
	type deep struct{ A, B, C string }
	part := func(name string, f func(*deep) string) store.Column[deep] {
		return store.Column[deep]{Name: name, Value: f}
	}
	a := part("a", func(d *deep) string { return d.A })
	b := part("b", func(d *deep) string { return d.B })
	one := store.NewTable("one", store.Spec[deep]{Key: []store.Column[deep]{a}})
	two := store.NewTable("two", store.Spec[deep]{Key: []store.Column[deep]{a, b},
		Unique: []store.Index[deep]{{Name: "c", Columns: []store.Column[deep]{part("c", func(d *deep) string { return d.C })}}}})
	db := storetest.Open(t, store.Options{CacheRows: 100}, one, two)
	ctx := context.Background()
	doc := deep{"x", "y", "z"}
	if err := db.Update(ctx, func(w store.Writer) error {
		return errors.Join(one.Insert(ctx, w, &doc), two.Insert(ctx, w, &doc))
	}); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"one part":  func() error { _, err := one.GetCached(ctx, db, "x"); return err },
		"two parts": func() error { _, err := two.GetCached(ctx, db, "x", "y"); return err },
		"unique":    func() error { _, err := two.FindCached(ctx, db, "c", "z"); return err },
	} {
		allocs := testing.AllocsPerRun(100, func() {
			if err := read(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
