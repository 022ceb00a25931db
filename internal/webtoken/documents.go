package webtoken

import (
	"errors"
	"net/http"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wellknown"
)

// path is where the issuers are.
const path = "/outbound/"

// ServeHTTP serves /outbound/{issuer}/.well-known/openid-configuration and jwks.json.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

func (s *Service) serveConfiguration(w http.ResponseWriter, r *http.Request) {
	row := s.find(w, r)
	if row == nil {
		return
	}
	url := s.IssuerURL(row.ID)
	wellknown.Write(w, wellknown.Configuration{
		Issuer: url, KeySet: url + "/.well-known/jwks.json", ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
		Algorithms: algorithms(), Claims: []string{"aud", "sub", "https://sts.amazonaws.com/", "iss", "exp", "iat", "jti"},
	})
}

func (s *Service) serveKeySet(w http.ResponseWriter, r *http.Request) {
	if row := s.find(w, r); row != nil {
		wellknown.Write(w, row.Keys.Public(s.now(), keyTail))
	}
}

// find finds the issuer that the path names, or answers that there is none.
func (s *Service) find(w http.ResponseWriter, r *http.Request) *issuer {
	row, err := issuers.GetCached(r.Context(), s.db, r.PathValue("issuer"))
	switch {
	case err == nil:
		return &row.Doc
	case errors.Is(err, store.ErrNotFound):
		wellknown.Refuse(w, http.StatusNotFound, "The issuer does not exist.")
	default:
		wellknown.Unreadable(w)
	}
	return nil
}
