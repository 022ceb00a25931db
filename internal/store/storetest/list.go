package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/store"
	"pgregory.net/rapid"
)

func testListFilters(t *testing.T, p Place) {
	f := open(t, p)
	for _, id := range []string{"a", "ab", "abc", "abd", "ac", "b", "\U0010FFFF", "\U0010FFFFz", "\uD7FF", "\uD7FFx", "\uE000"} {
		f.insert(account{Pool: "p", ID: id, Status: "s" + string([]rune(id)[0])})
	}
	f.insert(account{Pool: "q", ID: "abz", Status: "sa"})
	for _, tc := range []struct {
		name string
		q    store.Query
		want string
	}{
		{"prefix", store.Query{Prefix: []string{"q"}}, "abz"},
		{"prefix of all columns", store.Query{Prefix: []string{"p", "ab"}}, "ab"},
		{"nothing", store.Query{Prefix: []string{"none"}}, ""},
		{"starts with", store.Query{Prefix: []string{"p"}, StartsWith: "ab"}, "ab abc abd"},
		{"starts with, descending", store.Query{Prefix: []string{"p"}, StartsWith: "ab", Descending: true}, "abd abc ab"},
		{"starts with the last character", store.Query{Prefix: []string{"p"}, StartsWith: "\U0010FFFF"}, "\U0010FFFF \U0010FFFFz"},
		{"starts with the character before the surrogates", store.Query{Prefix: []string{"p"}, StartsWith: "\uD7FF"}, "\uD7FF \uD7FFx"},
		{"from", store.Query{Prefix: []string{"p"}, From: "abd", Limit: 3}, "abd ac b"},
		{"from and starts with", store.Query{Prefix: []string{"p"}, From: "abc", StartsWith: "ab"}, "abc abd"},
		{"on the first column", store.Query{StartsWith: "q"}, "abz"},
		{"on the key columns of an index", store.Query{Index: "by_status", Prefix: []string{"p", "sa"}, StartsWith: "ab"}, "ab abc abd"},
		{"of an index", store.Query{Index: "by_status", Prefix: []string{"p"}, StartsWith: "sb"}, "b"},
		{"wildcards mean nothing", store.Query{Prefix: []string{"p"}, StartsWith: "%"}, ""},
	} {
		if got, _ := f.list(tc.q); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	if n, err := f.table.Count(f.ctx, f.db, "by_status", "p", "sa"); n != 5 || err != nil {
		t.Errorf("count: %d, %v", n, err)
	}
}

func testPaging(t *testing.T, p Place) {
	f := open(t, p)
	var docs []account
	for i := range 25 {
		docs = append(docs, account{Pool: "p", ID: num(i), Status: []string{"x", "y", "z"}[i%3]})
	}
	f.insert(docs...)
	for _, q := range []store.Query{
		{Limit: 4}, {Limit: 5, Prefix: []string{"p"}}, {Limit: 1, Descending: true},
		{Limit: 7, Index: "by_status", Prefix: []string{"p"}},
		{Limit: 3, Index: "by_status", Prefix: []string{"p"}, Descending: true},
	} {
		var got []string
		for row, err := range f.table.All(f.ctx, f.db, q) {
			must(t, err)
			got = append(got, row.Doc.ID)
		}
		q.Limit = store.MaxLimit + 1
		whole, next := f.list(q)
		if diff := cmp.Diff(strings.Fields(whole), got); diff != "" || len(got) != len(docs) || next != "" {
			t.Errorf("%+v: pages differ from the whole:\n%s", q, diff)
		}
	}
	if _, next := f.list(store.Query{Limit: 25}); next != "" {
		t.Errorf("a page that ends with the last row has a next one")
	}
}

// testPagingUnderWrites pages while rows come and go on both sides of every
// page; those that were there throughout must be seen once.
func testPagingUnderWrites(t *testing.T, p Place) {
	f := open(t, p)
	const n = 120
	for i := range n {
		f.insert(account{Pool: "p", ID: num(2 * i), Status: "s"})
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			a := account{Pool: "p", ID: num(2*(i*37%n) + 1), Status: "s"}
			err := f.update(func(w store.Writer) error { return f.table.Upsert(f.ctx, w, &a) })
			if err == nil {
				err = f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, a.Pool, a.ID) })
			}
			if err != nil {
				t.Errorf("writer: %v", err)
				return
			}
		}
	})
	for _, q := range []store.Query{
		{Prefix: []string{"p"}, Limit: 7},
		{Index: "by_status", Prefix: []string{"p", "s"}, Limit: 7, Descending: true},
	} {
		seen := make(map[string]int)
		for row, err := range f.table.All(f.ctx, f.db, q) {
			must(t, err)
			seen[row.Doc.ID]++
		}
		for i := range n {
			if seen[num(2*i)] != 1 {
				t.Errorf("row %s was seen %d times", num(2*i), seen[num(2*i)])
			}
		}
	}
	close(stop)
	wg.Wait()
}

// testPagingProperty compares every query with the same selection made in Go.
func testPagingProperty(t *testing.T, p Place) {
	f := open(t, p)
	letters := rapid.StringMatching(`[ab%é\x{10FFFF}]{0,3}`)
	var all []account
	rapid.Check(t, func(rt *rapid.T) {
		if len(all) < 60 {
			a := account{Pool: letters.Draw(rt, "pool"), ID: letters.Draw(rt, "id"), Status: letters.Draw(rt, "status")}
			if !slices.ContainsFunc(all, func(o account) bool { return o.Pool == a.Pool && o.ID == a.ID }) {
				f.insert(a)
				all = append(all, a)
			}
		}
		q := store.Query{
			From: letters.Draw(rt, "from"), StartsWith: letters.Draw(rt, "starts"),
			Limit: rapid.IntRange(1, 9).Draw(rt, "limit"), Descending: rapid.Bool().Draw(rt, "descending"),
			Index: rapid.SampledFrom([]string{"", "by_status"}).Draw(rt, "index"),
		}
		if rapid.Bool().Draw(rt, "prefix") {
			q.Prefix = []string{letters.Draw(rt, "pool")}
		}
		var got []account
		for row, err := range f.table.All(f.ctx, f.db, q) {
			must(t, err)
			got = append(got, row.Doc)
		}
		if diff := cmp.Diff(selectInGo(all, q), got); diff != "" {
			rt.Fatalf("%+v:\n%s", q, diff)
		}
	})
}

func selectInGo(all []account, q store.Query) []account {
	order := func(a account) []string {
		if q.Index == "" {
			return []string{a.Pool, a.ID}
		}
		return []string{a.Pool, a.Status, a.ID}
	}
	var out []account
	for _, a := range all {
		o := order(a)
		next := o[len(q.Prefix)]
		if slices.Equal(o[:len(q.Prefix)], q.Prefix) && next >= q.From && strings.HasPrefix(next, q.StartsWith) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b account) int {
		c := slices.Compare(order(a), order(b))
		if q.Descending {
			c = -c
		}
		return c
	})
	return out
}

func testCursor(t *testing.T, p Place) {
	f := open(t, p)
	f.insert(account{Pool: "p", ID: "1"}, account{Pool: "p", ID: "2"}, account{Pool: "p", ID: "3"})
	_, next := f.list(store.Query{Limit: 1})
	for name, q := range map[string]store.Query{
		"another index":     {Index: "by_status", After: next},
		"another prefix":    {Prefix: []string{"p"}, After: next},
		"another direction": {Descending: true, After: next},
		"shortened":         {After: next[:len(next)-1]},
		"lengthened":        {After: next + "x"},
		"foreign":           {After: "what?"},
	} {
		if _, err := f.table.List(f.ctx, f.db, q); !errors.Is(err, store.ErrBadCursor) {
			t.Errorf("%s: %v, want ErrBadCursor", name, err)
		}
	}
	must(t, f.update(func(w store.Writer) error { return f.table.Delete(f.ctx, w, "p", "1") }))
	if got, _ := f.list(store.Query{After: next}); got != "2 3" {
		t.Errorf("behind a row that is gone: %q", got)
	}
}

func testDeleteAll(t *testing.T, p Place) {
	f := open(t, p)
	var docs []account
	for i := range 150 {
		docs = append(docs, account{Pool: []string{"p", "q"}[i%2], ID: num(i), Status: []string{"x", "y", "z"}[i%3]})
	}
	f.insert(docs...)
	remove := func(index string, prefix ...string) (n int64) {
		must(t, f.update(func(w store.Writer) (err error) {
			n, err = f.table.DeleteAll(f.ctx, w, index, prefix...)
			return err
		}))
		return n
	}
	cached, err := f.table.GetCached(f.ctx, f.db, "p", num(0))
	must(t, err)
	if cached.Doc.Status != "x" {
		t.Fatalf("cached: %+v", cached)
	}
	if n := remove("by_status", "p", "x"); n != 25 {
		t.Errorf("removed %d of one status", n)
	}
	if _, err := f.table.GetCached(f.ctx, f.db, "p", num(0)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a removed row is still cached: %v", err)
	}
	if _, err := f.table.GetCached(f.ctx, f.db, "q", num(1)); err != nil {
		t.Error(err)
	}
	if n := remove("", "q"); n != 75 { // enough to be published as a change of the table
		t.Errorf("removed %d of one pool", n)
	}
	if _, err := f.table.GetCached(f.ctx, f.db, "q", num(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a removed row is still cached: %v", err)
	}
	if n, err := f.table.Count(f.ctx, f.db, ""); n != 50 || err != nil {
		t.Errorf("left: %d, %v", n, err)
	}
}
