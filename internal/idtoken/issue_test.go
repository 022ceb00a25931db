package idtoken

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wellknown"
)

// fetch gets a document of an issuer.
func (h *house) fetch(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// independent verifies a token with another library and the published key set.
func (h *house) independent(t *testing.T, token directory.Token) map[string]any {
	t.Helper()
	var set jose.JSONWebKeySet
	must(t, json.Unmarshal(h.fetch(t, "/"+poolA+"/.well-known/jwks.json").Body.Bytes(), &set))
	signed, err := jose.ParseSignedCompact(string(token), []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	must(t, err)
	found := set.Key(signed.Signatures[0].Header.KeyID)
	if len(found) != 1 {
		t.Fatalf("the key set has %d keys of the token's id", len(found))
	}
	payload, err := signed.Verify(found[0])
	must(t, err)
	var claims map[string]any
	must(t, json.Unmarshal(payload, &claims))
	return claims
}

func TestIssuedClaims(t *testing.T) {
	for _, alg := range []string{"RS256", "ES256"} {
		t.Run(alg, func(t *testing.T) {
			h := open(t, alg)
			tokens := h.issue(t)
			at := float64(h.clock.now().Unix())
			id, access := h.independent(t, tokens.ID), h.independent(t, tokens.Access)
			if id["origin_jti"] != access["origin_jti"] || id["jti"] == access["jti"] || id["event_id"] != access["event_id"] {
				t.Error("ids do not tie the tokens together")
			}
			for _, c := range []map[string]any{id, access} {
				for _, drawn := range []string{"origin_jti", "jti", "event_id"} {
					if s, _ := c[drawn].(string); len(s) != 36 {
						t.Errorf("%s is %q", drawn, s)
					}
					delete(c, drawn)
				}
			}
			wantID := map[string]any{
				"sub": userID, "iss": base + "/" + poolA, "cognito:username": "ada", "aud": "client", "token_use": "id",
				"auth_time": at, "iat": at, "exp": at + 1200, "email": "ada@example.org", "email_verified": true,
				"custom:tenant": "t1", "address": map[string]any{"formatted": "1 Main St"}, "updated_at": float64(7),
			}
			if d := cmp.Diff(wantID, id); d != "" {
				t.Error("id token: ", d)
			}
			wantAccess := map[string]any{
				"sub": userID, "iss": base + "/" + poolA, "client_id": "client", "token_use": "access", "username": "ada",
				"scope": "aws.cognito.signin.user.admin", "auth_time": at, "iat": at, "exp": at + 600,
			}
			if d := cmp.Diff(wantAccess, access); d != "" {
				t.Error("access token: ", d)
			}
			if tokens.Life != 10*time.Minute {
				t.Error("life is ", tokens.Life)
			}
		})
	}
}

func TestClaimsOfTheServerAreNeverAttributes(t *testing.T) {
	h := open(t, "ES256")
	h.user.Attributes["aud"], h.user.Attributes["sub"], h.user.Attributes["token_use"] = "another", "another", "access"
	c := h.independent(t, h.issue(t).ID)
	if c["aud"] != "client" || c["sub"] != userID || c["token_use"] != "id" {
		t.Error("an attribute took the place of a claim: ", c)
	}
}

func TestUnreadableAttributesStayOut(t *testing.T) {
	h := open(t, "ES256")
	h.client.ReadAttributes = []string{"email"}
	c := h.independent(t, h.issue(t).ID)
	if c["custom:tenant"] != nil || c["email_verified"] != nil || c["email"] != "ada@example.org" {
		t.Error("claims are ", c)
	}
}

func TestWithoutRevocationTokensNameNoFamily(t *testing.T) {
	h := open(t, "ES256")
	h.client.Revocation = false
	tokens := h.issue(t)
	if c := h.independent(t, tokens.Access); c["origin_jti"] != nil {
		t.Error("access token has origin_jti")
	}
	if c := h.independent(t, tokens.ID); c["origin_jti"] != nil || c["jti"] != nil {
		t.Error("id token has origin_jti or jti")
	}
	if _, err := h.VerifyAccess(h.ctx, tokens.Access); err != nil {
		t.Error(err)
	}
}

func TestWhatTheCallerAddsCanUndoASignIn(t *testing.T) {
	h := open(t, "ES256")
	refused := errors.New("refused")
	tokens, err := h.Issue(h.ctx, h.grant(), func(context.Context, store.Writer) error { return refused })
	if !errors.Is(err, refused) || tokens.Access != "" || tokens.Refresh != "" {
		t.Fatalf("got %v and tokens", err)
	}
	if n, err := families.Count(h.ctx, h.db, ""); err != nil || n != 0 {
		t.Error("families: ", n, err)
	}
}

func TestDocuments(t *testing.T) {
	h := open(t, "ES256")
	w := h.fetch(t, "/"+poolA+"/.well-known/openid-configuration")
	var got map[string]any
	must(t, json.Unmarshal(w.Body.Bytes(), &got))
	want := map[string]any{
		"issuer": base + "/" + poolA, "jwks_uri": base + "/" + poolA + "/.well-known/jwks.json",
		"id_token_signing_alg_values_supported": []any{"ES256"}, "response_types_supported": []any{"id_token"},
		"scopes_supported": []any{"openid"}, "subject_types_supported": []any{"public"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cache-Control") != wellknown.Age {
		t.Error("headers: ", w.Header())
	}
	for path, status := range map[string]int{
		"/us-east-1_NoneThere/.well-known/jwks.json":            http.StatusNotFound,
		"/us-east-1_NoneThere/.well-known/openid-configuration": http.StatusNotFound,
		"/" + poolB + "/.well-known/jwks.json":                  http.StatusOK,
		"/" + poolB + "/.well-known/else":                       http.StatusNotFound,
	} {
		if got := h.fetch(t, path).Code; got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
	var set struct{ Keys []map[string]any }
	must(t, json.Unmarshal(h.fetch(t, "/"+poolA+"/.well-known/jwks.json").Body.Bytes(), &set))
	if len(set.Keys) != keysPerPool {
		t.Fatalf("%d keys", len(set.Keys))
	}
	for _, k := range set.Keys {
		if k["d"] != nil || k["kid"] == "" || k["use"] != "sig" {
			t.Error("published key: ", k)
		}
	}
}

func TestPrefetchedKeysAreUsed(t *testing.T) {
	h := open(t, "ES256")
	ctx, stop := context.WithCancel(h.ctx)
	done := make(chan struct{})
	go func() { defer close(done); h.Prefetch(ctx) }()
	k := <-h.ready
	h.ready <- k // one is ready for certain
	if _, err := h.privateKey("RS256"); err != nil {
		t.Error(err)
	}
	stop()
	<-done
}
