package idtoken

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// documentAge is how long verifiers may keep a document. A key is published long before it signs, so an old copy does no harm.
const documentAge = "public, max-age=3600"

// ServeHTTP serves /<pool>/.well-known/jwks.json and /<pool>/.well-known/openid-configuration.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// configuration is the discovery document (OpenID Connect Discovery 1.0 section 3), with the members of which there is something to tell.
type configuration struct {
	Algorithms    []jws.Algorithm `json:"id_token_signing_alg_values_supported"`
	Issuer        string          `json:"issuer"`
	KeySet        string          `json:"jwks_uri"`
	ResponseTypes []string        `json:"response_types_supported"`
	Scopes        []string        `json:"scopes_supported"`
	SubjectTypes  []string        `json:"subject_types_supported"`
}

func (s *Service) serveKeySet(w http.ResponseWriter, r *http.Request) {
	ring := s.ringOf(w, r)
	if ring == nil {
		return
	}
	writeDocument(w, ring.public(s.now()))
}

func (s *Service) serveConfiguration(w http.ResponseWriter, r *http.Request) {
	ring := s.ringOf(w, r)
	if ring == nil {
		return
	}
	issuer := s.Issuer(ring.PoolID)
	writeDocument(w, configuration{
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
	w.Header().Set("Access-Control-Allow-Origin", "*")
	row, err := poolKeys.GetCached(r.Context(), s.db, r.PathValue("pool"))
	switch {
	case err == nil:
		return &row.Doc
	case errors.Is(err, store.ErrNotFound):
		refuse(w, http.StatusNotFound, "The user pool does not exist.")
	default:
		refuse(w, http.StatusServiceUnavailable, "The keys cannot be read at the moment.")
	}
	return nil
}

func writeDocument(w http.ResponseWriter, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "Internal error.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", documentAge)
	_, _ = w.Write(b) // the client may have gone
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"message":"` + message + `"}`)) // the client may have gone
}
