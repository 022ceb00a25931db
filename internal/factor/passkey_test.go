package factor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestPasskey(t *testing.T) {
	for _, packed := range []bool{false, true} {
		t.Run(fmt.Sprint("packed ", packed), func(t *testing.T) {
			h := newHouse(t)
			a := newAuthenticator(t)
			a.packed = packed
			if get[bool](t)(h.HasPasskeys(h.ctx, h.Store, poolID, ada)) {
				t.Error("a new user has passkeys")
			}
			h.register(t, a)
			if !get[bool](t)(h.HasPasskeys(h.ctx, h.Store, poolID, ada)) || get[bool](t)(h.HasPasskeys(h.ctx, h.Store, poolID, bob)) {
				t.Error("the passkey is not ada's alone")
			}
			a.handle = ada
			for range 2 {
				options, state := h.begin(t)
				must(t, h.answer(state, a.use(options)))
			}
			options, state := h.begin(t)
			a.handle = ""
			must(t, h.answer(state, a.use(options)))
		})
	}
}

func TestCreationOptions(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	h.register(t, a)
	var got map[string]any
	must(t, json.Unmarshal(h.start(t), &got))
	challenge := got["challenge"].(string)
	if b, err := base64.RawURLEncoding.DecodeString(challenge); err != nil || len(b) != 32 {
		t.Errorf("challenge %q: %v", challenge, err)
	}
	delete(got, "challenge")
	want := map[string]any{
		"rp":               map[string]any{"id": "example.org", "name": "example.org"},
		"user":             map[string]any{"id": b64([]byte(ada)), "name": "ada", "displayName": "ada"},
		"pubKeyCredParams": []any{map[string]any{"type": "public-key", "alg": -7.0}, map[string]any{"type": "public-key", "alg": -257.0}},
		"timeout":          60000.0, "authenticatorSelection": map[string]any{"requireResidentKey": true, "residentKey": "required", "userVerification": "preferred"},
		"excludeCredentials": []any{map[string]any{"id": b64(a.id), "type": "public-key", "transports": []any{"internal", "hybrid"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	options, _ := h.begin(t)
	got = nil
	must(t, json.Unmarshal([]byte(options), &got))
	delete(got, "challenge")
	want = map[string]any{"rpId": "example.org", "timeout": 180000.0, "userVerification": "preferred", "allowCredentials": want["excludeCredentials"]}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRegistrationRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(*authenticator)
		want  *wire.ErrorType
	}{
		"another site":         {func(a *authenticator) { a.origin = "https://example.com" }, api.WebAuthnOriginNotAllowedException},
		"plain http":           {func(a *authenticator) { a.origin = "http://example.org" }, api.WebAuthnOriginNotAllowedException},
		"a look-alike":         {func(a *authenticator) { a.origin = "https://evilexample.org" }, api.WebAuthnOriginNotAllowedException},
		"another party":        {func(a *authenticator) { a.rp = "example.com" }, api.WebAuthnRelyingPartyMismatchException},
		"another challenge":    {func(a *authenticator) { a.challenge = b64(make([]byte, 32)) }, api.WebAuthnChallengeNotFoundException},
		"a sign-in":            {func(a *authenticator) { a.ceremony = "webauthn.get" }, api.WebAuthnCredentialNotSupportedException},
		"nobody was there":     {func(a *authenticator) { a.flags = 4 }, api.WebAuthnCredentialNotSupportedException},
		"unasked algorithm":    {func(a *authenticator) { a.alg = -35 }, api.WebAuthnCredentialNotSupportedException},
		"a forged attestation": {func(a *authenticator) { a.packed, a.forge = true, func(s []byte) { s[len(s)-1] ^= 1 } }, api.WebAuthnCredentialNotSupportedException},
		"backed up, not able":  {func(a *authenticator) { a.flags |= 0x10 }, api.WebAuthnCredentialNotSupportedException},
		"a long id":            {func(a *authenticator) { a.id = make([]byte, 513) }, api.WebAuthnCredentialNotSupportedException},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			a := newAuthenticator(t)
			tc.spoil(a)
			options := h.start(t)
			fails(t, h.complete(a.create(options)), tc.want, "")
			// The challenge is used up by the wrong answer.
			fails(t, h.complete(newAuthenticator(t).create(options)), api.WebAuthnChallengeNotFoundException, "")
			if get[bool](t)(h.HasPasskeys(h.ctx, h.Store, poolID, ada)) {
				t.Error("the passkey is kept")
			}
		})
	}
}

func TestRegistrationDocuments(t *testing.T) {
	h := newHouse(t)
	good := newAuthenticator(t).create(h.start(t))
	for name, document := range map[string]string{
		"nothing": "", "no object": `"text"`, "empty": "{}", "twice": `{"id":"a",` + string(good[1:]), "other case": strings.Replace(string(good), `"rawId"`, `"RAWID"`, 1),
		"no response": string(edited(t, good, map[string]any{"response": map[string]any{}})), "type": string(edited(t, good, map[string]any{"type": "password"})),
		"broken": string(edited(t, good, map[string]any{"response": map[string]any{"clientDataJSON": "!", "attestationObject": "!"}})),
		"long":   string(edited(t, good, map[string]any{"more": strings.Repeat("x", maxCredential)})),
	} {
		if err := h.complete(wire.Document(document)); !isError(err, api.InvalidParameterException) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, h.complete(good)) // text that is no credential uses nothing up
}

func isError(err error, want *wire.ErrorType) bool {
	e, ok := wire.AsError(err)
	return ok && e.Type == want
}

func TestRegistrationChallenge(t *testing.T) {
	h := newHouse(t)
	old := h.start(t)
	options := h.start(t)
	_, err := h.CompleteWebAuthnRegistration(h.ctx, &api.CompleteWebAuthnRegistrationRequest{
		AccessToken: strings.Replace(token(), "client", "other", 1), Credential: newAuthenticator(t).create(options),
	})
	fails(t, err, api.WebAuthnClientMismatchException, "")
	a := newAuthenticator(t)
	must(t, h.complete(a.create(options)))
	fails(t, h.complete(newAuthenticator(t).create(options)), api.WebAuthnChallengeNotFoundException, "")
	fails(t, h.complete(newAuthenticator(t).create(old)), api.WebAuthnChallengeNotFoundException, "")
	fails(t, h.complete(a.create(h.start(t))), api.InvalidParameterException, "The credential is registered already.")
	options = h.start(t)
	h.move(5 * time.Minute)
	fails(t, h.complete(newAuthenticator(t).create(options)), api.WebAuthnChallengeNotFoundException, "")

	options = h.start(t)
	h.changePool(t, func(p *directory.Pool) { p.WebAuthn.RelyingPartyID = "example.com" })
	fails(t, h.complete(newAuthenticator(t).create(options)), api.WebAuthnRelyingPartyMismatchException, "")
}

// TestRegistrationOnce answers one challenge many times at once, each time with another passkey.
func TestRegistrationOnce(t *testing.T) {
	h := newHouse(t)
	options := h.start(t)
	n, failures := together(100, func() error { return h.complete(newAuthenticator(t).create(options)) })
	if n != 1 {
		t.Errorf("%d of 100 passkeys are registered", n)
	}
	for _, err := range failures {
		fails(t, err, api.WebAuthnChallengeNotFoundException, "")
	}
}

func TestPasskeyLimit(t *testing.T) {
	h := newHouse(t)
	for range maxPasskeys - 1 {
		h.register(t, newAuthenticator(t))
	}
	last := h.start(t)
	must(t, h.complete(newAuthenticator(t).create(last)))
	_, err := h.StartWebAuthnRegistration(h.ctx, &api.StartWebAuthnRegistrationRequest{AccessToken: token()})
	fails(t, err, api.LimitExceededException, "")
}

func TestPasskeysOff(t *testing.T) {
	h := newHouse(t)
	options := h.start(t)
	start := func() error {
		_, err := h.StartWebAuthnRegistration(h.ctx, &api.StartWebAuthnRegistrationRequest{AccessToken: token()})
		return err
	}
	h.changePool(t, func(p *directory.Pool) { p.FirstFactors = []string{"PASSWORD"} })
	fails(t, start(), api.WebAuthnNotEnabledException, "")
	fails(t, h.complete(newAuthenticator(t).create(options)), api.WebAuthnNotEnabledException, "")
	h.changePool(t, func(p *directory.Pool) { p.WebAuthn = directory.WebAuthnConfig{Factor: multiFactor} })
	h.Host = "ID.example.org"
	if options := string(h.start(t)); !strings.Contains(options, `"id":"id.example.org"`) { // as a second factor; the relying party is the host of the server
		t.Errorf("options are %s", options)
	}
	h.Host = "192.0.2.1"
	fails(t, start(), api.WebAuthnConfigurationMissingException, "")
	_, _, err := h.BeginPasskey(h.ctx, &h.pool, h.user(t, ada))
	fails(t, err, api.WebAuthnConfigurationMissingException, "")
}

func TestUserVerification(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	a.flags = 1
	h.register(t, a)
	options, state := h.begin(t)
	must(t, h.answer(state, a.use(options)))
	for _, c := range []directory.WebAuthnConfig{
		{RelyingPartyID: "example.org", UserVerification: "required"}, {RelyingPartyID: "example.org", Factor: multiFactor},
	} {
		h.changePool(t, func(p *directory.Pool) { p.WebAuthn = c })
		a.flags = 1
		options, state = h.begin(t)
		fails(t, h.answer(state, a.use(options)), api.NotAuthorizedException, "")
		fails(t, h.complete(newUnverified(t).create(h.start(t))), api.WebAuthnCredentialNotSupportedException, "")
		a.flags = 1 | 4
		options, state = h.begin(t)
		must(t, h.answer(state, a.use(options)))
	}
}

func newUnverified(t testing.TB) *authenticator {
	a := newAuthenticator(t)
	a.flags = 1
	return a
}

func TestPasskeyRefuses(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	h.register(t, a)
	bobs := newAuthenticator(t)
	start := get[*api.StartWebAuthnRegistrationResponse](t)(h.StartWebAuthnRegistration(h.ctx, &api.StartWebAuthnRegistrationRequest{AccessToken: token(bob)}))
	get[*api.CompleteWebAuthnRegistrationResponse](t)(h.CompleteWebAuthnRegistration(h.ctx, &api.CompleteWebAuthnRegistrationRequest{
		AccessToken: token(bob), Credential: bobs.create(start.CredentialCreationOptions),
	}))
	for name, tc := range map[string]struct {
		spoil func(*authenticator)
		of    *authenticator
	}{
		"another site":      {func(a *authenticator) { a.origin = "https://example.com" }, a},
		"another party":     {func(a *authenticator) { a.rp = "example.com" }, a},
		"another challenge": {func(a *authenticator) { a.challenge = b64(make([]byte, 32)) }, a},
		"a registration":    {func(a *authenticator) { a.ceremony = "webauthn.create" }, a},
		"nobody was there":  {func(a *authenticator) { a.flags = 4 }, a},
		"a forged one":      {func(a *authenticator) { a.forge = func(s []byte) { s[len(s)-1] ^= 1 } }, a},
		"another user":      {func(a *authenticator) { a.handle = bob }, a},
		"became backed up":  {func(a *authenticator) { a.flags |= 8 }, a},
		"somebody else's":   {func(*authenticator) {}, bobs},
		"unknown":           {func(*authenticator) {}, newAuthenticator(t)},
		"another key":       {func(b *authenticator) { b.id = a.id }, newAuthenticator(t)},
	} {
		options, state := h.begin(t)
		bad := *tc.of
		tc.spoil(&bad)
		if err := h.answer(state, bad.use(options)); !isError(err, api.NotAuthorizedException) {
			t.Errorf("%s: %v", name, err)
		}
	}
	options, state := h.begin(t)
	must(t, h.answer(state, a.use(options)))
	for _, text := range []string{"", "{}", "[]", strings.Repeat("x", maxCredential+1), `{"id":1}`, strings.Replace(a.use(options), `"type"`, `"type":"public-key","type"`, 1)} {
		fails(t, h.answer(state, text), api.InvalidParameterException, "")
	}
	for _, broken := range [][]byte{nil, {1}, state[:33], append([]byte{2}, state[1:]...)} {
		if err := h.answer(broken, a.use(options)); err == nil {
			t.Errorf("a state of %d bytes is accepted", len(broken))
		}
	}
	h.changePool(t, func(p *directory.Pool) { p.WebAuthn.RelyingPartyID = "login.example.org" })
	options, state = h.begin(t)
	if strings.Contains(options, b64(a.id)) {
		t.Error("a passkey of another relying party is offered")
	}
	fails(t, h.answer(state, a.use(options)), api.NotAuthorizedException, "")
}

func TestSignCount(t *testing.T) {
	h := newHouse(t)
	a := newAuthenticator(t)
	a.count = 5
	h.register(t, a)
	for _, tc := range []struct {
		count uint32
		want  bool
	}{{5, false}, {6, true}, {6, false}, {0, false}, {100, true}, {99, false}} {
		a.count = tc.count
		options, state := h.begin(t)
		if err := h.answer(state, a.use(options)); (err == nil) != tc.want {
			t.Errorf("count %d: %v", tc.count, err)
		}
	}
}

func TestListPasskeys(t *testing.T) {
	h := newHouse(t)
	for range 5 {
		h.register(t, newAuthenticator(t))
	}
	seen := map[string]bool{}
	in := &api.ListWebAuthnCredentialsRequest{AccessToken: token(), MaxResults: new(2)}
	var second *string
	for pages := 1; ; pages++ {
		out := get[*api.ListWebAuthnCredentialsResponse](t)(h.ListWebAuthnCredentials(h.ctx, in))
		for _, c := range out.Credentials {
			seen[c.CredentialId] = true
			want := api.WebAuthnCredentialDescription{
				AuthenticatorAttachment: new("platform"), AuthenticatorTransports: []string{"internal", "hybrid"}, CreatedAt: h.at,
				CredentialId: c.CredentialId, FriendlyCredentialName: "Passkey", RelyingPartyId: "example.org",
			}
			if d := cmp.Diff(want, c); d != "" {
				t.Error(d)
			}
		}
		if in.NextToken = out.NextToken; out.NextToken == nil {
			if pages != 3 || len(seen) != 5 {
				t.Errorf("%d pages, %d passkeys", pages, len(seen))
			}
			break
		}
		second = out.NextToken
	}
	_, err := h.ListWebAuthnCredentials(h.ctx, &api.ListWebAuthnCredentialsRequest{AccessToken: token(bob), NextToken: second})
	fails(t, err, api.InvalidParameterException, "Invalid pagination token.")

	remove := func(id string, of ...string) error {
		_, err := h.DeleteWebAuthnCredential(h.ctx, &api.DeleteWebAuthnCredentialRequest{AccessToken: token(of...), CredentialId: id})
		return err
	}
	for id := range seen {
		fails(t, remove(id, bob), api.ResourceNotFoundException, "")
		must(t, remove(id))
		fails(t, remove(id), api.ResourceNotFoundException, "")
	}
	for _, id := range []string{"", "!", strings.Repeat("A", 2000)} {
		fails(t, remove(id), api.ResourceNotFoundException, "")
	}
	if out := get[*api.ListWebAuthnCredentialsResponse](t)(h.ListWebAuthnCredentials(h.ctx, &api.ListWebAuthnCredentialsRequest{AccessToken: token()})); len(out.Credentials) != 0 {
		t.Errorf("%d passkeys are left", len(out.Credentials))
	}
}

func TestFriendlyName(t *testing.T) {
	apple := []byte{0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd}
	if got := friendlyName(apple); got != "iCloud Keychain" {
		t.Errorf("got %q", got)
	}
	if got := friendlyName(nil); got != "Passkey" {
		t.Errorf("got %q", got)
	}
}

func TestOriginAllowed(t *testing.T) {
	for _, tc := range []struct {
		origin, rp string
		want       bool
	}{
		{"https://example.org", "example.org", true},
		{"https://example.org:8443", "example.org", true},
		{"https://a.b.example.org", "example.org", true},
		{"http://localhost:3000", "localhost", true},
		{"http://localhost", "localhost", true},
		{"https://localhost", "localhost", true},
		{"http://localhost:3000", "example.org", false},
		{"http://a.localhost", "localhost", false},
		{"http://example.org", "example.org", false},
		{"https://example.org", "login.example.org", false},
		{"https://evilexample.org", "example.org", false},
		{"https://example.org.evil.com", "example.org", false},
		{"https://.example.org", "example.org", false},
		{"https://a..example.org", "example.org", false},
		{"https://EXAMPLE.org", "example.org", false},
		{"https://example.org/", "example.org", false},
		{"https://example.org:", "example.org", false},
		{"https://example.org:0", "example.org", false},
		{"https://example.org:0443", "example.org", false},
		{"https://example.org:65536", "example.org", false},
		{"https://example.org:+1", "example.org", false},
		{"https://a@example.org", "example.org", false},
		{"https://evil.com#.example.org", "example.org", false},
		{"https://evil.com?.example.org", "example.org", false},
		{"https://evil.com\\.example.org", "example.org", false},
		{"example.org", "example.org", false},
		{"android:apk-key-hash:abc", "example.org", false},
		{"null", "example.org", false},
		{"", "", false},
	} {
		if got := originAllowed(tc.origin, tc.rp); got != tc.want {
			t.Errorf("%q for %q: %v", tc.origin, tc.rp, got)
		}
	}
}

// FuzzOriginAllowed: what is accepted is an origin whose host, as the standard library reads it, is the relying party or below it.
func FuzzOriginAllowed(f *testing.F) {
	f.Add("https://a.example.org:8443", "example.org")
	f.Add("http://localhost:1", "localhost")
	f.Fuzz(func(t *testing.T, origin, rp string) {
		if rp == "" || !originAllowed(origin, rp) {
			return
		}
		u, err := url.Parse(origin)
		if err != nil {
			t.Fatalf("%q is accepted: %v", origin, err)
		}
		if u.Hostname() != rp && !strings.HasSuffix(u.Hostname(), "."+rp) || u.Scheme == "http" && rp != "localhost" || u.Path+u.RawQuery+u.Fragment != "" || u.User != nil {
			t.Fatalf("%q is accepted for %q", origin, rp)
		}
	})
}

// FuzzParseAssertion: what is read has an id and client data, whatever a client sends.
func FuzzParseAssertion(f *testing.F) {
	a := newAuthenticator(f)
	f.Add(a.use(`{"challenge":"YQ","rpId":"example.org"}`))
	f.Add(`{"id":"YQ","rawId":"YQ","type":"public-key","response":{}}`)
	f.Fuzz(func(t *testing.T, credential string) {
		parsed, err := parseAssertion(credential)
		if err != nil {
			if !isError(err, api.InvalidParameterException) {
				t.Fatalf("error is %v", err)
			}
			return
		}
		if len(parsed.RawID) == 0 || len(credential) > maxCredential || parsed.Type != "public-key" {
			t.Fatalf("read from %q: id of %d bytes, type %q", credential, len(parsed.RawID), parsed.Type)
		}
	})
}
