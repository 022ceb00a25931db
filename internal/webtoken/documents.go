package webtoken

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// path is where the issuers are.
const path = "/outbound/"

// documentAge is how long verifiers may keep a document. A key is published long before it signs, so an old copy does no harm.
const documentAge = "public, max-age=3600"

// ServeHTTP serves /outbound/{issuer}/.well-known/openid-configuration and jwks.json.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// configuration is the discovery document (OpenID Connect Discovery 1.0 section 3), with the members of which there is something to tell.
type configuration struct {
	Issuer        string          `json:"issuer"`
	KeySet        string          `json:"jwks_uri"`
	ResponseTypes []string        `json:"response_types_supported"`
	SubjectTypes  []string        `json:"subject_types_supported"`
	Algorithms    []jws.Algorithm `json:"id_token_signing_alg_values_supported"`
	Claims        []string        `json:"claims_supported"`
}

func (s *Service) serveConfiguration(w http.ResponseWriter, r *http.Request) {
	row := s.find(w, r)
	if row == nil {
		return
	}
	url := s.IssuerURL(row.ID)
	write(w, configuration{
		Issuer: url, KeySet: url + "/.well-known/jwks.json", ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
		Algorithms: algorithms(), Claims: []string{"aud", "sub", "https://sts.amazonaws.com/", "iss", "exp", "iat", "jti"},
	})
}

func (s *Service) serveKeySet(w http.ResponseWriter, r *http.Request) {
	if row := s.find(w, r); row != nil {
		write(w, row.Keys.Public(s.now(), keyTail))
	}
}

// find finds the issuer that the path names, or answers that there is none.
func (s *Service) find(w http.ResponseWriter, r *http.Request) *issuer {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	row, err := issuers.GetCached(r.Context(), s.db, r.PathValue("issuer"))
	switch {
	case err == nil:
		return &row.Doc
	case errors.Is(err, store.ErrNotFound):
		refuse(w, http.StatusNotFound, "The issuer does not exist.")
	default:
		refuse(w, http.StatusServiceUnavailable, "The keys cannot be read at the moment.")
	}
	return nil
}

func write(w http.ResponseWriter, document any) {
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
