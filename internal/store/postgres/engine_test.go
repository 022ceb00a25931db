package postgres_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/postgres"
	"github.com/mayfly-id/mayfly/internal/store/storetest"
)

// place returns an empty schema of the test database, dropped afterwards.
func place(t testing.TB) storetest.Place {
	c := config(t)
	return storetest.Place{Shared: true, Open: func(t testing.TB) store.Engine { return openEngine(t, c) }}
}

func config(t testing.TB) postgres.Config {
	dsn := os.Getenv("MAYFLY_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("MAYFLY_TEST_POSTGRES is not set; see test/postgres.sh")
	}
	c := postgres.Config{DSN: dsn, Schema: "t_" + strings.ToLower(rand.Text()), MaxConns: 16}
	t.Cleanup(func() {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Errorf("drop schema: %v", err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, `DROP SCHEMA IF EXISTS "`+c.Schema+`" CASCADE`); err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	return c
}

func openEngine(t testing.TB, c postgres.Config) *postgres.Engine {
	t.Helper()
	e, err := postgres.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestConformance(t *testing.T) { storetest.Run(t, place) }

func BenchmarkEngine(b *testing.B) { storetest.Bench(b, place) }
