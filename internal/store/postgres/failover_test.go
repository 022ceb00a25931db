//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/postgres"
	"github.com/mayfly-id/mayfly/internal/store/postgres/pgtest"
)

type record struct{ ID string }

var records = store.NewTable("record", store.Spec[record]{
	Key: []store.Column[record]{{Name: "id", Value: func(r *record) string { return r.ID }}},
})

func openRecords(t *testing.T, c postgres.Config, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), openEngine(t, c), o, records)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func insertRecord(ctx context.Context, db *store.DB, id string) error {
	return db.Update(ctx, func(w store.Writer) error { return records.Insert(ctx, w, &record{ID: id}) })
}

// TestFailover ends the primary under load and promotes the standby. No write
// that was acknowledged may be missing, known rows are served throughout, and
// writing goes on by itself.
func TestFailover(t *testing.T) {
	cluster := pgtest.Start(t)
	config := postgres.Config{DSN: cluster.DSN(), MaxConns: 16}
	db := openRecords(t, config, store.Options{CacheRows: 100, StaleFor: time.Hour})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := insertRecord(ctx, db, "known"); err != nil {
		t.Fatal(err)
	}
	if _, err := records.GetCached(ctx, db, "known"); err != nil {
		t.Fatal(err)
	}

	load := startLoad(ctx, t, db)
	load.await(ctx, t, 300)
	cluster.Primary.Quit()
	killed := time.Now()
	// Every read in the gap is answered, and nothing is acknowledged in it.
	before := load.acked.Load()
	for range 1000 {
		if _, err := records.GetCached(ctx, db, "known"); err != nil {
			t.Fatalf("a known row while no server is there: %v", err)
		}
	}
	if _, err := records.GetCached(ctx, db, "unknown"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("an unknown row while no server is there: %v", err)
	}
	cluster.Promote()
	promoted := time.Now()
	load.await(ctx, t, before+17) // more than may have been on their way
	resumed := time.Now()
	load.await(ctx, t, load.acked.Load()+300)
	load.stop()

	lost := 0
	for _, id := range load.ids() {
		if _, err := records.Get(ctx, db, id); err != nil {
			lost++
			t.Errorf("acknowledged row %s: %v", id, err)
		}
	}
	t.Logf("%d acknowledged, %d lost, %d unknown outcomes, %d refused; promotion took %v, writing resumed %v after it",
		load.acked.Load(), lost, load.unknown.Load(), load.refused.Load(), promoted.Sub(killed), resumed.Sub(promoted))
	if _, err := records.GetCached(ctx, db, "known"); err != nil {
		t.Errorf("a known row after the fail-over: %v", err)
	}
}

// load is a number of writers that keep what was acknowledged to them.
type load struct {
	acked, unknown, refused atomic.Int64
	progress                chan struct{}
	halt                    chan struct{}
	wg                      sync.WaitGroup
	mu                      sync.Mutex
	list                    []string
}

func startLoad(ctx context.Context, t *testing.T, db *store.DB) *load {
	l := &load{progress: make(chan struct{}, 1), halt: make(chan struct{})}
	for w := range 16 {
		l.wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-l.halt:
					return
				default:
				}
				l.write(ctx, t, db, fmt.Sprintf("%d-%d", w, n))
			}
		})
	}
	return l
}

func (l *load) write(ctx context.Context, t *testing.T, db *store.DB, id string) {
	err := insertRecord(ctx, db, id)
	switch {
	case err == nil:
		l.mu.Lock()
		l.list = append(l.list, id)
		l.mu.Unlock()
		l.acked.Add(1)
		select {
		case l.progress <- struct{}{}:
		default:
		}
	case errors.Is(err, store.ErrUnknownOutcome):
		l.unknown.Add(1)
	case errors.Is(err, store.ErrUnavailable):
		l.refused.Add(1)
	default:
		t.Errorf("write: %v", err)
	}
}

// await returns when so many writes were acknowledged.
func (l *load) await(ctx context.Context, t *testing.T, n int64) {
	t.Helper()
	for l.acked.Load() < n {
		select {
		case <-l.progress:
		case <-ctx.Done():
			t.Fatalf("%d writes were acknowledged, waiting for %d", l.acked.Load(), n)
		}
	}
}

func (l *load) stop() {
	close(l.halt)
	l.wg.Wait()
}

func (l *load) ids() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list
}

// TestStandbyGone: a commit that the standby did not confirm must not be
// acknowledged, even though the primary has it and, when somebody cancels its
// wait, says so.
func TestStandbyGone(t *testing.T) {
	cluster := pgtest.Start(t)
	db := openRecords(t, postgres.Config{DSN: cluster.DSN()}, store.Options{CacheRows: 100})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := insertRecord(ctx, db, "before"); err != nil {
		t.Fatal(err)
	}
	cluster.Standby.Quit()
	if err := insertRecord(ctx, db, "times out"); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("a write without the standby: %v", err)
	}
	done := make(chan error)
	go func() { done <- insertRecord(ctx, db, "cancelled") }()
	cluster.Primary.Await("a commit waits and is cancelled",
		"SELECT COALESCE(BOOL_OR(pg_cancel_backend(pid)), false) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
	if err := <-done; !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("a write whose wait was cancelled: %v", err)
	}
	for _, id := range []string{"before", "cancelled"} {
		if _, err := records.Get(ctx, db, id); err != nil {
			t.Errorf("reading %s: %v", id, err)
		}
	}
}
