package identitypool

import (
	"net/http"

	"github.com/mayfly-id/mayfly/internal/wellknown"
	"github.com/mayfly-id/mayfly/jws"
)

// openIDPath is the path of the issuer of tokens of identities.
const openIDPath = "/cognito-identity"

// OpenIDHandler serves the issuer's public documents: /cognito-identity/.well-known/openid-configuration and jwks_uri, which is AWS's name for the key set.
func (s *Service) OpenIDHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+openIDPath+"/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		wellknown.Write(w, wellknown.Configuration{
			Algorithms: []jws.Algorithm{jws.RS256}, Issuer: s.OpenIDIssuer(), KeySet: s.OpenIDIssuer() + "/.well-known/jwks_uri",
			ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
		})
	})
	mux.HandleFunc("GET "+openIDPath+"/.well-known/jwks_uri", func(w http.ResponseWriter, r *http.Request) {
		ring, err := s.ring(r.Context())
		if err != nil {
			wellknown.Unreadable(w)
			return
		}
		wellknown.Write(w, ring.public(s.Now()))
	})
	return mux
}
