package wellknown_test

import (
	"net/http/httptest"
	"testing"

	"github.com/mayfly-id/mayfly/internal/wellknown"
	"github.com/mayfly-id/mayfly/jws"
)

func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(*httptest.ResponseRecorder)
		status int
		age    string
		body   string
	}{
		{"a configuration", func(w *httptest.ResponseRecorder) {
			wellknown.Write(w, wellknown.Configuration{
				Issuer: "https://i", KeySet: "https://i/jwks", Algorithms: []jws.Algorithm{jws.RS256}, ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
			})
		}, 200, wellknown.Age, `{"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://i","jwks_uri":"https://i/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"]}`},
		{"what cannot be written", func(w *httptest.ResponseRecorder) { wellknown.Write(w, func() {}) }, 500, "no-store", `{"message":"Internal error."}`},
		{"keys out of reach", func(w *httptest.ResponseRecorder) { wellknown.Unreadable(w) }, 503, "no-store", `{"message":"The keys cannot be read at the moment."}`},
		{"no issuer", func(w *httptest.ResponseRecorder) { wellknown.Refuse(w, 404, "None.") }, 404, "no-store", `{"message":"None."}`},
	} {
		w := httptest.NewRecorder()
		c.answer(w)
		h := w.Header()
		if w.Code != c.status || w.Body.String() != c.body || h.Get("Cache-Control") != c.age || h.Get("Content-Type") != "application/json" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %s %v", c.name, w.Code, w.Body, h)
		}
	}
}
