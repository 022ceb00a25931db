package script

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// issuer is an OpenID Connect provider of a story, such as that of a build service or of a cluster.
type issuer struct {
	mu   sync.Mutex
	url  string
	keys []*rsa.PrivateKey // the last one signs; all are published
}

// cmdIssuer starts the provider, and has a server that starts later reach it: issuer. It sets ISSUER to its URL and ISSUER_NAME to host and port.
func cmdIssuer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: issuer")
	}
	i := &issuer{}
	ts.Check(i.rotate())
	s := httptest.NewServer(i)
	ts.Defer(s.Close)
	i.url = s.URL
	worldOf(ts).issuer = i
	ts.Setenv("ISSUER", s.URL)
	ts.Setenv("ISSUER_NAME", strings.TrimPrefix(s.URL, "http://"))
	ts.Setenv("MAYFLY_OUTBOUND_ALLOW", "127.0.0.1")
}

func (i *issuer) rotate() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, key)
	return nil
}

// ServeHTTP publishes the configuration and the keys.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.url, "jwks_uri": i.url + "/jwks", "response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	case "/jwks":
		var set jose.JSONWebKeySet
		for n, k := range i.keys {
			set.Keys = append(set.Keys, jose.JSONWebKey{Key: &k.PublicKey, KeyID: fmt.Sprint("k", n), Algorithm: "RS256", Use: "sig"})
		}
		_ = json.NewEncoder(w).Encode(set)
	default:
		http.NotFound(w, r)
	}
}

// cmdIssue signs claims: issue [-forged | -expired | -rotated] VAR FILE. The file holds the claims but for the times. A forged token is signed by a key that
// nobody published, an expired one ended a minute ago, and for a rotated one the issuer takes a new key first.
func cmdIssue(ts *testscript.TestScript, neg bool, args []string) {
	i := worldOf(ts).issuer
	kind := ""
	if len(args) == 3 {
		kind, args = args[0], args[1:]
	}
	if neg || len(args) != 2 || i == nil {
		ts.Fatalf("usage: issue [-forged | -expired | -rotated] VAR FILE, after issuer")
	}
	claims := map[string]any{}
	ts.Check(json.Unmarshal([]byte(filled(ts, args[1])), &claims))
	now := time.Now()
	ends := now.Add(5 * time.Minute)
	if kind == "-rotated" {
		ts.Check(i.rotate())
	}
	key, id := i.keys[len(i.keys)-1], fmt.Sprint("k", len(i.keys)-1)
	switch kind {
	case "", "-rotated":
	case "-expired":
		now, ends = now.Add(-time.Hour), now.Add(-time.Minute)
	case "-forged":
		var err error
		key, err = rsa.GenerateKey(rand.Reader, 2048)
		ts.Check(err)
	default:
		ts.Fatalf("unknown kind of token %s", kind)
	}
	claims["iss"], claims["iat"], claims["nbf"], claims["exp"] = i.url, now.Unix(), now.Unix(), ends.Unix()
	body, err := json.Marshal(claims)
	ts.Check(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: id}}, (&jose.SignerOptions{}).WithType("JWT"))
	ts.Check(err)
	signed, err := signer.Sign(body)
	ts.Check(err)
	token, err := signed.CompactSerialize()
	ts.Check(err)
	ts.Setenv(args[0], token)
}
