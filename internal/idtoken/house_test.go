package idtoken

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	base   = "https://id.example.org"
	poolA  = "us-east-1_AAAAAAAAA"
	poolB  = "us-east-1_BBBBBBBBB"
	userID = "11111111-2222-4333-8444-555555555555"
)

// seeded is randomness that is the same in every run and may be used by many goroutines.
type seeded struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func newSeeded() *seeded { return &seeded{r: rand.NewChaCha8([32]byte{1})} }

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type house struct {
	*Service
	ctx    context.Context
	clock  *clock
	hooks  *functions
	pool   *directory.Pool
	client *directory.Client
	user   *directory.User
}

// open makes a service with two pools, and a client and a user in the first.
func open(t testing.TB, alg string) *house {
	t.Helper()
	h := &house{ctx: t.Context(), clock: &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.UTC)}}
	engine, err := sqlite.OpenMemory()
	must(t, err)
	var tables []store.AnyTable
	for _, l := range [][]store.AnyTable{Tables(), directory.Tables(), keys.Tables()} {
		tables = append(tables, l...)
	}
	db, err := store.Open(h.ctx, engine, store.Options{Now: h.clock.now}, tables...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	random := newSeeded()
	ring, err := keys.Open(h.ctx, db, seal.Key{7}, "test", random, h.clock.now)
	must(t, err)
	h.hooks = &functions{}
	h.Service = New(Config{Store: db, Keys: ring, Now: h.clock.now, Random: random, PublicURL: base, Triggers: h.hooks})
	h.pool = &directory.Pool{ID: poolA, Account: "000000000000", Region: "us-east-1", SigningAlg: alg}
	h.client = &directory.Client{ID: "client", PoolID: poolA, Revocation: true, AccessLife: 10 * time.Minute, IDLife: 20 * time.Minute, RefreshLife: time.Hour}
	h.user = &directory.User{
		PoolID: poolA, Sub: userID, Username: "ada", Canonical: "ada", Status: directory.Confirmed, Enabled: true,
		Attributes: map[string]string{"email": "ada@example.org", "email_verified": "true", "custom:tenant": "t1", "address": "1 Main St", "updated_at": "7"},
	}
	must(t, db.Update(h.ctx, func(w store.Writer) error {
		for _, id := range []string{poolA, poolB} {
			insert, err := h.NewPoolKeys(id, alg)
			if err != nil {
				return err
			}
			if err := insert(h.ctx, w); err != nil {
				return err
			}
		}
		return directory.Users.Insert(h.ctx, w, h.user)
	}))
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) grant() directory.Grant {
	return directory.Grant{Pool: h.pool, Client: h.client, User: h.user}
}

func (h *house) issue(t testing.TB) directory.Tokens {
	t.Helper()
	tokens, err := h.Issue(h.ctx, h.grant(), nil)
	must(t, err)
	return tokens
}

func (h *house) refresh(token directory.Token) (directory.Tokens, error) {
	return h.Refresh(h.ctx, h.pool, h.client, token, nil, func(*directory.User) error { return nil })
}

// changeUser writes a change of the user, as an administrator would.
func (h *house) changeUser(t testing.TB, change func(*directory.User)) {
	t.Helper()
	must(t, h.db.Update(h.ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(h.ctx, w, poolA, userID)
		if err != nil {
			return err
		}
		change(&row.Doc)
		return directory.Users.Update(h.ctx, w, &row)
	}))
}
