package script

import (
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdVerify verifies a token the way a resource server does, with a library that is not the server's: issuer -> openid-configuration -> jwks_uri ->
// the key of the token's kid. Its claims become the last answer: verify [-pool POOL | -issuer URL] TOKEN.
func cmdVerify(ts *testscript.TestScript, neg bool, args []string) {
	w, endpoint := worldOf(ts), ts.Getenv("ENDPOINT")
	want := endpoint + "/" + ts.Getenv("USER_POOL")
	if len(args) == 3 && args[0] == "-pool" {
		want, args = endpoint+"/"+args[1], args[2:]
	}
	if len(args) == 3 && args[0] == "-issuer" {
		want, args = args[1], args[2:]
	}
	if len(args) != 1 || !strings.HasPrefix(want, endpoint+"/") {
		ts.Fatalf("usage: verify [-pool POOL | -issuer URL] TOKEN")
	}
	config, err := w.send(endpoint, "GET", strings.TrimPrefix(want, endpoint)+"/.well-known/openid-configuration", "", map[string][]string{}, nil)
	ts.Check(err)
	issuer, _ := config.text("issuer")
	jwksURI, _ := config.text("jwks_uri")
	if issuer != want || !strings.HasPrefix(jwksURI, issuer) {
		ts.Fatalf("the configuration names issuer %q and keys %q", issuer, jwksURI)
	}
	published, err := w.send(endpoint, "GET", strings.TrimPrefix(jwksURI, endpoint), "", map[string][]string{}, nil)
	ts.Check(err)
	var keys jose.JSONWebKeySet
	ts.Check(json.Unmarshal(published.body, &keys))
	claims, err := verified(args[0], &keys)
	if (err != nil) != neg {
		ts.Fatalf("verify: %v", err)
	}
	if err != nil {
		return
	}
	w.last = &answer{status: 200, body: claims}
	ts.Check(w.last.parseJSON())
	if iss, _ := w.last.text("iss"); iss != issuer {
		ts.Fatalf("the token's issuer is %q", iss)
	}
}

func verified(token string, keys *jose.JSONWebKeySet) ([]byte, error) {
	t, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.ES384})
	if err != nil {
		return nil, err
	}
	return t.Verify(keys)
}
