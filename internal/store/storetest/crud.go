package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/store"
)

func testCRUD(t *testing.T, p Place) {
	f := open(t, p)
	doc := account{Pool: "p", ID: "1", Email: "a@example.com", Status: "active", Count: 7}
	f.insert(doc)
	row := f.get("p", "1")
	if diff := cmp.Diff(store.Row[account]{Doc: doc, Version: 1}, row); diff != "" {
		t.Fatalf("after insert (-want +got):\n%s", diff)
	}
	found, err := f.table.Find(f.ctx, f.db, "by_email", "p", "a@example.com")
	must(t, err)
	if diff := cmp.Diff(row, found); diff != "" {
		t.Fatalf("find differs from get:\n%s", diff)
	}
	row.Doc.Count = 8
	must(t, f.save(&row))
	if got := f.get("p", "1"); got.Version != 2 || row.Version != 2 || got.Doc.Count != 8 {
		t.Fatalf("after update: %+v, the caller's version is %d", got, row.Version)
	}
	must(t, f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }))
	for name, err := range map[string]error{
		"get":    second(f.table.Get(f.ctx, f.db, "p", "1")),
		"find":   second(f.table.Find(f.ctx, f.db, "by_email", "p", "a@example.com")),
		"delete": f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }),
		"take": f.update(func(w store.Writer) error {
			return second(f.table.Take(f.ctx, w, "p", "1"))
		}),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s after delete: %v, want ErrNotFound", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func testInsertExisting(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1", Count: 1})
	err := f.update(func(w store.Writer) error {
		err := f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "1", Count: 2})
		wantExists(t, err, "")
		// The transaction goes on after the refusal.
		return f.table.Insert(f.ctx, w, &account{Pool: "p", ID: "2"})
	})
	must(t, err)
	if got := f.get("p", "1").Doc.Count; got != 1 {
		t.Errorf("the refused insert changed the row: %d", got)
	}
	f.get("p", "2")
}

func wantExists(t *testing.T, err error, index string) {
	t.Helper()
	var exists *store.ExistsError
	if !errors.Is(err, store.ErrExists) || !errors.As(err, &exists) || exists.Table != "account" || exists.Index != index {
		t.Fatalf("got %v, want that index %q of account is taken", err, index)
	}
}

func testVersions(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1"})
	first, stale := f.get("p", "1"), f.get("p", "1")
	must(t, f.save(&first))
	if err := f.save(&stale); !errors.Is(err, store.ErrConflict) || stale.Version != 1 {
		t.Fatalf("update of a stale row: %v, version %d", err, stale.Version)
	}
	remove := func(version int64) error {
		return f.update(func(w store.Writer) error { return f.table.DeleteVersion(f.ctx, w, version, "p", "1") })
	}
	if err := remove(1); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("delete of a stale version: %v", err)
	}
	must(t, remove(2))
	if err := remove(2); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("delete of a row that is gone: %v", err)
	}
	if err := f.save(&first); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("update of a row that is gone: %v", err)
	}
	// A closure that fails gives the versions in memory back.
	f.insert(account{Pool: "p", ID: "2"})
	row := f.get("p", "2")
	boom := errors.New("boom")
	err := f.update(func(w store.Writer) error {
		must(t, f.table.Update(f.ctx, w, &row))
		must(t, f.table.Update(f.ctx, w, &row))
		return boom
	})
	if !errors.Is(err, boom) || row.Version != 1 {
		t.Fatalf("failed closure: %v, version %d", err, row.Version)
	}
	must(t, f.save(&row))
}

func testOrder(t *testing.T, p Place) {
	f := open(t, p)
	ids := []string{"", "A", "Z", "a", "a b", "a-b", "ab", "b", "ä", "ﬀ", "\U0001F600"}
	for i := len(ids) - 1; i >= 0; i-- {
		f.insert(account{Pool: "p", ID: ids[i]})
	}
	got, _ := f.list(store.Query{Prefix: []string{"p"}})
	if want := strings.Join(ids, " "); got != want {
		t.Errorf("order is %q, want %q", got, want)
	}
	got, _ = f.list(store.Query{Prefix: []string{"p"}, Descending: true, Limit: 2})
	if want := "\U0001F600 ﬀ"; got != want {
		t.Errorf("descending order starts %q, want %q", got, want)
	}
}

func testUpsert(t *testing.T, p Place) {
	f := open(t, p)
	put := func(a account) error {
		return f.update(func(w store.Writer) error { return f.table.Upsert(f.ctx, w, &a) })
	}
	must(t, put(account{Pool: "p", ID: "1", Email: "a", Count: 1}))
	must(t, put(account{Pool: "p", ID: "1", Email: "b", Count: 2}))
	if row := f.get("p", "1"); row.Version != 2 || row.Doc.Count != 2 {
		t.Fatalf("after two upserts: %+v", row)
	}
	must(t, put(account{Pool: "p", ID: "2", Email: "a"}))
	wantExists(t, put(account{Pool: "p", ID: "2", Email: "b"}), "by_email")
	wantExists(t, put(account{Pool: "p", ID: "3", Email: "b"}), "by_email")
}

func testValues(t *testing.T, p Place) {
	f := open(t, p)
	long := strings.Repeat("x", store.MaxValue)
	f.insert(account{Pool: "p", ID: long})
	f.get("p", long)
	odd := account{Pool: "p'\"; --", ID: "\\ $1 % _ \t\n", Email: "\x01\u2028", Status: "null"}
	f.insert(odd)
	if diff := cmp.Diff(odd, f.get(odd.Pool, odd.ID).Doc); diff != "" {
		t.Errorf("odd text changed:\n%s", diff)
	}
	for name, bad := range map[string]string{"NUL": "a\x00b", "not UTF-8": "a\xffb", "long": long + "x"} {
		err := f.update(func(w store.Writer) error {
			return f.table.Insert(f.ctx, w, &account{Pool: "p", ID: bad})
		})
		var value *store.ValueError
		if !errors.Is(err, store.ErrInvalid) || !errors.As(err, &value) || value.Column != "id" {
			t.Errorf("%s: insert: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), bad) {
			t.Errorf("%s: the error quotes the value", name)
		}
		if _, err := f.table.Get(f.ctx, f.db, "p", bad); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: get: %v", name, err)
		}
		if got, _ := f.list(store.Query{Prefix: []string{bad}}); got != "" {
			t.Errorf("%s: list: %q", name, got)
		}
		if n, err := f.table.Count(f.ctx, f.db, "", bad); n != 0 || err != nil {
			t.Errorf("%s: count: %d, %v", name, n, err)
		}
	}
	wide := account{Pool: long, ID: long, Status: long}
	err := f.update(func(w store.Writer) error { return f.table.Insert(f.ctx, w, &wide) })
	if !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an index row beyond the limit: %v", err)
	}
}

func testExpiry(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(
		account{Pool: "p", ID: "1", Email: "a", Status: "active", Until: f.clock.Now().Add(time.Minute)},
		account{Pool: "p", ID: "2", Email: "b", Status: "active"},
	)
	row := f.get("p", "1")
	f.clock.Advance(time.Minute - time.Millisecond)
	f.get("p", "1")
	f.clock.Advance(time.Millisecond)
	for name, err := range map[string]error{
		"get":    second(f.table.Get(f.ctx, f.db, "p", "1")),
		"find":   second(f.table.Find(f.ctx, f.db, "by_email", "p", "a")),
		"delete": f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }),
		"take":   f.update(func(w store.Writer) error { return second(f.table.Take(f.ctx, w, "p", "1")) }),
		"delete version": f.update(func(w store.Writer) error {
			return f.table.DeleteVersion(f.ctx, w, 1, "p", "1")
		}),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of an expired row: %v", name, err)
		}
	}
	row.Doc.Until = time.Time{}
	if err := f.save(&row); !errors.Is(err, store.ErrConflict) {
		t.Errorf("update of an expired row: %v", err)
	}
	for _, index := range []string{"", "by_status", "by_email"} {
		if got, _ := f.list(store.Query{Index: index, Prefix: []string{"p"}}); got != "2" {
			t.Errorf("list by %q: %q", index, got)
		}
		if n, err := f.table.Count(f.ctx, f.db, index, "p"); n != 1 || err != nil {
			t.Errorf("count by %q: %d, %v", index, n, err)
		}
	}
}

func testExpiredInTheWay(t *testing.T, p Place) {
	f := open(t, p)
	old := func(id, email string) account {
		return account{Pool: "p", ID: id, Email: email, Until: f.clock.Now().Add(time.Minute), Count: 1}
	}
	f.insert(old("1", "a"), old("2", "b"), old("3", "c"))
	f.clock.Advance(time.Hour)
	f.insert(account{Pool: "p", ID: "1", Email: "b", Count: 2}) // the key of one, the e-mail of another
	if row := f.get("p", "1"); row.Version != 1 || row.Doc.Count != 2 {
		t.Errorf("insert over an expired row: %+v", row)
	}
	row := f.get("p", "1")
	row.Doc.Email = "c"
	must(t, f.save(&row))
	must(t, f.update(func(w store.Writer) error {
		return f.table.Upsert(f.ctx, w, &account{Pool: "p", ID: "2", Count: 9})
	}))
	if row := f.get("p", "2"); row.Version != 1 || row.Doc.Count != 9 {
		t.Errorf("upsert over an expired row: %+v", row)
	}
}

func testSweep(t *testing.T, p Place) {
	f := open(t, p)
	until := f.clock.Now().Add(time.Minute)
	const expiring = 1203
	docs := []account{{Pool: "p", ID: "keep"}, {Pool: "p", ID: "later", Until: until.Add(time.Hour)}}
	for i := range expiring {
		docs = append(docs, account{Pool: "q", ID: num(i), Until: until})
	}
	f.insert(docs...)
	if n, err := f.db.Sweep(f.ctx, f.clock.Now()); n != 0 || err != nil {
		t.Fatalf("sweep before expiry: %d, %v", n, err)
	}
	f.clock.Advance(time.Minute)
	if n, err := f.db.Sweep(f.ctx, f.clock.Now()); n != expiring || err != nil {
		t.Fatalf("sweep: %d, %v, want %d", n, err, expiring)
	}
	if got, _ := f.list(store.Query{}); got != "keep later" {
		t.Errorf("left: %q", got)
	}
}
