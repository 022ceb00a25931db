package idtoken

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// keysPerPool is how many keys a new pool gets: the one that signs and the one that will.
const keysPerPool = 2

// keyState is the place of a key in its life.
type keyState string

const (
	active   keyState = "active"   // signs
	next     keyState = "next"     // published, so that every verifier knows it before it signs
	retiring keyState = "retiring" // verifies what it signed
)

// poolKey is one signing key of a pool.
type poolKey struct {
	ID      string        `json:"id"`
	State   keyState      `json:"state"`
	Public  jws.PublicKey `json:"public"`         // a JWK
	Sealed  []byte        `json:"sealed"`         // PKCS #8; purpose at-rest/private-keys, tenant the pool, row ID
	Created time.Time     `json:"created"`        // and published
	Until   time.Time     `json:"until,omitzero"` // end of a retiring key
}

// keyRing is the signing keys of one pool.
type keyRing struct {
	PoolID  string        `json:"poolId"`
	Alg     jws.Algorithm `json:"alg"`
	Keys    []poolKey     `json:"keys"`
	Rotated time.Time     `json:"rotated,omitzero"` // since when the active key signs; zero: since it was made
}

var poolKeys = store.NewTable("pool_signing_keys", store.Spec[keyRing]{
	Key: []store.Column[keyRing]{{Name: "pool_id", Value: func(r *keyRing) string { return r.PoolID }}},
	Indexes: []store.Index[keyRing]{{Name: "by_rotation", Columns: []store.Column[keyRing]{
		{Name: "signing_since", Value: func(r *keyRing) string { return r.since().UTC().Format(time.RFC3339) }}, // whole seconds, so that texts sort as times do
	}}},
})

// since is when the active key began to sign.
func (r *keyRing) since() time.Time {
	if k := r.in(active); r.Rotated.IsZero() && k != nil {
		return k.Created
	}
	return r.Rotated
}

// find gives a key of the pool that still counts.
func (r *keyRing) find(kid string, now time.Time) *poolKey {
	for i := range r.Keys {
		if k := &r.Keys[i]; k.ID == kid && (k.Until.IsZero() || now.Before(k.Until)) {
			return k
		}
	}
	return nil
}

func (r *keyRing) in(state keyState) *poolKey {
	for i := range r.Keys {
		if r.Keys[i].State == state {
			return &r.Keys[i]
		}
	}
	return nil
}

// public gives the pool's key set as its verifiers see it.
func (r *keyRing) public(now time.Time) jws.KeySet {
	set := make(jws.KeySet, 0, len(r.Keys))
	for i := range r.Keys {
		if r.find(r.Keys[i].ID, now) != nil {
			set = append(set, r.Keys[i].Public)
		}
	}
	return set
}

// NewPoolKeys makes the signing keys of a new pool. What it returns inserts them, in the transaction that makes the pool: making an RSA key takes
// a tenth of a second and more, for which no other write should wait. alg is RS256 or ES256.
func (s *Service) NewPoolKeys(poolID, alg string) (insert func(context.Context, store.Writer) error, err error) {
	ring := keyRing{PoolID: poolID, Alg: jws.Algorithm(alg)}
	for _, state := range []keyState{active, next} {
		k, err := s.newPoolKey(poolID, ring.Alg, state)
		if err != nil {
			return nil, err
		}
		ring.Keys = append(ring.Keys, k)
	}
	return func(ctx context.Context, w store.Writer) error { return poolKeys.Insert(ctx, w, &ring) }, nil
}

// DeletePoolKeys takes a pool's keys away, and what sign-ins are left: from then on none of its tokens verifies. Most sign-ins are gone by then,
// with their users.
func (s *Service) DeletePoolKeys(ctx context.Context, w store.Writer, poolID string) error {
	if _, err := families.DeleteAll(ctx, w, "by_user", poolID); err != nil {
		return err
	}
	err := poolKeys.Delete(ctx, w, poolID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (s *Service) newPoolKey(poolID string, alg jws.Algorithm, state keyState) (poolKey, error) {
	private, err := s.privateKey(alg)
	if err != nil {
		return poolKey{}, fmt.Errorf("idtoken: %w", err)
	}
	der, err := jws.MarshalPrivate(private)
	if err != nil {
		return poolKey{}, fmt.Errorf("idtoken: %w", err)
	}
	var id [32]byte
	if err := s.draw(id[:]); err != nil {
		return poolKey{}, err
	}
	kid := base64.StdEncoding.EncodeToString(id[:])
	signer, err := jws.NewSigner(kid, private)
	if err != nil {
		return poolKey{}, fmt.Errorf("idtoken: %w", err)
	}
	sealed, err := s.keys.Seal(seal.PrivateKey, poolID, der, privateAAD(kid))
	if err != nil {
		return poolKey{}, fmt.Errorf("idtoken: %w", err)
	}
	return poolKey{ID: kid, State: state, Public: signer.Public(), Sealed: sealed, Created: s.now()}, nil
}

func privateAAD(kid string) []byte { return seal.AAD("pool_signing_keys", kid, "sealed") }

// signerID names an opened private key.
type signerID struct{ poolID, kid string }

// signer opens the key that signs for a pool.
func (s *Service) signer(ctx context.Context, pool *directory.Pool) (jws.Signer, error) {
	row, err := poolKeys.GetCached(ctx, s.db, pool.ID)
	if err != nil {
		return nil, fmt.Errorf("idtoken: keys of the pool: %w", err)
	}
	k := row.Doc.in(active)
	if k == nil {
		return nil, errors.New("idtoken: the pool has no active key")
	}
	id := signerID{pool.ID, k.ID}
	if signer, ok := s.signers.get(id); ok {
		return signer, nil
	}
	der, err := s.keys.Open(ctx, seal.PrivateKey, pool.ID, k.Sealed, privateAAD(k.ID))
	if err != nil {
		return nil, fmt.Errorf("idtoken: opening a signing key: %w", err)
	}
	private, err := jws.ParsePrivate(der)
	if err != nil {
		return nil, fmt.Errorf("idtoken: %w", err)
	}
	signer, err := jws.NewSigner(k.ID, private)
	if err != nil {
		return nil, fmt.Errorf("idtoken: %w", err)
	}
	s.signers.put(id, signer)
	return signer, nil
}
