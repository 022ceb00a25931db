package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

// measureLookups grows one user pool and looks users up at each power of ten.
func measureLookups(t *table, dir string, o options) error {
	ctx := context.Background()
	engine, err := sqlite.Open(filepath.Join(dir, "lookups"))
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, engine, store.Options{CacheRows: -1}, directory.Tables()...)
	if err != nil {
		return err
	}
	defer db.Close()
	t.title("Look-ups in one user pool, nothing cached by us (median, wall)")
	t.row("", "%14s %14s %14s", "by user name", "by sub", "by e-mail")
	have := 0
	for n := 1000; n <= o.users; n *= 10 {
		if err := addUsers(ctx, db, have, n); err != nil {
			return err
		}
		have = n
		if err := lookUp(ctx, t, db, n); err != nil {
			return err
		}
	}
	return nil
}

func benchUser(n int) *directory.User {
	name := fmt.Sprintf("user-%07d", n)
	return &directory.User{
		PoolID: "us-east-1_bench0001", Sub: subOf(n), Username: name, Canonical: name, Status: directory.Confirmed, Enabled: true,
		Attributes: map[string]string{"email": name + "@example.com"}, SealedVerifier: make([]byte, 480),
	}
}

// subOf spreads the subs as random ones are spread.
func subOf(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xfff, r.Uint64()&0xffffffffffff)
}

func addUsers(ctx context.Context, db *store.DB, from, to int) error {
	const batch = 1000
	for ; from < to; from += batch {
		err := db.Update(ctx, func(w store.Writer) error {
			for n := from; n < min(from+batch, to); n++ {
				if err := directory.Users.Insert(ctx, w, benchUser(n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func lookUp(ctx context.Context, t *table, db *store.DB, n int) error {
	pool := &directory.Pool{ID: "us-east-1_bench0001"}
	var medians [3]time.Duration
	for kind, f := range []func(u *directory.User) error{
		func(u *directory.User) error { _, err := directory.FindUser(ctx, db, pool, u.Username); return err },
		func(u *directory.User) error { _, err := directory.Users.Get(ctx, db, u.PoolID, u.Sub); return err },
		func(u *directory.User) error {
			page, err := directory.Users.List(ctx, db, store.Query{Index: "by_email", Prefix: []string{u.PoolID, u.Attributes["email"]}, Limit: 1})
			if err == nil && len(page.Rows) != 1 {
				return fmt.Errorf("found %d users", len(page.Rows))
			}
			return err
		},
	} {
		times := make([]time.Duration, 2000)
		for i := range times {
			u := benchUser(rand.IntN(n))
			began := time.Now()
			if err := f(u); err != nil {
				return err
			}
			times[i] = time.Since(began)
		}
		slices.Sort(times)
		medians[kind] = times[len(times)/2]
	}
	t.row(fmt.Sprintf("%d users", n), "%11.1f µs %11.1f µs %11.1f µs", micros(medians[0]), micros(medians[1]), micros(medians[2]))
	return nil
}
