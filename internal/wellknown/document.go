package wellknown

import (
	"encoding/json"
	"net/http"

	"github.com/mayfly-id/mayfly/jws"
)

// Age is how long verifiers may keep a document. A key is published long before it signs, so an old copy does no harm.
const Age = "public, max-age=3600"

// Configuration is what an issuer says of itself. Lists that are empty are left out.
type Configuration struct {
	Algorithms    []jws.Algorithm `json:"id_token_signing_alg_values_supported"`
	Issuer        string          `json:"issuer"`
	KeySet        string          `json:"jwks_uri"`
	ResponseTypes []string        `json:"response_types_supported"`
	Scopes        []string        `json:"scopes_supported,omitempty"`
	SubjectTypes  []string        `json:"subject_types_supported"`
	Claims        []string        `json:"claims_supported,omitempty"`
}

// Write answers with a document.
func Write(w http.ResponseWriter, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "Internal error.")
		return
	}
	head(w, Age)
	_, _ = w.Write(b) // the client may have gone
}

// Unreadable answers that the keys cannot be had now.
func Unreadable(w http.ResponseWriter) {
	Refuse(w, http.StatusServiceUnavailable, "The keys cannot be read at the moment.")
}

// Refuse answers with a message, which must need no escaping in JSON.
func Refuse(w http.ResponseWriter, status int, message string) {
	head(w, "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"message":"` + message + `"}`)) // the client may have gone
}

func head(w http.ResponseWriter, age string) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", age)
}
