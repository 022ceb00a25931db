package webtoken

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

const base = "https://login.example.org"

// house is a service over a store in memory, with a clock that the test moves.
type house struct {
	*Service
	db    *store.DB
	clock time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{clock: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	now := func() time.Time { return h.clock }
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if h.db, err = store.Open(ctx, engine, store.Options{Now: now}, append(Tables(), keys.Tables()...)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.db.Close(); err != nil {
			t.Error(err)
		}
	})
	random := &locked{r: rand.NewChaCha8([32]byte{1})}
	ring, err := keys.Open(ctx, h.db, seal.Key{7}, "test", random, now)
	if err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(time.Hour) // the ring's first key is in use
	h.Service = New(Config{Store: h.db, Keys: ring, Now: now, Random: random, URL: base})
	return h
}

// issuer makes an issuer and stores it.
func (h *house) issuer(t testing.TB) string {
	t.Helper()
	id, insert, err := h.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := h.db.Update(ctx, func(w store.Writer) error { return insert(ctx, w) }); err != nil {
		t.Fatal(err)
	}
	return id
}

// get fetches one of an issuer's documents.
func (h *house) get(id, document string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/outbound/"+id+"/.well-known/"+document, nil))
	return w
}

// set fetches the keys of an issuer, as a verifier does.
func (h *house) set(t testing.TB, id string) jws.KeySet {
	t.Helper()
	w := h.get(id, "jwks.json")
	if w.Code != http.StatusOK {
		t.Fatalf("the key set answers %d", w.Code)
	}
	set, err := jws.ParseKeySet(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (h *house) token(alg string) *Token {
	return &Token{
		Algorithm: alg, Audience: []string{"https://api.example.com"}, Subject: "arn:aws:iam::111122223333:role/a/b",
		Issued: h.clock, Expires: h.clock.Add(5 * time.Minute), Account: "111122223333",
	}
}

// locked lets several goroutines read one source.
type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
