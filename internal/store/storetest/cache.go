package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

func testCache(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a", Count: 1})
	first, err := f.table.GetCached(f.ctx, f.db, "p", "1")
	must(t, err)
	again, err := f.table.GetCached(f.ctx, f.db, "p", "1")
	must(t, err)
	if first != again {
		t.Error("the second read did not come from the cache")
	}
	found, err := f.table.FindCached(f.ctx, f.db, "by_email", "p", "a")
	must(t, err)
	foundAgain, err := f.table.FindCached(f.ctx, f.db, "by_email", "p", "a")
	must(t, err)
	if found != foundAgain {
		t.Error("the second find did not come from the cache")
	}
	row := f.get("p", "1")
	row.Doc.Count, row.Doc.Email = 2, "b"
	must(t, f.save(&row))
	got, err := f.table.GetCached(f.ctx, f.db, "p", "1")
	must(t, err)
	if got.Doc.Count != 2 || got.Version != 2 || first.Doc.Count != 1 {
		t.Errorf("after the update: %+v; the row handed out before: %+v", got, first)
	}
	if _, err := f.table.FindCached(f.ctx, f.db, "by_email", "p", "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old value is still cached: %v", err)
	}
	got, err = f.table.FindCached(f.ctx, f.db, "by_email", "p", "b")
	must(t, err)
	if got.Doc.ID != "1" {
		t.Errorf("found %+v", got)
	}
	must(t, f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }))
	for _, err := range []error{
		second(f.table.GetCached(f.ctx, f.db, "p", "1")),
		second(f.table.FindCached(f.ctx, f.db, "by_email", "p", "b")),
		second(f.table.GetCached(f.ctx, f.db, "p", "none")),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a row that is gone: %v", err)
		}
	}
	// A closure that fails leaves the cache and the row as they were.
	f.insert(account{Pool: "p", ID: "2", Count: 1})
	boom := errors.New("boom")
	err = f.update(func(w store.Writer) error {
		row, err := f.table.Get(f.ctx, w, "p", "2")
		must(t, err)
		row.Doc.Count = 2
		must(t, f.table.Update(f.ctx, w, &row))
		return boom
	})
	if got, err := f.table.GetCached(f.ctx, f.db, "p", "2"); err != nil || got.Doc.Count != 1 {
		t.Errorf("after a failed closure: %+v, %v", got, err)
	}
	if !errors.Is(err, boom) {
		t.Errorf("failed closure: %v", err)
	}
}

// testCacheStaleFill races readers that fill the cache with a writer: once an
// update has returned, no reader may see what was before.
func testCacheStaleFill(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "0"})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.Gosched()
				}
				if _, err := f.table.GetCached(f.ctx, f.db, "p", "1"); err != nil {
					t.Errorf("reader: %v", err)
					return
				}
			}
		})
	}
	for i := range 100 {
		row := f.get("p", "1")
		row.Doc.Count, row.Doc.Email = i, num(i)
		must(t, f.save(&row))
		got, err := f.table.GetCached(f.ctx, f.db, "p", "1")
		must(t, err)
		found, err := f.table.FindCached(f.ctx, f.db, "by_email", "p", num(i))
		must(t, err)
		if got.Doc.Count != i || found.Doc.Count != i {
			t.Fatalf("after update %d the cache holds %d and %d", i, got.Doc.Count, found.Doc.Count)
		}
	}
	close(stop)
	wg.Wait()
}

func testCacheExpiry(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a", Until: f.clock.Now().Add(500 * time.Millisecond)})
	for range 2 {
		_, err := f.table.GetCached(f.ctx, f.db, "p", "1")
		must(t, err)
		_, err = f.table.FindCached(f.ctx, f.db, "by_email", "p", "a")
		must(t, err)
	}
	f.clock.Advance(500 * time.Millisecond)
	for _, err := range []error{
		second(f.table.GetCached(f.ctx, f.db, "p", "1")),
		second(f.table.FindCached(f.ctx, f.db, "by_email", "p", "a")),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an expired row is served: %v", err)
		}
	}
}

func testCacheBound(t *testing.T, p Place) {
	table := accountTable()
	db := openDB(t, p, store.Options{CacheRows: 32}, table)
	f := &fixture{t: t, ctx: testContext(t), db: db, table: table}
	var docs []account
	for i := range 200 {
		docs = append(docs, account{Pool: "p", ID: num(i), Email: num(i)})
	}
	f.insert(docs...)
	for i := range 200 {
		for range 2 {
			got, err := table.GetCached(f.ctx, db, "p", num(i))
			must(t, err)
			found, err := table.FindCached(f.ctx, db, "by_email", "p", num(i))
			must(t, err)
			if got.Doc.ID != num(i) || found.Doc.ID != num(i) {
				t.Fatalf("row %d: got %q, found %q", i, got.Doc.ID, found.Doc.ID)
			}
		}
	}
	if n := db.Status().Cached; n == 0 || n > 32 {
		t.Errorf("%d rows are cached, the bound is 32", n)
	}
}

// eventually polls a condition that another node's feed makes true. The bound
// is the promise of the store and some room for a slow machine.
func eventually(t *testing.T, what string, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > 5*time.Second {
			t.Fatalf("%s did not become true", what)
		}
	}
	return time.Since(began)
}

func testCacheOfTwoNodes(t *testing.T, p Place) {
	if !p.Shared {
		t.Skip("the engine serves one node")
	}
	a, table := open(t, p), accountTable()
	b := &fixture{t: t, ctx: a.ctx, table: table}
	b.db = openDB(t, p, store.Options{CacheRows: 1000}, table)
	a.insert(account{Pool: "p", ID: "1", Email: "a"}, account{Pool: "p", ID: "2"})
	cached := func(id string) (*store.Row[account], error) { return table.GetCached(b.ctx, b.db, "p", id) }
	_, err := cached("1")
	must(t, err)
	_, err = cached("2")
	must(t, err)
	_, err = table.FindCached(b.ctx, b.db, "by_email", "p", "a")
	must(t, err)

	row := a.get("p", "1")
	row.Doc.Count, row.Doc.Email = 5, "b"
	must(t, a.save(&row))
	took := eventually(t, "the update on the other node", func() bool {
		got, err := cached("1")
		must(t, err)
		return got.Doc.Count == 5
	})
	t.Logf("an update was seen by the other node after %v", took)
	if _, err := table.FindCached(b.ctx, b.db, "by_email", "p", "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old e-mail is still found on the other node: %v", err)
	}
	must(t, a.update(func(w store.Writer) error { return a.table.Delete(a.ctx, w, "p", "2") }))
	eventually(t, "the deletion on the other node", func() bool {
		_, err := cached("2")
		return errors.Is(err, store.ErrNotFound)
	})
	if s := b.db.Status(); !s.Shared || s.FeedAge > time.Second || s.Drift.Abs() > 5*time.Second {
		t.Errorf("status of the other node: %+v", s)
	}
}

// testCacheConvergence writes on two nodes from many goroutines while both read
// through their caches; when the writing ends, both must agree with the store.
func testCacheConvergence(t *testing.T, p Place) {
	a := open(t, p)
	nodes := []*fixture{a}
	if p.Shared {
		b := &fixture{t: t, ctx: a.ctx, table: accountTable()}
		b.db = openDB(t, p, store.Options{CacheRows: 1000}, b.table)
		nodes = append(nodes, b)
	}
	const rows, writers, rounds = 8, 4, 30
	for i := range rows {
		a.insert(account{Pool: "p", ID: num(i)})
	}
	var wg sync.WaitGroup
	for _, f := range nodes {
		for w := range writers {
			wg.Go(func() {
				for i := range rounds {
					id := num((i*writers + w) % rows)
					err := f.update(func(w store.Writer) error {
						row, err := f.table.Get(f.ctx, w, "p", id)
						if err != nil {
							return err
						}
						row.Doc.Count++
						return f.table.Update(f.ctx, w, &row)
					})
					if err == nil {
						_, err = f.table.GetCached(f.ctx, f.db, "p", id)
					}
					if err != nil {
						t.Errorf("write: %v", err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	total := 0
	for i := range rows {
		want := a.get("p", num(i))
		total += want.Doc.Count
		for n, f := range nodes {
			eventually(t, fmt.Sprintf("row %d on node %d", i, n), func() bool {
				got, err := f.table.GetCached(f.ctx, f.db, "p", num(i))
				must(t, err)
				return *got == want
			})
		}
	}
	if want := len(nodes) * writers * rounds; total != want {
		t.Errorf("%d increments arrived, want %d", total, want)
	}
}
