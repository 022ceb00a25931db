package sqlite_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/store/storetest"
)

// place returns an empty folder.
func place(t testing.TB) storetest.Place {
	dir := t.TempDir()
	return storetest.Place{Open: func(t testing.TB) store.Engine {
		e, err := sqlite.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}}
}

// memory returns a place that is gone when it is closed.
func memory(testing.TB) storetest.Place {
	return storetest.Place{Open: func(t testing.TB) store.Engine {
		e, err := sqlite.OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}}
}

func TestConformance(t *testing.T) { storetest.Run(t, place) }

func BenchmarkEngine(b *testing.B) { storetest.Bench(b, place) }

func BenchmarkMemory(b *testing.B) { storetest.Bench(b, memory) }

// BenchmarkOpen opens a store of 60 tables that is there already, as a server
// does when it starts.
func BenchmarkOpen(b *testing.B) {
	p := place(b)
	type doc struct{ ID, A, B string }
	var tables []store.AnyTable
	for i := range 60 {
		tables = append(tables, store.NewTable(fmt.Sprint("table", i), store.Spec[doc]{
			Key: []store.Column[doc]{{Name: "id", Value: func(d *doc) string { return d.ID }}},
			Indexes: []store.Index[doc]{
				{Name: "a", Columns: []store.Column[doc]{{Name: "a", Value: func(d *doc) string { return d.A }}}},
				{Name: "b", Columns: []store.Column[doc]{{Name: "b", Value: func(d *doc) string { return d.B }}}},
			},
		}))
	}
	for first := true; first || b.Loop(); first = false {
		db, err := store.Open(context.Background(), p.Open(b), store.Options{}, tables...)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
