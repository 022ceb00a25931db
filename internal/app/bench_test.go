package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mayfly-id/mayfly/internal/app"
	"github.com/mayfly-id/mayfly/internal/config"
)

// open starts a server in this process on a new data folder.
func open(t testing.TB, edit ...func(*config.Config)) (*app.App, app.FirstRun) {
	t.Helper()
	c, err := config.Defaults(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c.Data, c.URL = t.TempDir()+"/data", "http://127.0.0.1:8480"
	for _, e := range edit {
		e(&c)
	}
	a, err := app.Open(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	if err := a.Announce(&out, "json"); err != nil {
		t.Fatal(err)
	}
	var run app.FirstRun
	if err := json.Unmarshal(out.Bytes(), &run); err != nil {
		t.Fatal(err)
	}
	return a, run
}

// BenchmarkSignIn is a sign-in by password through the whole pipeline, without a network.
func BenchmarkSignIn(b *testing.B) {
	a, run := open(b)
	h := a.Handler()
	body := fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`, run.ClientID, run.APIAccessKey, run.APISecretKey)
	for b.Loop() {
		r := httptest.NewRequest("POST", "/", bytes.NewReader([]byte(body)))
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
