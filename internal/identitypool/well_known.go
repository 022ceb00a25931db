package identitypool

import (
	"encoding/json"
	"net/http"

	"github.com/mayfly-id/mayfly/jws"
)

// openIDPath is the path of the issuer of tokens of identities.
const openIDPath = "/cognito-identity"

// documentAge is how long verifiers may keep a document. A key is published long before it signs, so an old copy does no harm.
const documentAge = "public, max-age=3600"

// configuration is the discovery document (OpenID Connect Discovery 1.0 section 3), with the members of which there is something to tell.
type configuration struct {
	Algorithms    []jws.Algorithm `json:"id_token_signing_alg_values_supported"`
	Issuer        string          `json:"issuer"`
	KeySet        string          `json:"jwks_uri"`
	ResponseTypes []string        `json:"response_types_supported"`
	SubjectTypes  []string        `json:"subject_types_supported"`
}

// OpenIDHandler serves the issuer's public documents: /cognito-identity/.well-known/openid-configuration and jwks_uri, which is AWS's name for the key set.
func (s *Service) OpenIDHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+openIDPath+"/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		writeDocument(w, configuration{
			Algorithms: []jws.Algorithm{jws.RS256}, Issuer: s.OpenIDIssuer(), KeySet: s.OpenIDIssuer() + "/.well-known/jwks_uri",
			ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
		})
	})
	mux.HandleFunc("GET "+openIDPath+"/.well-known/jwks_uri", func(w http.ResponseWriter, r *http.Request) {
		ring, err := s.ring(r.Context())
		if err != nil {
			refuse(w, http.StatusServiceUnavailable, "The keys cannot be read at the moment.")
			return
		}
		writeDocument(w, ring.public(s.Now()))
	})
	return mux
}

func writeDocument(w http.ResponseWriter, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "Internal error.")
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
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
