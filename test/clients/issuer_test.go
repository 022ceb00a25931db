package clients

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// issuer is an OpenID Connect provider, such as that of a build service or of a cluster.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

// name is the issuer as ARNs and condition keys have it.
func (i *issuer) name() string { return strings.TrimPrefix(i.URL, "http://") }

// ServeHTTP publishes the configuration and the key.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/jwks", "response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	case "/jwks":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &i.key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	default:
		http.NotFound(w, r)
	}
}

// token signs what is said of a subject, for sts.amazonaws.com. It ends after the given time, which may have passed.
func (i *issuer) token(t *testing.T, subject string, life time.Duration) string {
	t.Helper()
	now := time.Now()
	body, err := json.Marshal(map[string]any{
		"iss": i.URL, "aud": "sts.amazonaws.com", "sub": subject, "iat": now.Add(-time.Hour).Unix(), "nbf": now.Add(-time.Hour).Unix(), "exp": now.Add(life).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: i.key, KeyID: "k"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// trust lets bearers of the issuer's tokens into a role, if their subject is like the pattern.
func (i *issuer) trust(account, subjects string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + account + `:oidc-provider/` + i.name() + `"},` +
		`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"` + i.name() + `:aud":"sts.amazonaws.com"},"StringLike":{"` + i.name() + `:sub":"` + subjects + `"}}}]}`
}

// verified verifies a token as its audience does, with a library that finds the issuer's keys by itself.
func verified(t *testing.T, from, audience, token string) *oidc.IDToken {
	t.Helper()
	p, err := oidc.NewProvider(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Verifier(&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{"RS256", "ES384"}}).Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
