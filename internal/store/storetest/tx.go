package storetest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

func testSnapshotIsolation(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Count: 1})
	err := f.db.View(f.ctx, func(r store.Reader) error {
		before, err := f.table.Get(f.ctx, r, "p", "1")
		must(t, err)
		row := f.get("p", "1")
		row.Doc.Count = 2
		must(t, f.save(&row))
		f.insert(account{Pool: "p", ID: "2"})
		after, err := f.table.Get(f.ctx, r, "p", "1")
		must(t, err)
		n, err := f.table.Count(f.ctx, r, "")
		must(t, err)
		if before.Doc.Count != 1 || after.Doc.Count != 1 || n != 1 {
			t.Errorf("the snapshot moved: %d, then %d, of %d rows", before.Doc.Count, after.Doc.Count, n)
		}
		return nil
	})
	must(t, err)
	if n, err := f.table.Count(f.ctx, f.db, ""); n != 2 || err != nil {
		t.Errorf("after the view: %d, %v", n, err)
	}
	boom := errors.New("boom")
	if err := f.db.View(f.ctx, func(store.Reader) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("the error of a view is %v", err)
	}
}

func testReadYourWrites(t *testing.T, p Place) {
	f := open(t, p)
	must(t, f.update(func(w store.Writer) error {
		must(t, f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "1", Email: "a", Status: "x"}))
		row, err := f.table.Find(f.ctx, w, "by_email", "p", "a")
		must(t, err)
		if _, err := f.table.Get(f.ctx, f.db, "p", "1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another reader sees what is not committed: %v", err)
		}
		row.Doc.Status = "y"
		must(t, f.table.Update(f.ctx, w, &row))
		page, err := f.table.List(f.ctx, w, store.Query{Index: "by_status", Prefix: []string{"p", "y"}})
		must(t, err)
		if joinIDs(page.Rows) != "1" {
			t.Errorf("the transaction does not see its own write: %v", page.Rows)
		}
		return nil
	}))
	if row := f.get("p", "1"); row.Version != 2 || row.Doc.Status != "y" {
		t.Errorf("after the commit: %+v", row)
	}
	// A transaction that does nothing is a success.
	must(t, f.update(func(store.Writer) error { return nil }))
}

// testRollbackOfOne runs many closures at once, so that an engine that groups
// them does; every third one fails after writing.
func testRollbackOfOne(t *testing.T, p Place) {
	f := open(t, p)
	boom := errors.New("boom")
	const callers = 90
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			errs[i] = f.update(func(w store.Writer) error {
				if err := f.table.Insert(f.ctx, w, &account{Pool: "p", ID: num(i)}); err != nil {
					return err
				}
				if i%3 == 0 {
					return boom
				}
				return f.table.Insert(f.ctx, w, &account{Pool: "q", ID: num(i)})
			})
		})
	}
	wg.Wait()
	for i, err := range errs {
		want := int64(1)
		if i%3 == 0 {
			want = 0
			if !errors.Is(err, boom) {
				t.Errorf("closure %d: %v, want its own error", i, err)
			}
		} else if err != nil {
			t.Errorf("closure %d: %v", i, err)
		}
		for _, pool := range []string{"p", "q"} {
			if n, err := f.table.Count(f.ctx, f.db, "", pool, num(i)); n != want || err != nil {
				t.Errorf("rows of closure %d in %s: %d, %v, want %d", i, pool, n, err, want)
			}
		}
	}
}

func testPanic(t *testing.T, p Place) {
	f := open(t, p)
	func() {
		defer func() {
			if v := recover(); v != "boom" {
				t.Errorf("recovered %v", v)
			}
		}()
		_ = f.update(func(w store.Writer) error {
			must(t, f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "1"}))
			panic("boom")
		})
	}()
	done := make(chan struct{})
	go func() { // as t.FailNow in a closure would
		defer close(done)
		_ = f.update(func(w store.Writer) error {
			if err := f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "2"}); err != nil {
				t.Error(err)
			}
			runtime.Goexit()
			return nil
		})
	}()
	<-done
	if n, err := f.table.Count(f.ctx, f.db, ""); n != 0 || err != nil {
		t.Errorf("rows of closures that did not return: %d, %v", n, err)
	}
	f.insert(account{Pool: "p", ID: "1"})
}

func testCancel(t *testing.T, p Place) {
	f := open(t, p)
	ctx, cancel := context.WithCancel(f.ctx)
	err := f.db.Update(ctx, func(w store.Writer) error {
		must(t, f.table.Insert(ctx, w, &account{Pool: "p", ID: "1"}))
		cancel()
		return f.table.Insert(ctx, w, &account{Pool: "p", ID: "2"})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in the closure: %v", err)
	}
	for name, err := range map[string]error{
		"get":    second(f.table.Get(ctx, f.db, "p", "1")),
		"view":   f.db.View(ctx, func(r store.Reader) error { return second(f.table.Get(ctx, r, "p", "1")) }),
		"update": f.db.Update(ctx, func(w store.Writer) error { return f.table.Delete(ctx, w, "p", "1") }),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", name, err)
		}
	}
	if n, err := f.table.Count(f.ctx, f.db, ""); n != 0 || err != nil {
		t.Errorf("rows of the cancelled transaction: %d, %v", n, err)
	}
}

// testLostUpdates counts in one row from many goroutines: no increment may be
// lost, and no closure may fail. The closure gives errors another face, as
// services do: what is worth another run must not depend on it.
func testLostUpdates(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1"})
	const callers, rounds = 8, 10
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range rounds {
				err := f.update(func(w store.Writer) error {
					row, err := f.table.Get(f.ctx, w, "p", "1")
					if err != nil {
						return errors.New("cannot read")
					}
					row.Doc.Count++
					if err := f.table.Update(f.ctx, w, &row); err != nil {
						return errors.New("cannot update")
					}
					return nil
				})
				if err != nil {
					t.Errorf("increment: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if row := f.get("p", "1"); row.Doc.Count != callers*rounds || row.Version != callers*rounds+1 {
		t.Errorf("%d increments gave %+v", callers*rounds, row)
	}
}

// testWriteSkew lets pairs of transactions read both rows and switch one of
// them off if the other is on: serializable means that one stays on.
func testWriteSkew(t *testing.T, p Place) {
	f := open(t, p)
	for round := range 10 {
		pool := num(round)
		f.insert(account{Pool: pool, ID: "a", Status: "on"}, account{Pool: pool, ID: "b", Status: "on"})
		var wg sync.WaitGroup
		for _, mine := range []string{"a", "b"} {
			wg.Go(func() {
				err := f.update(func(w store.Writer) error {
					n, err := f.table.Count(f.ctx, w, "by_status", pool, "on")
					if err != nil || n < 2 {
						return err
					}
					row, err := f.table.Get(f.ctx, w, pool, mine)
					if err != nil {
						return err
					}
					row.Doc.Status = "off"
					return f.table.Update(f.ctx, w, &row)
				})
				if err != nil {
					t.Errorf("switch: %v", err)
				}
			})
		}
		wg.Wait()
		if n, err := f.table.Count(f.ctx, f.db, "by_status", pool, "on"); n != 1 || err != nil {
			t.Errorf("round %d: %d stayed on, %v", round, n, err)
		}
	}
}

// testConsumeOnce lets a hundred goroutines, on two nodes when the store is
// shared, redeem the same row in each of three ways.
func testConsumeOnce(t *testing.T, p Place) {
	f := open(t, p)
	dbs := []*store.DB{f.db, f.db}
	if p.Shared {
		dbs[1] = openDB(t, p, store.Options{Now: f.clock.Now}, f.table)
	}
	for name, redeem := range map[string]func(w store.Writer) error{
		"delete":         func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "code") },
		"delete version": func(w store.Writer) error { return f.table.DeleteVersion(f.ctx, w, 1, "p", "code") },
		"take": func(w store.Writer) error {
			row, err := f.table.Take(f.ctx, w, "p", "code")
			if err == nil && (row.Doc.Count != 42 || row.Version != 1) {
				return errors.New("take returned another row")
			}
			return err
		},
	} {
		f.insert(account{Pool: "p", ID: "code", Count: 42})
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				err := dbs[i%2].Update(f.ctx, redeem)
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, store.ErrNotFound):
					lost.Add(1)
				default:
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 99 {
			t.Errorf("%s: %d redeemed, %d were refused", name, won.Load(), lost.Load())
		}
	}
}
