package keys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// HandOver is how long a new ring key is known before it is first used: far above the time a change needs to reach every node.
const HandOver = 30 * time.Second

// wrappedKey is a ring key as the store has it.
type wrappedKey struct {
	ID      seal.KeyID `json:"id"`
	Wrapped []byte     `json:"wrapped"` // seal.WrapKey under the root key
	Created time.Time  `json:"created"`
}

var ringKeys = store.NewTable("key_ring", store.Spec[wrappedKey]{
	Key: []store.Column[wrappedKey]{{Name: "id", Value: func(k *wrappedKey) string { return fmt.Sprintf("%010d", uint32(k.ID)) }}},
})

// Tables lists the tables of this package.
func Tables() []store.AnyTable { return []store.AnyTable{ringKeys} }

// Ring derives, seals and opens for the whole deployment. It is safe for concurrent use.
type Ring struct {
	db         *store.DB
	root       seal.Key
	deployment string
	random     io.Reader
	now        func() time.Time
	current    atomic.Pointer[state]
	reload     sync.Mutex
	looked     time.Time // under reload: when an unknown key id last made the ring look
}

// state is one loaded ring with the sealers derived from it so far: one for each purpose and tenant that exists.
type state struct {
	ring    *seal.Ring
	newest  time.Time // creation of the newest key
	last    seal.KeyID
	count   int
	sealers sync.Map // sealerKey -> *seal.Sealer
}

type sealerKey struct {
	purpose seal.Purpose
	tenant  string
}

// Open loads the ring, and makes its first key when there is none. A root key that does not unwrap the ring is an error.
func Open(ctx context.Context, db *store.DB, root seal.Key, deployment string, random io.Reader, now func() time.Time) (*Ring, error) {
	r := &Ring{db: db, root: root, deployment: deployment, random: random, now: now}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	if r.current.Load().last > 0 {
		return r, nil
	}
	if err := r.add(ctx, 0); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Ring) load(ctx context.Context) error {
	s := &state{}
	var all []seal.RingKey
	for row, err := range ringKeys.All(ctx, r.db, store.Query{Limit: 1000}) {
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		k, err := seal.UnwrapKey(r.root, row.Doc.Wrapped, r.deployment)
		if err != nil {
			return fmt.Errorf("keys: ring key %d does not open: is this the root key of this store? %w", row.Doc.ID, err)
		}
		all = append(all, k)
		s.last, s.newest = row.Doc.ID, row.Doc.Created
	}
	if s.count = len(all); s.count > 0 {
		var err error
		if s.ring, err = seal.NewRing(all...); err != nil {
			return fmt.Errorf("keys: %w", err)
		}
	}
	r.current.Store(s)
	return nil
}

// mostKeys is how many keys a ring may have, below what seal takes: a ring that is full goes on with its newest key, and says so, instead of growing
// into one that no node can load.
const mostKeys = 1000

// add writes the next ring key. Two nodes that add at once write the same id: one wins, the other loads what the winner wrote.
func (r *Ring) add(ctx context.Context, handOver time.Duration) error {
	if n := r.current.Load().count; n >= mostKeys {
		return fmt.Errorf("keys: the ring has %d keys and takes no more: rotate less often", n)
	}
	now := r.now()
	k := seal.RingKey{ID: r.current.Load().last + 1, NotBefore: now.Add(handOver)}
	if _, err := io.ReadFull(r.random, k.Key[:]); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	wrapped, err := seal.WrapKey(r.root, r.random, k, r.deployment)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	doc := wrappedKey{ID: k.ID, Wrapped: wrapped, Created: now}
	err = r.db.Update(ctx, func(w store.Writer) error { return ringKeys.Insert(ctx, w, &doc) })
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("keys: %w", err)
	}
	return r.load(ctx)
}

// Rotate adds a ring key whose use begins after HandOver. What older keys sealed keeps opening.
func (r *Ring) Rotate(ctx context.Context) error {
	r.reload.Lock()
	defer r.reload.Unlock()
	if err := r.load(ctx); err != nil {
		return err
	}
	return r.add(ctx, HandOver)
}

// Run refreshes every ten seconds until ctx ends. Failures are reported and tried again.
func (r *Ring) Run(ctx context.Context, every time.Duration, report func(error)) {
	t := time.NewTicker(HandOver / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := r.Refresh(ctx, every); err != nil && ctx.Err() == nil {
			report(err)
		}
	}
}

// Refresh loads the ring as the store has it and rotates when its newest key is older than every. Of nodes that find it so at once, one
// rotates: whether it is time is decided on what the store has.
func (r *Ring) Refresh(ctx context.Context, every time.Duration) error {
	r.reload.Lock()
	defer r.reload.Unlock()
	if err := r.loadIfChanged(ctx); err != nil {
		return err
	}
	if r.now().Sub(r.current.Load().newest) <= every {
		return nil
	}
	return r.add(ctx, HandOver)
}

// loadIfChanged keeps the derived sealers when the ring is what it was.
func (r *Ring) loadIfChanged(ctx context.Context) error {
	page, err := ringKeys.List(ctx, r.db, store.Query{Limit: 1, Descending: true})
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if len(page.Rows) == 1 && page.Rows[0].Doc.ID == r.current.Load().last {
		return nil
	}
	return r.load(ctx)
}

func (r *Ring) sealer(p seal.Purpose, tenant string) *seal.Sealer {
	s := r.current.Load()
	key := sealerKey{p, tenant}
	if v, ok := s.sealers.Load(key); ok {
		return v.(*seal.Sealer)
	}
	v, _ := s.sealers.LoadOrStore(key, s.ring.Sealer(p, tenant))
	return v.(*seal.Sealer)
}

// Seal seals plaintext for one purpose of one tenant. aad is bound to it: Open needs the same.
func (r *Ring) Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error) {
	return r.sealer(p, tenant).Seal(r.random, r.now(), plaintext, aad)
}

// Open opens what Seal made, on any node. A key that this node has not loaded yet makes it look once.
func (r *Ring) Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error) {
	seen := r.current.Load()
	plain, err := r.sealer(p, tenant).Open(sealed, aad)
	if !errors.Is(err, seal.ErrUnknownKey) {
		return plain, err
	}
	if err := r.lookAgain(ctx, seen); err != nil {
		return nil, err
	}
	return r.sealer(p, tenant).Open(sealed, aad)
}

// lookEvery is how often made-up key ids can make the ring ask the store. A key that is really new is known for HandOver before anything is
// sealed with it.
const lookEvery = time.Second

// lookAgain loads what the store has beyond seen. Requests that come to it at once share one look.
func (r *Ring) lookAgain(ctx context.Context, seen *state) error {
	r.reload.Lock()
	defer r.reload.Unlock()
	if r.current.Load() != seen {
		return nil
	}
	if since := r.now().Sub(r.looked); since >= 0 && since < lookEvery {
		return seal.ErrUnknownKey
	}
	defer func() { r.looked = r.now() }() // from its end: a slow store is not asked by one after the other
	return r.loadIfChanged(ctx)
}

// MAC is a keyed hash with the newest key in use.
func (r *Ring) MAC(p seal.Purpose, tenant string, data []byte) [32]byte {
	_, mac := r.sealer(p, tenant).MAC(r.now(), data)
	return mac
}

// MACs are the keyed hashes with every key, newest first: for finding what an older key hashed.
func (r *Ring) MACs(p seal.Purpose, tenant string, data []byte) [][32]byte {
	return r.sealer(p, tenant).MACs(data)
}

// PRF is a pseudo-random value that stays the same over rotations and on all nodes.
func (r *Ring) PRF(p seal.Purpose, tenant, id string) [32]byte {
	return r.sealer(p, tenant).PRF(strconv.Itoa(len(id)) + ":" + id)
}

// For binds the ring to one purpose and tenant.
func (r *Ring) For(p seal.Purpose, tenant string) *Bound { return &Bound{r, p, tenant} }

// Bound is a ring for one purpose of one tenant.
type Bound struct {
	ring    *Ring
	purpose seal.Purpose
	tenant  string
}

// Seal seals.
func (b *Bound) Seal(plaintext, aad []byte) ([]byte, error) {
	return b.ring.Seal(b.purpose, b.tenant, plaintext, aad)
}

// Open opens.
func (b *Bound) Open(ctx context.Context, sealed, aad []byte) ([]byte, error) {
	return b.ring.Open(ctx, b.purpose, b.tenant, sealed, aad)
}
