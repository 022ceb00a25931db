package signingkey

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// Sealer seals and opens private keys.
type Sealer interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Maker makes keys and opens them. Every field is required.
type Maker struct {
	Table  string // where the rings are kept: a sealed key opens for no other table
	Keys   Sealer
	Random io.Reader
	Now    func() time.Time
}

// Ring makes the keys of a new issuer: an active and a next one for each algorithm. An RSA key takes a tenth of a second and more, so it is not to be called
// within a transaction. tenant names the issuer.
func (m *Maker) Ring(tenant string, algs ...jws.Algorithm) (Ring, error) {
	active, err := m.make(tenant, Active, algs)
	if err != nil {
		return nil, err
	}
	next, err := m.make(tenant, Next, algs)
	return append(active, next...), err
}

// Next makes a next key for each algorithm, for Ring.Turn.
func (m *Maker) Next(tenant string, algs ...jws.Algorithm) ([]Key, error) {
	return m.make(tenant, Next, algs)
}

func (m *Maker) make(tenant string, state State, algs []jws.Algorithm) ([]Key, error) {
	keys := make([]Key, 0, 2*len(algs))
	for _, alg := range algs {
		k, err := m.key(tenant, state, alg)
		if err != nil {
			return nil, fmt.Errorf("signingkey: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (m *Maker) key(tenant string, state State, alg jws.Algorithm) (Key, error) {
	private, err := jws.GenerateKey(m.Random, alg)
	if err != nil {
		return Key{}, err
	}
	der, err := jws.MarshalPrivate(private)
	if err != nil {
		return Key{}, err
	}
	var id [32]byte
	if _, err := io.ReadFull(m.Random, id[:]); err != nil {
		return Key{}, fmt.Errorf("randomness: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(id[:])
	signer, err := jws.NewSigner(kid, private)
	if err != nil {
		return Key{}, err
	}
	sealed, err := m.Keys.Seal(seal.PrivateKey, tenant, der, m.aad(kid))
	if err != nil {
		return Key{}, err
	}
	return Key{ID: kid, State: state, Public: signer.Public(), Sealed: sealed, Since: m.Now()}, nil
}

// aad binds a private key to its table and id; the tenant is bound by the sealer.
func (m *Maker) aad(kid string) []byte { return seal.AAD(m.Table, kid, "sealed") }

// Open opens a key, for those who keep it open themselves; see Signers.
func (m *Maker) Open(ctx context.Context, tenant string, k *Key) (jws.Signer, error) {
	der, err := m.Keys.Open(ctx, seal.PrivateKey, tenant, k.Sealed, m.aad(k.ID))
	if err != nil {
		return nil, fmt.Errorf("signingkey: opening a key: %w", err)
	}
	private, err := jws.ParsePrivate(der)
	if err != nil {
		return nil, fmt.Errorf("signingkey: %w", err)
	}
	return jws.NewSigner(k.ID, private)
}

// mostOpen bounds how many keys are kept open.
const mostOpen = 256

// Signers opens keys and keeps them open. It is safe for concurrent use.
type Signers struct {
	maker *Maker

	mu   sync.Mutex
	open map[signerID]jws.Signer
}

// signerID names an open key.
type signerID struct{ tenant, kid string }

// NewSigners makes an empty set of open keys.
func NewSigners(m *Maker) *Signers { return &Signers{maker: m, open: map[signerID]jws.Signer{}} }

// Open gives the signer of the ring's active key of an algorithm.
func (s *Signers) Open(ctx context.Context, tenant string, r Ring, alg jws.Algorithm) (jws.Signer, error) {
	k, err := r.Active(alg)
	if err != nil {
		return nil, err
	}
	id := signerID{tenant, k.ID}
	s.mu.Lock()
	signer, ok := s.open[id]
	s.mu.Unlock()
	if ok {
		return signer, nil
	}
	if signer, err = s.maker.Open(ctx, tenant, k); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= mostOpen {
		for other := range s.open { // any one: opening it again is cheap
			delete(s.open, other)
			break
		}
	}
	s.open[id] = signer
	return signer, nil
}
