package discovery_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/discovery"
)

const document = `{"API":{"endpoints":[{"name":"caller","endpoint":"https://id.example.org/_mayfly/caller","region":"eu-west-1"}]},` +
	`"ApiAuth":{"region":"eu-west-1","userPoolId":"eu-west-1_p","userPoolWebClientId":"c","identityPoolId":"eu-west-1:i","mandatorySignIn":true}}`

func handler(err error) *discovery.Handler {
	return &discovery.Handler{URL: "https://id.example.org", Tenant: func(context.Context) (discovery.Tenant, error) {
		return discovery.Tenant{Region: "eu-west-1", UserPoolID: "eu-west-1_p", ClientID: "c", IdentityPoolID: "eu-west-1:i"}, err
	}}
}

func TestBothForms(t *testing.T) {
	w := httptest.NewRecorder()
	handler(nil).JSON(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 200 || w.Body.String() != document || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	w = httptest.NewRecorder()
	handler(nil).Base64(w, httptest.NewRequest("GET", "/", nil))
	text, ok := strings.CutSuffix(w.Body.String(), "\n")
	plain, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || string(plain) != document || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%v %s %v", w.Header(), w.Body, err)
	}
}

func TestNoTenant(t *testing.T) {
	for _, serve := range []func(*discovery.Handler, *httptest.ResponseRecorder){
		func(h *discovery.Handler, w *httptest.ResponseRecorder) {
			h.JSON(w, httptest.NewRequest("GET", "/", nil))
		},
		func(h *discovery.Handler, w *httptest.ResponseRecorder) {
			h.Base64(w, httptest.NewRequest("GET", "/", nil))
		},
	} {
		w := httptest.NewRecorder()
		serve(handler(errors.New("canary")), w)
		if w.Code != 503 || strings.Contains(w.Body.String(), "canary") || strings.Contains(w.Body.String(), "eu-west-1") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}
