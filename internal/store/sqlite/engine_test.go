package sqlite_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Place {
		dir := t.TempDir()
		return storetest.Place{Open: func(t testing.TB) store.Engine {
			e, err := sqlite.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}}
	})
}
