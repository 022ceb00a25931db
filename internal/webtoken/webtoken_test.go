package webtoken

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/signingkey"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

func TestClaims(t *testing.T) {
	h := newHouse(t)
	id := h.issuer(t)
	full := h.token("ES384")
	full.Audience = []string{"a", "b"}
	full.Region, full.Organization, full.OUPath = "eu-west-1", "o-abc1234567", "o-abc1234567/r-ab12/"
	full.SessionExpires = time.Date(2026, 3, 4, 8, 0, 0, 0, time.FixedZone("", 3600))
	full.SourceIdentity, full.Provider = "jane", "accounts.google.com"
	full.PrincipalTags, full.RequestTags = map[string]string{"team": "<x>"}, map[string]string{"job": "1"}
	const common = `,"iss":"https://login.example.org/outbound/ISSUER","exp":1772604667,"iat":1772604367,"jti":"JTI"}`
	for name, c := range map[string]struct {
		token *Token
		want  string
	}{
		"least": {h.token("RS256"), `{"aud":"https://api.example.com","sub":"arn:aws:iam::111122223333:role/a/b",` +
			`"https://sts.amazonaws.com/":{"aws_account":"111122223333","principal_id":"arn:aws:iam::111122223333:role/a/b"}` + common},
		"all": {full, `{"aud":["a","b"],"sub":"arn:aws:iam::111122223333:role/a/b","https://sts.amazonaws.com/":{"org_id":"o-abc1234567",` +
			`"aws_account":"111122223333","ou_path":["o-abc1234567/r-ab12/"],"original_session_exp":"2026-03-04T07:00:00Z","source_identity":"jane",` +
			`"federated_provider":"accounts.google.com","source_region":"eu-west-1","principal_id":"arn:aws:iam::111122223333:role/a/b",` +
			`"principal_tags":{"team":"\u003cx\u003e"},"request_tags":{"job":"1"}}` + common},
	} {
		text, err := h.Issue(context.Background(), id, c.token)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := jws.Verify(text, h.set(t, id))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jws.ParseCompact(text)
		if err != nil || string(parsed.Header.Algorithm) != c.token.Algorithm || parsed.Header.Type != "JWT" {
			t.Errorf("%s: header %+v, %v", name, parsed.Header, err)
		}
		var jti struct {
			ID string `json:"jti"`
		}
		if err := json.Unmarshal(payload, &jti); err != nil || len(jti.ID) != 36 {
			t.Errorf("%s: jti %q, %v", name, jti.ID, err)
		}
		want := strings.NewReplacer("ISSUER", id, "JTI", jti.ID).Replace(c.want)
		if diff := cmp.Diff(want, string(payload)); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", name, diff)
		}
	}
}

func TestIssueRefuses(t *testing.T) {
	h := newHouse(t)
	id := h.issuer(t)
	for name, c := range map[string]struct {
		issuer string
		change func(*Token)
		want   error
	}{
		"another issuer":       {"00000000-0000-0000-0000-000000000000", func(*Token) {}, ErrUnknownIssuer},
		"ES256":                {id, func(t *Token) { t.Algorithm = "ES256" }, ErrBadToken},
		"none":                 {id, func(t *Token) { t.Algorithm = "none" }, ErrBadToken},
		"no audience":          {id, func(t *Token) { t.Audience = nil }, ErrBadToken},
		"no life":              {id, func(t *Token) { t.Expires = t.Issued }, ErrBadToken},
		"more than an hour":    {id, func(t *Token) { t.Expires = t.Issued.Add(time.Hour + time.Second) }, ErrBadToken},
		"claims that are long": {id, func(t *Token) { t.RequestTags = map[string]string{"a": strings.Repeat("x", mostPayload)} }, ErrTooLarge},
	} {
		token := h.token("ES384")
		c.change(token)
		if text, err := h.Issue(context.Background(), c.issuer, token); !errors.Is(err, c.want) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// TestLongestPayload: whatever fits into the claims fits into a token.
func TestLongestPayload(t *testing.T) {
	h := newHouse(t)
	id := h.issuer(t)
	for _, alg := range []string{"RS256", "ES384"} {
		token := h.token(alg)
		base, err := json.Marshal(h.claims(id, strings.Repeat("x", 36), token))
		if err != nil {
			t.Fatal(err)
		}
		token.RequestTags = map[string]string{"": strings.Repeat("x", mostPayload-len(base)-len(`,"request_tags":{"":""}`))}
		text, err := h.Issue(context.Background(), id, token)
		if err != nil || len(text) > jws.MaxToken {
			t.Errorf("%s: %d bytes, %v", alg, len(text), err)
		}
		token.RequestTags[""] += "x"
		if _, err := h.Issue(context.Background(), id, token); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: one byte more: %v", alg, err)
		}
	}
}

func TestDocuments(t *testing.T) {
	h := newHouse(t)
	id := h.issuer(t)
	w := h.get(id, "openid-configuration")
	url := base + "/outbound/" + id
	want := `{"id_token_signing_alg_values_supported":["RS256","ES384"],"issuer":"` + url + `","jwks_uri":"` + url + `/.well-known/jwks.json",` +
		`"response_types_supported":["id_token"],"subject_types_supported":["public"],"claims_supported":["aud","sub","https://sts.amazonaws.com/","iss","exp","iat","jti"]}`
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("configuration: %d (-want +got):\n%s", w.Code, diff)
	}
	if h.IssuerURL(id) != url {
		t.Errorf("the URL is %s", h.IssuerURL(id))
	}
	var got []jws.Algorithm
	for _, k := range h.set(t, id) {
		got = append(got, k.Algorithm)
	}
	if diff := cmp.Diff([]jws.Algorithm{jws.RS256, jws.ES384, jws.RS256, jws.ES384}, got); diff != "" {
		t.Errorf("the key set (-want +got):\n%s", diff)
	}
	for _, document := range []string{"openid-configuration", "jwks.json"} {
		if w := h.get("00000000-0000-0000-0000-000000000000", document); w.Code != http.StatusNotFound {
			t.Errorf("%s of an issuer that is not there: %d", document, w.Code)
		}
	}
	other := h.issuer(t)
	text, err := h.Issue(context.Background(), other, h.token("ES384"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Verify(text, h.set(t, id)); err == nil {
		t.Error("a token of one issuer verifies with the keys of another")
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if w := h.get("11111111-0000-0000-0000-000000000000", "jwks.json"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a store: %d", w.Code)
	}
}

func TestTend(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	id, young := h.issuer(t), ""
	before := h.set(t, id)
	text, err := h.Issue(ctx, id, h.token("ES384"))
	if err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(keyLife - time.Second)
	young = h.issuer(t)
	unchanged := h.set(t, young)
	if err := h.Tend(ctx); err != nil || len(h.set(t, id)) != 4 {
		t.Errorf("a second before its time: %v", err)
	}
	h.clock = h.clock.Add(time.Second)
	for range 2 { // the second time there is nothing to do
		if err := h.Tend(ctx); err != nil {
			t.Fatal(err)
		}
	}
	after := h.set(t, id)
	if len(after) != 6 {
		t.Fatalf("%d keys after a turn", len(after))
	}
	if _, err := jws.Verify(text, after); err != nil {
		t.Errorf("what the old key signed: %v", err)
	}
	fresh, err := h.Issue(ctx, id, h.token("ES384"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Verify(fresh, before); err != nil {
		t.Errorf("the key that signs now was not published before: %v", err)
	}
	if diff := cmp.Diff(len(unchanged), len(h.set(t, young))); diff != "" {
		t.Error("a young issuer turned")
	}
	h.clock = h.clock.Add(keyTail)
	if _, err := jws.Verify(text, h.set(t, id)); err == nil {
		t.Error("the old key never goes")
	}
}

// TestTendTogether: of many nodes that find out at once one turns the keys.
func TestTendTogether(t *testing.T) {
	h := newHouse(t)
	id := h.issuer(t)
	before := h.set(t, id)
	h.clock = h.clock.Add(keyLife)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := h.Tend(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	after := h.set(t, id)
	if len(after) != 6 {
		t.Errorf("%d keys", len(after))
	}
	for _, k := range before {
		if _, ok := after.Key(k.KeyID); !ok {
			t.Errorf("%s is lost", k.KeyID)
		}
	}
}

// picky seals nothing for one tenant.
type picky struct {
	signingkey.Sealer
	bad string
}

var errSealed = errors.New("sealed shut")

func (p picky) Seal(purpose seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error) {
	if tenant == p.bad {
		return nil, errSealed
	}
	return p.Sealer.Seal(purpose, tenant, plaintext, aad)
}

// TestTendGoesOn: an issuer whose keys cannot be turned keeps no other from its turn, and has its own the next time.
func TestTendGoesOn(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	bad := h.issuer(t)
	h.clock = h.clock.Add(time.Second) // the bad one comes first
	good := h.issuer(t)
	h.clock = h.clock.Add(keyLife)
	keys := h.maker.Keys
	h.maker.Keys = picky{keys, bad}
	if err := h.Tend(ctx); !errors.Is(err, errSealed) || !strings.Contains(err.Error(), bad) {
		t.Errorf("the failure is %v", err)
	}
	if n, m := len(h.set(t, bad)), len(h.set(t, good)); n != 4 || m != 6 {
		t.Errorf("%d keys of the one that failed, %d of the other", n, m)
	}
	h.maker.Keys = keys
	if err := h.Tend(ctx); err != nil {
		t.Error(err)
	}
	if n := len(h.set(t, bad)); n != 6 {
		t.Errorf("%d keys after the next pass", n)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	h.clock = h.clock.Add(keyLife)
	if err := h.Tend(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a pass that is given up: %v", err)
	}
}
