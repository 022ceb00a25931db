package identitypool

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// keyLife is how long a key signs. Its successor is published all that time, so that every verifier knows it before it signs.
const keyLife = 90 * 24 * time.Hour

// keyState is the place of a key in its life.
type keyState string

const (
	active   keyState = "active"   // signs
	next     keyState = "next"     // published
	retiring keyState = "retiring" // verifies what it signed
)

// openIDKey is one key that signs OpenID tokens of identities.
type openIDKey struct {
	ID     string        `json:"id"`
	State  keyState      `json:"state"`
	Public jws.PublicKey `json:"public"` // a JWK
	Sealed []byte        `json:"sealed"` // PKCS #8; purpose at-rest/private-keys, tenant the account, row ID
	Since  time.Time     `json:"since"`  // when it got its state
}

// openIDRing is the signing keys of the deployment.
type openIDRing struct {
	Account string      `json:"account"`
	Keys    []openIDKey `json:"keys"`
}

var openIDKeys = store.NewTable("identity_signing_keys", store.Spec[openIDRing]{
	Key: []store.Column[openIDRing]{{Name: "account", Value: func(r *openIDRing) string { return r.Account }}},
})

// expired tells whether no token that the key signed can be alive.
func (k *openIDKey) expired(now time.Time) bool {
	return k.State == retiring && !now.Before(k.Since.Add(longestToken))
}

// find gives a key that still counts.
func (r *openIDRing) find(kid string, now time.Time) *openIDKey {
	for i := range r.Keys {
		if k := &r.Keys[i]; k.ID == kid && !k.expired(now) {
			return k
		}
	}
	return nil
}

func (r *openIDRing) active() (*openIDKey, error) {
	for i := range r.Keys {
		if r.Keys[i].State == active {
			return &r.Keys[i], nil
		}
	}
	return nil, errors.New("identitypool: no key is active")
}

// public gives the key set as verifiers see it.
func (r *openIDRing) public(now time.Time) jws.KeySet {
	set := make(jws.KeySet, 0, len(r.Keys))
	for i := range r.Keys {
		if r.find(r.Keys[i].ID, now) != nil {
			set = append(set, r.Keys[i].Public)
		}
	}
	return set
}

// ring gives the keys, and makes them the first time.
func (s *Service) ring(ctx context.Context) (*openIDRing, error) {
	row, err := openIDKeys.GetCached(ctx, s.Store, s.Account)
	if errors.Is(err, store.ErrNotFound) {
		if err = s.makeRing(ctx); err == nil {
			row, err = openIDKeys.GetCached(ctx, s.Store, s.Account)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("identitypool: signing keys: %w", err)
	}
	return &row.Doc, nil
}

// makeRing makes the first keys. Of several nodes that do so at once one is heard.
func (s *Service) makeRing(ctx context.Context) error {
	s.making.Lock()
	defer s.making.Unlock()
	if _, err := openIDKeys.Get(ctx, s.Store, s.Account); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	ring := openIDRing{Account: s.Account}
	for _, state := range []keyState{active, next} {
		k, err := s.newKey(state)
		if err != nil {
			return err
		}
		ring.Keys = append(ring.Keys, k)
	}
	err := s.Store.Update(ctx, func(w store.Writer) error { return openIDKeys.Insert(ctx, w, &ring) })
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// TendOpenIDKeys makes the signing keys if there are none, and rotates them when the active one has signed for 90 days. It is to run at the start and once a
// day; on which node, or on how many at once, does not matter.
func (s *Service) TendOpenIDKeys(ctx context.Context) error {
	ring, err := s.ring(ctx)
	if err != nil {
		return err
	}
	k, err := ring.active()
	if err != nil {
		return err
	}
	if s.Now().Before(k.Since.Add(keyLife)) {
		return nil
	}
	return s.rotate(ctx, k.ID)
}

// RotateOpenIDKeys lets the next key sign and publishes a new next one. What the old key signed verifies until it expires, a day at most.
func (s *Service) RotateOpenIDKeys(ctx context.Context) error {
	ring, err := s.ring(ctx)
	if err != nil {
		return err
	}
	k, err := ring.active()
	if err != nil {
		return err
	}
	return s.rotate(ctx, k.ID)
}

// rotate retires one key; when another did so already, there is nothing to do.
func (s *Service) rotate(ctx context.Context, kid string) error {
	fresh, err := s.newKey(next) // made before the transaction: an RSA key takes long
	if err != nil {
		return err
	}
	now := s.Now()
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := openIDKeys.Get(ctx, w, s.Account)
		if err != nil {
			return err
		}
		if k, err := row.Doc.active(); err != nil || k.ID != kid {
			return err
		}
		old := row.Doc.Keys
		row.Doc.Keys = nil
		for _, k := range old {
			switch k.State {
			case active:
				k.State, k.Since = retiring, now
			case next:
				k.State, k.Since = active, now
			case retiring:
				if k.expired(now) {
					continue
				}
			}
			row.Doc.Keys = append(row.Doc.Keys, k)
		}
		row.Doc.Keys = append(row.Doc.Keys, fresh)
		return openIDKeys.Update(ctx, w, &row)
	})
}

func (s *Service) newKey(state keyState) (openIDKey, error) {
	private, err := jws.GenerateKey(s.Random, jws.RS256)
	if err != nil {
		return openIDKey{}, err
	}
	der, err := jws.MarshalPrivate(private)
	if err != nil {
		return openIDKey{}, err
	}
	var id [32]byte
	if _, err := io.ReadFull(s.Random, id[:]); err != nil {
		return openIDKey{}, fmt.Errorf("randomness: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(id[:])
	signer, err := jws.NewSigner(kid, private)
	if err != nil {
		return openIDKey{}, err
	}
	sealed, err := s.Keys.Seal(seal.PrivateKey, s.Account, der, openIDKeyAAD(kid))
	if err != nil {
		return openIDKey{}, err
	}
	return openIDKey{ID: kid, State: state, Public: signer.Public(), Sealed: sealed, Since: s.Now()}, nil
}

func openIDKeyAAD(kid string) []byte { return seal.AAD("identity_signing_keys", kid, "sealed") }

// signerOf opens the active key, or gives the one that is open.
func (s *Service) signerOf(ctx context.Context) (jws.Signer, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return nil, err
	}
	k, err := ring.active()
	if err != nil {
		return nil, err
	}
	s.opened.Lock()
	defer s.opened.Unlock()
	if s.signer != nil && s.signer.KeyID() == k.ID {
		return s.signer, nil
	}
	der, err := s.Keys.Open(ctx, seal.PrivateKey, s.Account, k.Sealed, openIDKeyAAD(k.ID))
	if err != nil {
		return nil, fmt.Errorf("identitypool: opening a signing key: %w", err)
	}
	private, err := jws.ParsePrivate(der)
	if err != nil {
		return nil, err
	}
	signer, err := jws.NewSigner(k.ID, private)
	if err != nil {
		return nil, err
	}
	s.signer = signer
	return signer, nil
}
