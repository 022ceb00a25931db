package signingkey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

var begin = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// house seals with one key and counts how often something is opened.
type house struct {
	ring   *seal.Ring
	random io.Reader
	now    time.Time
	opened int
}

func newHouse(t *testing.T) (*house, *Maker) {
	t.Helper()
	random := rand.NewChaCha8([32]byte{1})
	key, err := seal.NewKey(random)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.NewRing(seal.RingKey{ID: 1, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{ring: ring, random: random, now: begin}
	return h, &Maker{Table: "some_keys", Keys: h, Random: random, Now: func() time.Time { return h.now }}
}

func (h *house) Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error) {
	return h.ring.Sealer(p, tenant).Seal(h.random, h.now, plaintext, aad)
}

func (h *house) Open(_ context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error) {
	h.opened++
	return h.ring.Sealer(p, tenant).Open(sealed, aad)
}

func states(r Ring) string {
	var b strings.Builder
	for i := range r {
		fmt.Fprintf(&b, "%s %s,", r[i].State, r[i].Public.Algorithm)
	}
	return b.String()
}

func TestLifeOfKeys(t *testing.T) {
	h, m := newHouse(t)
	ctx := context.Background()
	ring, err := m.Ring("a", jws.ES256, jws.ES384)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := states(ring), "active ES256,active ES384,next ES256,next ES384,"; got != want {
		t.Fatalf("a new ring is %s", got)
	}
	signers := NewSigners(m)
	sign := func(r Ring, alg jws.Algorithm) string {
		t.Helper()
		s, err := signers.Open(ctx, "a", r, alg)
		if err != nil {
			t.Fatal(err)
		}
		token, err := jws.Encode(h.random, s, []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first := sign(ring, jws.ES384)
	sign(ring, jws.ES384)
	if h.opened != 1 {
		t.Errorf("the key was opened %d times", h.opened)
	}

	h.now = begin.Add(time.Hour)
	fresh, err := m.Next("a", jws.ES256, jws.ES384)
	if err != nil {
		t.Fatal(err)
	}
	const tail = 10 * time.Minute
	turned := ring.Turn(fresh, h.now, tail)
	if got, want := states(turned), "retiring ES256,retiring ES384,active ES256,active ES384,next ES256,next ES384,"; got != want {
		t.Fatalf("after a turn it is %s", got)
	}
	if diff := cmp.Diff("active ES256,active ES384,next ES256,next ES384,", states(ring)); diff != "" {
		t.Errorf("the ring before the turn changed: %s", diff)
	}
	if turned[0].Sealed != nil || ring[0].Sealed == nil {
		t.Error("a retired key keeps its private part, or the ring before the turn lost it")
	}
	second := sign(turned, jws.ES384)
	for _, c := range []struct {
		token string
		at    time.Duration
		keys  int
		ok    bool
	}{
		{first, 0, 6, true}, {first, tail - 1, 6, true}, {first, tail, 4, false}, {second, tail, 4, true},
	} {
		set := turned.Public(h.now.Add(c.at), tail)
		_, err := jws.Verify(c.token, set)
		if len(set) != c.keys || (err == nil) != c.ok {
			t.Errorf("after %s there are %d keys, and a token gives %v", c.at, len(set), err)
		}
		parsed, err := jws.ParseCompact(c.token)
		if err != nil {
			t.Fatal(err)
		}
		if k := turned.Find(parsed.Header.KeyID, h.now.Add(c.at), tail); (k != nil) != c.ok || k != nil && k.ID != parsed.Header.KeyID {
			t.Errorf("after %s the key is %v", c.at, k)
		}
	}
	if _, err := jws.Verify(second, ring.Public(begin, tail)); err != nil {
		t.Errorf("the next key was not published before it signed: %v", err)
	}
	later := turned.Turn(fresh, h.now.Add(tail), tail)
	if got, want := states(later), "retiring ES256,retiring ES384,active ES256,active ES384,next ES256,next ES384,"; got != want {
		t.Errorf("after another turn it is %s", got)
	}
}

// TestPlaceOfKeys: a private key opens for its tenant, table and id alone.
func TestPlaceOfKeys(t *testing.T) {
	_, m := newHouse(t)
	ctx := context.Background()
	ring, err := m.Ring("a", jws.ES256)
	if err != nil {
		t.Fatal(err)
	}
	swapped := Ring{ring[0], ring[1]}
	swapped[0].Sealed = ring[1].Sealed
	elsewhere := *m
	elsewhere.Table = "other_keys"
	for name, open := range map[string]func() (jws.Signer, error){
		"another tenant":    func() (jws.Signer, error) { return NewSigners(m).Open(ctx, "b", ring, jws.ES256) },
		"another table":     func() (jws.Signer, error) { return NewSigners(&elsewhere).Open(ctx, "a", ring, jws.ES256) },
		"another key":       func() (jws.Signer, error) { return NewSigners(m).Open(ctx, "a", swapped, jws.ES256) },
		"another algorithm": func() (jws.Signer, error) { return NewSigners(m).Open(ctx, "a", ring, jws.RS256) },
		"no ring":           func() (jws.Signer, error) { return NewSigners(m).Open(ctx, "a", nil, jws.ES256) },
	} {
		if s, err := open(); err == nil {
			t.Errorf("%s: %v", name, s)
		}
	}
}

func TestSignersAreBounded(t *testing.T) {
	h, m := newHouse(t)
	ctx := context.Background()
	signers := NewSigners(m)
	for i := range mostOpen + 10 {
		tenant := fmt.Sprint(i)
		ring, err := m.Ring(tenant, jws.ES256)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signers.Open(ctx, tenant, ring, jws.ES256); err != nil {
			t.Fatal(err)
		}
	}
	if len(signers.open) != mostOpen || h.opened != mostOpen+10 {
		t.Errorf("%d keys are open, %d were opened", len(signers.open), h.opened)
	}
}

type broken struct{ Sealer }

func (broken) Seal(seal.Purpose, string, []byte, []byte) ([]byte, error) {
	return nil, errors.New("sealed shut")
}

func TestMakerFails(t *testing.T) {
	_, m := newHouse(t)
	if _, err := m.Ring("a", "HS256"); err == nil {
		t.Error("a key of an algorithm that does not exist")
	}
	m.Keys = broken{}
	if _, err := m.Ring("a", jws.ES256); err == nil {
		t.Error("a key that is not sealed")
	}
	if _, err := m.Next("a", jws.ES256); err == nil {
		t.Error("a next key that is not sealed")
	}
}
