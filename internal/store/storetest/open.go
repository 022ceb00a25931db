package storetest

import (
	"context"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

// Open gives a test an empty in-memory store with these tables, closed when the
// test ends.
func Open(t testing.TB, o store.Options, tables ...store.AnyTable) *store.DB {
	t.Helper()
	e, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatalf("open memory store: %v", err)
	}
	db, err := store.Open(context.Background(), e, o, tables...)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return db
}
