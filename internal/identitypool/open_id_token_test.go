package identitypool

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

func decodeClaims(text string, into *map[string]any) error { return json.Unmarshal([]byte(text), into) }

func (h *house) openID(id string, in map[string]string) (string, error) {
	out, err := h.GetOpenIdToken(h.ctx, &api.GetOpenIdTokenInput{IdentityId: id, Logins: in})
	if err != nil {
		return "", err
	}
	return *out.Token, nil
}

func (h *house) mustOpenID(id string, in map[string]string) string {
	h.t.Helper()
	token, err := h.openID(id, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func TestOpenIDToken(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	in := claimed(other, `{"team":"red"}`)
	id := h.mustID(pool, in)
	if err := h.tagMap(pool, nameA, false, map[string]string{"team": "team"}); err != nil {
		t.Fatal(err)
	}
	token := h.mustOpenID(id, in)
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := decodeClaims(string(body), &claims); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"sub": id, "aud": pool, "amr": []any{"authenticated", nameA, nameA + ":CognitoSignIn:ada"}, "iss": "https://id.example.org:8443/cognito-identity",
		"https://cognito-identity.amazonaws.com/identity-pool-arn": "arn:aws:cognito-identity:eu-west-1:" + account + ":identitypool/" + pool,
		"iat": float64(now.Unix()), "exp": float64(now.Add(10 * time.Minute).Unix()),
		"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []any{"red"}}},
	}
	if d := cmp.Diff(want, claims); d != "" {
		t.Error(d)
	}
	got, err := h.VerifyOpenIDToken(h.ctx, token)
	if d := cmp.Diff(OpenIDToken{
		IdentityID: id, PoolID: pool, AMR: []string{"authenticated", nameA, nameA + ":CognitoSignIn:ada"}, Tags: map[string]string{"team": "red"}, Account: account,
		IssuedAt: now, Expires: now.Add(10 * time.Minute),
	}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	g := h.mustID(pool, nil)
	if got, err := h.VerifyOpenIDToken(h.ctx, h.mustOpenID(g, nil)); err != nil || !cmp.Equal(got.AMR, []string{"unauthenticated"}) || got.Tags != nil {
		t.Errorf("a guest's token is %+v, %v", got, err)
	}
	_, err = h.openID(id, nil)
	fails(t, "a user's as a guest", err, api.NotAuthorizedException, "Access to Identity '"+id+"' is forbidden.")
	_, err = h.openID("eu-west-1:none", in)
	fails(t, "nobody's", err, api.ResourceNotFoundException, "")
}

func TestBasicFlowCanBeOff(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	token := h.mustOpenID(id, in)
	set := func(on bool) {
		providers := []api.CognitoIdentityProvider{{ProviderName: ptr(nameA), ClientId: ptr("client")}}
		if _, err := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: pool, IdentityPoolName: "p", AllowClassicFlow: &on, CognitoIdentityProviders: providers}); err != nil {
			t.Fatal(err)
		}
	}
	set(false)
	_, err := h.openID(id, in)
	fails(t, "off", err, api.InvalidParameterException, "Basic (classic) flow is not enabled, please use enhanced flow.")
	if _, err := h.VerifyOpenIDToken(h.ctx, token); !errors.Is(err, ErrRevoked) {
		t.Errorf("a token from before: %v", err)
	}
	if err := h.credentials(id, in, nil); err != nil {
		t.Errorf("the enhanced flow: %v", err)
	}
	set(true)
	if _, err := h.VerifyOpenIDToken(h.ctx, token); err != nil {
		t.Error(err)
	}
	if err := h.mappings(pool, map[string]api.RoleMapping{nameA + ":client": byToken(false)}); err != nil {
		t.Fatal(err)
	}
	_, err = h.openID(id, in)
	fails(t, "with mappings", err, api.InvalidParameterException, "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.")
	if _, err := h.VerifyOpenIDToken(h.ctx, token); !errors.Is(err, ErrRevoked) {
		t.Errorf("a token around the mappings: %v", err)
	}
}

// TestRefusedOpenIDTokens alters tokens in every way that could matter.
func TestRefusedOpenIDTokens(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	good := h.mustOpenID(id, in)
	check := func(name, token string, want error) {
		t.Helper()
		if _, err := h.VerifyOpenIDToken(h.ctx, token); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := 0; i < len(good); i += 7 {
		for _, c := range []byte{'A', '.', '!'} {
			if good[i] != c {
				check("altered", good[:i]+string(c)+good[i+1:], ErrBadSignature)
			}
		}
		check("cut", good[:i], ErrBadSignature)
	}
	signer, err := h.signerOf(h.ctx)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(edit func(*openIDClaims)) string {
		c := openIDClaims{Subject: id, Audience: pool, AMR: []string{"authenticated", nameA}, Issuer: h.OpenIDIssuer(), Expires: now.Unix() + 60, IssuedAt: now.Unix()}
		edit(&c)
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		out, err := jws.Encode(h.Random, signer, b)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	check("ours", sign(func(*openIDClaims) {}), nil)
	check("another issuer", sign(func(c *openIDClaims) { c.Issuer = "https://cognito-identity.amazonaws.com" }), ErrBadSignature)
	check("no subject", sign(func(c *openIDClaims) { c.Subject = "" }), ErrBadSignature)
	check("no audience", sign(func(c *openIDClaims) { c.Audience = "" }), ErrBadSignature)
	check("no amr", sign(func(c *openIDClaims) { c.AMR = nil }), ErrBadSignature)
	check("never issued", sign(func(c *openIDClaims) { c.IssuedAt = 0 }), ErrBadSignature)
	check("two values of a tag", sign(func(c *openIDClaims) { c.Tags = &tagging{map[string][]string{"a": {"1", "2"}}} }), ErrBadSignature)
	check("at its end", sign(func(c *openIDClaims) { c.Expires = now.Unix() }), ErrExpired)
	check("another pool", sign(func(c *openIDClaims) { c.Audience = h.pool(true) }), ErrRevoked)
	check("nobody's identity", sign(func(c *openIDClaims) { c.Subject = "eu-west-1:none" }), ErrRevoked)
	check("a login that it has not", sign(func(c *openIDClaims) { c.AMR = []string{"authenticated", nameB} }), ErrRevoked)
	check("a user as a guest", sign(func(c *openIDClaims) { c.AMR = []string{"unauthenticated"} }), ErrRevoked)
	if _, err := h.DeleteIdentities(h.ctx, &api.DeleteIdentitiesInput{IdentityIdsToDelete: []string{id}}); err != nil {
		t.Fatal(err)
	}
	check("a deleted identity", good, ErrRevoked)
}

// TestGuestTokens: a guest's token ends with guests, and is no login.
func TestGuestTokens(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	g := h.mustID(pool, nil)
	token := h.mustOpenID(g, nil)
	fails(t, "as a login", h.credentials(g, map[string]string{providerName: token}, nil), api.NotAuthorizedException, "Invalid login token. Couldn't verify signed token.")
	if _, err := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: pool, IdentityPoolName: "p"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.VerifyOpenIDToken(h.ctx, token); !errors.Is(err, ErrRevoked) {
		t.Errorf("without guests: %v", err)
	}
}

func TestKeysRotate(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	g := h.mustID(pool, nil)
	if err := h.TendOpenIDKeys(h.ctx); err != nil {
		t.Fatal(err)
	}
	set := func() jws.KeySet {
		w := httptest.NewRecorder()
		h.OpenIDHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/cognito-identity/.well-known/jwks_uri", nil))
		keys, err := jws.ParseKeySet(w.Body.Bytes())
		if err != nil || w.Code != http.StatusOK {
			t.Fatal(w.Code, err)
		}
		return keys
	}
	verify := func(token string) error {
		parsed, err := jws.ParseCompact(token)
		if err != nil {
			return err
		}
		k, ok := set().Key(parsed.Header.KeyID)
		if !ok {
			return errors.New("the key is not published")
		}
		return parsed.Verify(k)
	}
	first, before := h.mustOpenID(g, nil), set()
	if len(before) != 2 || verify(first) != nil {
		t.Fatalf("%d keys, %v", len(before), verify(first))
	}
	if err := h.TendOpenIDKeys(h.ctx); err != nil || len(set()) != 2 {
		t.Errorf("rotated at once: %v", err)
	}
	h.clock = now.Add(keyLife)
	var work sync.WaitGroup
	for range 4 { // several nodes find out at once
		work.Go(func() {
			if err := h.TendOpenIDKeys(h.ctx); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	second := h.mustOpenID(g, nil)
	if after := set(); len(after) != 3 || verify(first) != nil || verify(second) != nil {
		t.Errorf("%d keys, %v, %v", len(after), verify(first), verify(second))
	}
	if parsed, err := jws.ParseCompact(second); err != nil || parsed.Header.KeyID != before[1].KeyID {
		t.Errorf("the key that signs was not published before: %v", err)
	}
	h.clock = h.clock.Add(longestToken)
	if len(set()) != 2 || verify(first) == nil {
		t.Error("a key outlives all that it signed")
	}
	if _, err := h.VerifyOpenIDToken(h.ctx, first); !errors.Is(err, ErrBadSignature) {
		t.Errorf("a token of a key that is gone: %v", err)
	}
	if err := h.RotateOpenIDKeys(h.ctx); err != nil || len(set()) != 3 {
		t.Errorf("%d keys, %v", len(set()), err)
	}
}

func TestConfiguration(t *testing.T) {
	h := newHouse(t)
	w := httptest.NewRecorder()
	h.OpenIDHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/cognito-identity/.well-known/openid-configuration", nil))
	want := `{"id_token_signing_alg_values_supported":["RS256"],"issuer":"https://id.example.org:8443/cognito-identity",` +
		`"jwks_uri":"https://id.example.org:8443/cognito-identity/.well-known/jwks_uri","response_types_supported":["id_token"],"subject_types_supported":["public"]}`
	if w.Body.String() != want {
		t.Error(w.Body)
	}
	w = httptest.NewRecorder()
	h.OpenIDHandler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/cognito-identity/.well-known/jwks_uri", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	w = httptest.NewRecorder()
	h.OpenIDHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/cognito-identity/.well-known/jwks_uri", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Cache-Control") != "no-store" {
		t.Error(w.Code, w.Header())
	}
}

// TestKeysWhileReset: a server that loses its state while it makes keys has none for a moment, and that is no failure.
func TestKeysWhileReset(t *testing.T) {
	h := newHouse(t)
	over, wiped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(wiped)
		for {
			select {
			case <-over:
				return
			default:
			}
			_ = h.Store.Update(h.ctx, func(w store.Writer) error {
				_, err := openIDKeys.Take(h.ctx, w, h.Account)
				return err
			})
		}
	}()
	for range 3 {
		if err := h.TendOpenIDKeys(h.ctx); err != nil {
			t.Error(err)
		}
		if err := h.rotate(h.ctx, "gone"); err != nil {
			t.Error(err)
		}
	}
	close(over)
	<-wiped
}
