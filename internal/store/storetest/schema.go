package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/store"
)

// reopen closes the store and opens it with another declaration.
func reopen(t *testing.T, f *fixture, p Place, table *store.Table[account]) (*fixture, error) {
	t.Helper()
	must(t, f.db.Close())
	db, err := store.Open(f.ctx, p.Open(t), store.Options{Now: f.clock.Now}, table)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &fixture{t: t, ctx: f.ctx, db: db, table: table, clock: f.clock}, nil
}

func testReopen(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "a"})
	f, err := reopen(t, f, p, accountTable())
	must(t, err)
	if row := f.get("p", "1"); row.Version != 1 || row.Doc.Email != "a" {
		t.Errorf("after reopening: %+v", row)
	}
}

// bySuffix is an index that the first declaration does not have.
func bySuffix() store.Index[account] {
	return store.Index[account]{
		Name:    "by_last",
		Columns: []store.Column[account]{column("last", func(a *account) string { return a.ID[len(a.ID)-1:] })},
	}
}

func testAddIndex(t *testing.T, p Place) {
	f := open(t, p)
	var docs []account
	for i := range 1100 { // several batches of a backfill
		docs = append(docs, account{Pool: "p", ID: num(i)})
	}
	f.insert(docs...)
	spec := accountSpec()
	spec.Indexes = append(spec.Indexes, bySuffix())
	f, err := reopen(t, f, p, store.NewTable("account", spec))
	must(t, err)
	for i := range 10 {
		if n, err := f.table.Count(f.ctx, f.db, "by_last", num(i)[5:]); n != 110 || err != nil {
			t.Fatalf("rows that end with %d: %d, %v", i, n, err)
		}
	}
	if row := f.get("p", num(7)); row.Version != 1 {
		t.Errorf("the backfill changed the version: %d", row.Version)
	}
	// The table as it was declared first is no longer known to be complete.
	if _, err := reopen(t, f, p, accountTable()); !errors.Is(err, store.ErrNewerTable) {
		t.Errorf("opening with the older declaration: %v", err)
	}
}

func testRaiseRevision(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Email: "B", Status: "active"})
	spec := accountSpec()
	spec.Indexes = []store.Index[account]{bySuffix()} // both others go, and one comes
	spec.Unique[0].Columns[1].Value = func(a *account) string { return "<" + a.Email + ">" }
	if _, err := reopen(t, f, p, store.NewTable("account", spec)); !errors.Is(err, store.ErrNewerTable) {
		t.Fatalf("taking indexes away without a new revision: %v", err)
	}
	spec.Revision = 1
	f, err := reopen(t, f, p, store.NewTable("account", spec))
	must(t, err)
	_, err = f.table.Find(f.ctx, f.db, "by_email", "p", "<B>")
	must(t, err)
	f.insert(account{Pool: "p", ID: "2", Status: "off"})
	if got, _ := f.list(store.Query{Index: "by_last"}); got != "1 2" {
		t.Errorf("the new index lists %q", got)
	}
	// What was taken away can come back.
	spec = accountSpec()
	spec.Revision = 2
	f, err = reopen(t, f, p, store.NewTable("account", spec))
	must(t, err)
	if got, _ := f.list(store.Query{Index: "active"}); got != "1" {
		t.Errorf("the index that came back lists %q", got)
	}
}

func testRefuseNewer(t *testing.T, p Place) {
	spec := accountSpec()
	spec.Revision = 3
	table := store.NewTable("account", spec)
	f := &fixture{t: t, ctx: testContext(t), table: table, clock: NewClock()}
	f.db = openDB(t, p, store.Options{Now: f.clock.Now}, table)
	f.insert(account{Pool: "p", ID: "1"})
	for name, change := range map[string]func(*store.Spec[account]){
		"an older revision": func(s *store.Spec[account]) { s.Revision = 2 },
		"another key":       func(s *store.Spec[account]) { s.Key = s.Key[:1] },
		"a missing index":   func(s *store.Spec[account]) { s.Indexes = s.Indexes[:1] },
		"no expiry":         func(s *store.Spec[account]) { s.Expires = nil },
	} {
		spec := accountSpec()
		spec.Revision = 3
		change(&spec)
		if _, err := reopen(t, f, p, store.NewTable("account", spec)); !errors.Is(err, store.ErrNewerTable) {
			t.Errorf("%s: %v, want ErrNewerTable", name, err)
		}
	}
	f, err := reopen(t, f, p, table)
	must(t, err)
	f.get("p", "1")
}

// testRollingUpgrade opens a node with one more index beside one that runs
// without it: the older one may read, but not write rows the index would miss.
func testRollingUpgrade(t *testing.T, p Place) {
	if !p.Shared {
		t.Skip("the engine serves one node")
	}
	older := open(t, p)
	older.insert(account{Pool: "p", ID: "1"}, account{Pool: "p", ID: "2"})
	row := older.get("p", "1")
	spec := accountSpec()
	spec.Indexes = append(spec.Indexes, bySuffix())
	newer := &fixture{t: t, ctx: older.ctx, table: store.NewTable("account", spec), clock: older.clock}
	newer.db = openDB(t, p, store.Options{Now: newer.clock.Now}, newer.table)
	for name, write := range map[string]func(store.Writer) error{
		"insert": func(w store.Writer) error {
			return older.table.Insert(older.ctx, w, &account{Pool: "p", ID: "3"})
		},
		"update": func(w store.Writer) error { return older.table.Update(older.ctx, w, &row) },
		"update of what was just read": func(w store.Writer) error {
			row, err := older.table.Get(older.ctx, w, "p", "1")
			must(t, err)
			row.Doc.Count++
			return older.table.Update(older.ctx, w, &row)
		},
		"upsert": func(w store.Writer) error {
			return older.table.Upsert(older.ctx, w, &account{Pool: "p", ID: "2"})
		},
	} {
		if err := older.update(write); !errors.Is(err, store.ErrNewerTable) {
			t.Errorf("%s by the older node: %v, want ErrNewerTable", name, err)
		}
	}
	older.get("p", "1")
	newer.insert(account{Pool: "p", ID: "12"})
	row = newer.get("p", "2")
	must(t, newer.save(&row))
	if got, _ := newer.list(store.Query{Index: "by_last"}); got != "1 12 2" {
		t.Errorf("the new index lists %q", got)
	}
	if got, _ := older.list(store.Query{}); got != "1 12 2" {
		t.Errorf("the older node lists %q", got)
	}
}

func testSnapshotRestore(t *testing.T, p Place) {
	type note struct{ ID, Text string }
	notes := store.NewTable("note", store.Spec[note]{
		Key: []store.Column[note]{column("id", func(n *note) string { return n.ID })},
	})
	f := open(t, p, notes)
	f.insert(account{Pool: "p", ID: "1", Email: "a", Count: 1}, account{Pool: "p", ID: "2"})
	row := f.get("p", "2")
	must(t, f.save(&row))
	snap, err := f.db.Snapshot(f.ctx)
	must(t, err)
	before, err := f.table.List(f.ctx, f.db, store.Query{})
	must(t, err)

	row = f.get("p", "1")
	row.Doc.Count, row.Doc.Email = 2, "b"
	must(t, f.save(&row))
	f.insert(account{Pool: "p", ID: "3", Email: "a"})
	must(t, f.update(func(w store.Writer) error { return notes.Insert(f.ctx, w, &note{"n", "text"}) }))
	_, err = f.table.GetCached(f.ctx, f.db, "p", "3")
	must(t, err)

	must(t, f.db.Restore(f.ctx, snap))
	after, err := f.table.List(f.ctx, f.db, store.Query{})
	must(t, err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("after the restore:\n%s", diff)
	}
	for _, err := range []error{
		second(f.table.GetCached(f.ctx, f.db, "p", "3")),
		second(notes.Get(f.ctx, f.db, "n")),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a row from after the snapshot: %v", err)
		}
	}
	found, err := f.table.Find(f.ctx, f.db, "by_email", "p", "a")
	must(t, err)
	if found.Doc.ID != "1" {
		t.Errorf("the index leads to %+v", found)
	}
}

func testClosed(t *testing.T, p Place) {
	f := open(t, p)
	must(t, f.db.Close())
	must(t, f.db.Close()) // a second time is no error
	for name, err := range map[string]error{
		"get":    second(f.table.Get(f.ctx, f.db, "p", "1")),
		"view":   f.db.View(f.ctx, func(store.Reader) error { return nil }),
		"update": f.update(func(store.Writer) error { return nil }),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}
