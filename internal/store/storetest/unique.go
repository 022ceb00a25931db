package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

func num(i int) string { return fmt.Sprintf("%06d", i) }

func testUnique(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a"}, account{Pool: "q", ID: "1", Email: "a"})
	err := f.update(func(w store.Writer) error {
		return f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "2", Email: "a"})
	})
	wantExists(t, err, "by_email")
	// Of many that want one value, one gets it.
	const callers = 16
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			errs[i] = f.update(func(w store.Writer) error {
				return f.table.Insert(f.ctx, w, &account{Pool: "p", ID: num(i), Email: "wanted"})
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantExists(t, err, "by_email")
		}
	}
	if won != 1 {
		t.Errorf("%d callers got the value", won)
	}
}

func testUniqueOnUpdate(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a"}, account{Pool: "p", ID: "2", Email: "b"})
	one, two := f.get("p", "1"), f.get("p", "2")
	must(t, f.save(&one)) // its own value is not in its way
	one.Doc.Email = "b"
	err := f.update(func(w store.Writer) error {
		wantExists(t, f.table.Update(f.ctx, w, &one), "by_email")
		two.Doc.Email = "c"
		return f.table.Update(f.ctx, w, &two)
	})
	must(t, err)
	must(t, f.save(&one)) // now it is free
	if _, err := f.table.Find(f.ctx, f.db, "by_email", "p", "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old value is still found: %v", err)
	}
	// Moved and taken at once is a conflict: the caller's row is out of date.
	stale := store.Row[account]{Doc: one.Doc, Version: 1}
	stale.Doc.Email = "c"
	if err := f.save(&stale); !errors.Is(err, store.ErrConflict) {
		t.Errorf("stale row with a taken value: %v", err)
	}
}

func testSparse(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(
		account{Pool: "p", ID: "1", Status: "active"},
		account{Pool: "p", ID: "2", Status: "off"},
		account{Pool: "p", ID: "3", Status: "active", Email: "x"},
	)
	if got, _ := f.list(store.Query{Index: "by_email", Prefix: []string{"p"}}); got != "3" {
		t.Errorf("by_email lists %q", got)
	}
	if got, _ := f.list(store.Query{Index: "active"}); got != "1 3" {
		t.Errorf("active lists %q", got)
	}
	if got, _ := f.list(store.Query{Index: "active", Prefix: []string{"off"}}); got != "" {
		t.Errorf("active lists absent rows: %q", got)
	}
	if n, err := f.table.Count(f.ctx, f.db, "active"); n != 2 || err != nil {
		t.Errorf("active counts %d, %v", n, err)
	}
	if _, err := f.table.Find(f.ctx, f.db, "by_email", "p", ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an absent row is found: %v", err)
	}
	row := f.get("p", "3")
	row.Doc.Email, row.Doc.Status = "", "off"
	must(t, f.save(&row))
	if got, _ := f.list(store.Query{Index: "active"}); got != "1" {
		t.Errorf("after leaving, active lists %q", got)
	}
	f.insert(account{Pool: "p", ID: "4", Email: "x"})
}

// testUpdateInOne updates rows several times in one transaction, with and
// without changes of indexed columns, and after the row was replaced.
func testUpdateInOne(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a", Status: "x"})
	must(t, f.update(func(w store.Writer) error {
		row, err := f.table.Get(f.ctx, w, "p", "1")
		must(t, err)
		for _, status := range []string{"x", "y", "y", "x"} {
			row.Doc.Count++
			row.Doc.Status = status
			must(t, f.table.Update(f.ctx, w, &row))
		}
		stale := store.Row[account]{Doc: row.Doc, Version: 1}
		if err := f.table.Update(f.ctx, w, &stale); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a version from earlier in the transaction: %v", err)
		}
		return nil
	}))
	if row := f.get("p", "1"); row.Version != 5 || row.Doc.Count != 4 {
		t.Errorf("after four updates: %+v", row)
	}
	if got, _ := f.list(store.Query{Index: "by_status", Prefix: []string{"p", "x"}}); got != "1" {
		t.Errorf("the index lists %q", got)
	}
	// A row that replaces another in the transaction starts at version 1, too.
	must(t, f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }))
	f.insert(account{Pool: "p", ID: "1", Status: "x"})
	must(t, f.update(func(w store.Writer) error {
		old, err := f.table.Get(f.ctx, w, "p", "1")
		must(t, err)
		must(t, f.table.Delete(f.ctx, w, "p", "1"))
		must(t, f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "1", Status: "other"}))
		return f.table.Update(f.ctx, w, &old)
	}))
	if got, _ := f.list(store.Query{Index: "by_status", Prefix: []string{"p", "x"}}); got != "1" {
		t.Errorf("after the replacement the index lists %q", got)
	}
}
