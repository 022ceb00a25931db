package idtoken

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wellknown"
	"github.com/mayfly-id/mayfly/jws"
)

// ServeHTTP serves /<pool>/.well-known/jwks.json and /<pool>/.well-known/openid-configuration.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

func (s *Service) serveKeySet(w http.ResponseWriter, r *http.Request) {
	ring := s.ringOf(w, r)
	if ring == nil {
		return
	}
	wellknown.Write(w, ring.public(s.now()))
}

func (s *Service) serveConfiguration(w http.ResponseWriter, r *http.Request) {
	ring := s.ringOf(w, r)
	if ring == nil {
		return
	}
	issuer := s.Issuer(ring.PoolID)
	wellknown.Write(w, wellknown.Configuration{
		Algorithms: []jws.Algorithm{ring.Alg}, Issuer: issuer, KeySet: issuer + "/.well-known/jwks.json",
		ResponseTypes: []string{"id_token"}, Scopes: []string{"openid"}, SubjectTypes: []string{"public"},
	})
}

// KeySet gives the public keys of the pool whose issuer this is; ok is false for every other issuer. It is for those in this server who take the tokens of
// pools as they take any provider's.
func (s *Service) KeySet(ctx context.Context, issuer string) (keys jws.KeySet, ok bool, err error) {
	pool, ok := strings.CutPrefix(issuer, s.base+"/")
	if !ok {
		return nil, false, nil
	}
	row, err := poolKeys.GetCached(ctx, s.db, pool)
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return row.Doc.public(s.now()), true, nil
}

// ringOf finds the pool that the path names, or answers that there is none.
func (s *Service) ringOf(w http.ResponseWriter, r *http.Request) *keyRing {
	row, err := poolKeys.GetCached(r.Context(), s.db, r.PathValue("pool"))
	switch {
	case err == nil:
		return &row.Doc
	case errors.Is(err, store.ErrNotFound):
		wellknown.Refuse(w, http.StatusNotFound, "The user pool does not exist.")
	default:
		wellknown.Unreadable(w)
	}
	return nil
}
