package identitypool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/signingkey"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// keyLife is how long a key signs. Its successor is published all that time, so that every verifier knows it before it signs.
const keyLife = 90 * 24 * time.Hour

// openIDRing is the signing keys of the deployment.
type openIDRing struct {
	Account string          `json:"account"`
	Keys    signingkey.Ring `json:"keys"`
}

const openIDTable = "identity_signing_keys"

var openIDKeys = store.NewTable(openIDTable, store.Spec[openIDRing]{
	Key: []store.Column[openIDRing]{{Name: "account", Value: func(r *openIDRing) string { return r.Account }}},
})

// find gives a key that still counts.
func (r *openIDRing) find(kid string, now time.Time) *signingkey.Key {
	return r.Keys.Find(kid, now, longestToken)
}

// public gives the key set as verifiers see it.
func (r *openIDRing) public(now time.Time) jws.KeySet { return r.Keys.Public(now, longestToken) }

// maker makes and opens the keys.
func (s *Service) maker() *signingkey.Maker {
	return &signingkey.Maker{Table: openIDTable, Keys: s.Keys, Random: s.Random, Now: s.Now}
}

// ring gives the keys, and makes them the first time.
func (s *Service) ring(ctx context.Context) (*openIDRing, error) {
	row, err := openIDKeys.GetCached(ctx, s.Store, s.Account)
	if err == nil {
		return &row.Doc, nil
	}
	var made *openIDRing
	if errors.Is(err, store.ErrNotFound) {
		made, err = s.makeRing(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("identitypool: signing keys: %w", err)
	}
	return made, nil
}

// makeRing makes the first keys. Of several nodes that do so at once one is heard. What it has made it gives, without looking for it: a server that is reset may
// have lost it already.
func (s *Service) makeRing(ctx context.Context) (*openIDRing, error) {
	s.making.Lock()
	defer s.making.Unlock()
	row, err := openIDKeys.Get(ctx, s.Store, s.Account)
	if !errors.Is(err, store.ErrNotFound) {
		return &row.Doc, err
	}
	keys, err := s.maker().Ring(s.Account, jws.RS256)
	if err != nil {
		return nil, err
	}
	made := &openIDRing{Account: s.Account, Keys: keys}
	err = s.Store.Update(ctx, func(w store.Writer) error { return openIDKeys.Insert(ctx, w, made) })
	if errors.Is(err, store.ErrExists) {
		row, err = openIDKeys.Get(ctx, s.Store, s.Account)
		made = &row.Doc
	}
	return made, err
}

// TendOpenIDKeys makes the signing keys if there are none, and rotates them when the active one has signed for 90 days. It is to run at the start and once a
// day; on which node, or on how many at once, does not matter.
func (s *Service) TendOpenIDKeys(ctx context.Context) error {
	ring, err := s.ring(ctx)
	if err != nil {
		return err
	}
	k, err := ring.Keys.Active(jws.RS256)
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
	k, err := ring.Keys.Active(jws.RS256)
	if err != nil {
		return err
	}
	return s.rotate(ctx, k.ID)
}

// rotate retires one key; when another did so already, or a server that is reset has none, there is nothing to do.
func (s *Service) rotate(ctx context.Context, kid string) error {
	fresh, err := s.maker().Next(s.Account, jws.RS256) // made before the transaction: an RSA key takes long
	if err != nil {
		return err
	}
	now := s.Now()
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := openIDKeys.Get(ctx, w, s.Account)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if k, err := row.Doc.Keys.Active(jws.RS256); err != nil || k.ID != kid {
			return err
		}
		row.Doc.Keys = row.Doc.Keys.Turn(fresh, now, longestToken)
		return openIDKeys.Update(ctx, w, &row)
	})
}

// signerOf opens the active key, or gives the one that is open.
func (s *Service) signerOf(ctx context.Context) (jws.Signer, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return nil, err
	}
	k, err := ring.Keys.Active(jws.RS256)
	if err != nil {
		return nil, err
	}
	s.opened.Lock()
	defer s.opened.Unlock()
	if s.signer != nil && s.signer.KeyID() == k.ID {
		return s.signer, nil
	}
	signer, err := s.maker().Open(ctx, s.Account, k)
	if err != nil {
		return nil, err
	}
	s.signer = signer
	return signer, nil
}
