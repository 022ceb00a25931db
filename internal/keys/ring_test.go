package keys

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	tenant  = "t-1"
	quarter = 90 * 24 * time.Hour
)

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

// house is a store on which rings are opened as if by several nodes.
type house struct {
	t      *testing.T
	db     *store.DB
	clock  *clock
	random io.Reader
}

func newHouse(t *testing.T) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: &clock{t: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}, random: &lockedReader{r: rand.NewChaCha8([32]byte{3})}}
	if h.db, err = store.Open(t.Context(), engine, store.Options{Now: h.clock.now}, Tables()...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.db.Close() })
	return h
}

func (h *house) node() *Ring {
	h.t.Helper()
	r, err := Open(h.t.Context(), h.db, seal.Key{7}, "d-1", h.random, h.clock.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) seal(r *Ring, text string) []byte {
	h.t.Helper()
	b, err := r.Seal(seal.PageToken, tenant, []byte(text), []byte("aad"))
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func (h *house) opens(r *Ring, sealed []byte, want string) {
	h.t.Helper()
	got, err := r.Open(h.t.Context(), seal.PageToken, tenant, sealed, []byte("aad"))
	if err != nil || string(got) != want {
		h.t.Errorf("opened to %q, %v; want %q", got, err, want)
	}
}

// keyID reads which key sealed a blob: after the version, four bytes.
func keyID(sealed []byte) uint32 { return binary.BigEndian.Uint32(sealed[1:]) }

func TestOldBlobsOpenAfterRotation(t *testing.T) {
	h := newHouse(t)
	r := h.node()
	blobs := [][]byte{h.seal(r, "0")}
	for i := range 5 {
		if err := r.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		early := h.seal(r, "early")
		if keyID(early) != keyID(blobs[i]) {
			t.Fatal("a new key is used before every node can know it")
		}
		h.clock.pass(HandOver)
		blobs = append(blobs, h.seal(r, fmt.Sprint(i+1)))
		if keyID(blobs[i+1]) == keyID(blobs[i]) {
			t.Fatal("the new key is not used")
		}
	}
	for i, b := range blobs {
		h.opens(r, b, fmt.Sprint(i))
		h.opens(h.node(), b, fmt.Sprint(i)) // after a restart
	}
}

func TestBlobsAreBound(t *testing.T) {
	h := newHouse(t)
	r := h.node()
	sealed := h.seal(r, "text")
	bound := r.For(seal.PageToken, tenant)
	if got, err := bound.Open(t.Context(), sealed, []byte("aad")); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	again, err := bound.Seal([]byte("text"), []byte("aad"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("sealed twice to the same, or %v", err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"tenant":  func() ([]byte, error) { return r.Open(t.Context(), seal.PageToken, "t-2", sealed, []byte("aad")) },
		"purpose": func() ([]byte, error) { return r.Open(t.Context(), seal.STSSession, tenant, sealed, []byte("aad")) },
		"aad":     func() ([]byte, error) { return r.Open(t.Context(), seal.PageToken, tenant, sealed, nil) },
		"bit": func() ([]byte, error) {
			b := bytes.Clone(sealed)
			b[len(b)-1] ^= 1
			return r.Open(t.Context(), seal.PageToken, tenant, b, []byte("aad"))
		},
	} {
		if got, err := open(); err == nil {
			t.Errorf("another %s opens it to %q", name, got)
		}
	}
}

// TestHandOver: what one node seals with a key that another has not loaded opens there after one look.
func TestHandOver(t *testing.T) {
	h := newHouse(t)
	a, b := h.node(), h.node()
	if err := a.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(HandOver)
	sealed := h.seal(a, "new")
	before := b.current.Load()
	h.opens(b, sealed, "new")
	if b.current.Load() == before {
		t.Fatal("b knew the key already: this test shows nothing")
	}
	after := b.current.Load()
	h.opens(b, sealed, "new")
	if b.current.Load() != after {
		t.Error("a known key made it look again")
	}
}

// TestHandOverToMany: requests that meet a new key at the same moment all get in, not only the one that looks.
func TestHandOverToMany(t *testing.T) {
	h := newHouse(t)
	a, b := h.node(), h.node()
	if err := a.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(HandOver)
	sealed := h.seal(a, "new")
	var work sync.WaitGroup
	for range 50 {
		work.Go(func() {
			if got, err := b.Open(t.Context(), seal.PageToken, tenant, sealed, []byte("aad")); err != nil || string(got) != "new" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	work.Wait()
}

// TestMadeUpKeyIDs: ids that no key has ask the store at most once in lookEvery, whoever sends them.
func TestMadeUpKeyIDs(t *testing.T) {
	h := newHouse(t)
	a, b := h.node(), h.node()
	forged := func(id uint32) []byte {
		s := h.seal(a, "x")
		binary.BigEndian.PutUint32(s[1:], id)
		return s
	}
	refused := func(s []byte) {
		t.Helper()
		if got, err := b.Open(t.Context(), seal.PageToken, tenant, s, []byte("aad")); err == nil {
			t.Errorf("a made-up key opens to %q", got)
		}
	}
	refused(forged(1 << 20)) // b looks, and finds nothing
	if err := a.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := b.current.Load()
	for i := range 1000 {
		refused(forged(uint32(1000 + i)))
	}
	if b.current.Load() != before {
		t.Error("b asked the store again at once")
	}
	h.clock.pass(lookEvery)
	refused(forged(1 << 21))
	if b.current.Load() == before {
		t.Error("b never asks again")
	}
	late := forged(1 << 22)
	h.clock.pass(-time.Hour) // a clock that is set back must not keep it from looking
	if err := a.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	before = b.current.Load()
	refused(late)
	if b.current.Load() == before {
		t.Error("b does not look after the clock was set back")
	}
}

func TestRefreshRotatesOnce(t *testing.T) {
	h := newHouse(t)
	nodes := []*Ring{h.node(), h.node(), h.node()}
	refresh := func() {
		t.Helper()
		var work sync.WaitGroup
		for _, n := range nodes {
			work.Go(func() {
				if err := n.Refresh(t.Context(), quarter); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
	}
	count := func() int {
		n, err := ringKeys.Count(t.Context(), h.db, "")
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	refresh()
	if count() != 1 {
		t.Fatalf("%d keys before it is time", count())
	}
	for i := range 5 {
		h.clock.pass(quarter + time.Second)
		refresh()
		if count() != i+2 {
			t.Fatalf("%d keys after %d rotations", count(), i+1)
		}
		refresh()
		for _, n := range nodes[1:] {
			if n.current.Load().last != nodes[0].current.Load().last {
				t.Error("the nodes do not have the same newest key")
			}
		}
	}
}

func TestFirstKeyIsMadeOnce(t *testing.T) {
	h := newHouse(t)
	var work sync.WaitGroup
	rings := make([]*Ring, 8)
	for i := range rings {
		work.Go(func() {
			r, err := Open(t.Context(), h.db, seal.Key{7}, "d-1", h.random, h.clock.now)
			if err != nil {
				t.Error(err)
				return
			}
			rings[i] = r
		})
	}
	work.Wait()
	if t.Failed() {
		return
	}
	sealed := h.seal(rings[0], "x")
	for _, r := range rings {
		h.opens(r, sealed, "x")
	}
}

// TestFullRing: a ring that can take no more keys works on with those it has.
func TestFullRing(t *testing.T) {
	h := newHouse(t)
	r := h.node()
	first := h.seal(r, "first")
	err := h.db.Update(t.Context(), func(w store.Writer) error {
		for id := seal.KeyID(2); id <= mostKeys; id++ {
			k := seal.RingKey{ID: id, NotBefore: h.clock.now().Add(time.Duration(id) * time.Second)}
			binary.BigEndian.PutUint32(k.Key[:], uint32(id))
			wrapped, err := seal.WrapKey(seal.Key{7}, h.random, k, "d-1")
			if err != nil {
				return err
			}
			if err := ringKeys.Insert(t.Context(), w, &wrappedKey{ID: id, Wrapped: wrapped, Created: k.NotBefore}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(quarter)
	if err := r.Refresh(t.Context(), time.Hour); err == nil || !strings.Contains(err.Error(), "rotate less often") {
		t.Errorf("a full ring: %v", err)
	}
	fresh := h.node()
	last := h.seal(fresh, "last")
	h.opens(fresh, first, "first")
	h.opens(r, last, "last")
	if keyID(last) != mostKeys {
		t.Errorf("the newest key is %d", keyID(last))
	}
}

func TestWrongRootKeyOrDeployment(t *testing.T) {
	h := newHouse(t)
	h.node()
	if _, err := Open(t.Context(), h.db, seal.Key{8}, "d-1", h.random, h.clock.now); err == nil || !strings.Contains(err.Error(), "is this the root key of this store?") {
		t.Errorf("another root key: %v", err)
	}
	if _, err := Open(t.Context(), h.db, seal.Key{7}, "d-2", h.random, h.clock.now); err == nil {
		t.Error("another deployment opens the ring")
	}
}

func TestHashes(t *testing.T) {
	h := newHouse(t)
	r := h.node()
	prf, mac := r.PRF(seal.PageToken, tenant, "id"), r.MAC(seal.PageToken, tenant, []byte("data"))
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(HandOver)
	if r.PRF(seal.PageToken, tenant, "id") != prf || h.node().PRF(seal.PageToken, tenant, "id") != prf {
		t.Error("a pseudo-random value changed with the rotation")
	}
	if r.PRF(seal.PageToken, "t-2", "id") == prf || r.PRF(seal.PageToken, tenant, "id2") == prf || r.PRF(seal.STSSession, tenant, "id") == prf {
		t.Error("two things have one pseudo-random value")
	}
	newest := r.MAC(seal.PageToken, tenant, []byte("data"))
	all := r.MACs(seal.PageToken, tenant, []byte("data"))
	if newest == mac || len(all) != 2 || all[0] != newest || all[1] != mac {
		t.Error("the hashes are not those of both keys, newest first")
	}
}

func TestFailures(t *testing.T) {
	h := newHouse(t)
	if _, err := Open(t.Context(), h.db, seal.Key{7}, "d-1", bytes.NewReader(nil), h.clock.now); err == nil {
		t.Error("a ring without randomness")
	}
	r := h.node()
	sealed := h.seal(r, "x")
	r.random = bytes.NewReader(nil)
	if err := r.Rotate(t.Context()); err == nil {
		t.Error("a key without randomness")
	}
	binary.BigEndian.PutUint32(sealed[1:], 99)
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(t.Context(), seal.PageToken, tenant, sealed, []byte("aad")); err == nil || errors.Is(err, seal.ErrOpen) {
		t.Errorf("a store that does not answer: %v", err)
	}
	if err := r.Refresh(t.Context(), quarter); err == nil {
		t.Error("Refresh of a closed store")
	}
	if err := r.Rotate(t.Context()); err == nil {
		t.Error("Rotate of a closed store")
	}
	if _, err := Open(t.Context(), h.db, seal.Key{7}, "d-1", h.random, h.clock.now); err == nil {
		t.Error("Open of a closed store")
	}
}

func TestRunEnds(t *testing.T) {
	h := newHouse(t)
	r := h.node()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Run(ctx, quarter, func(err error) { t.Error(err) })
}
