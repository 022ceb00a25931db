package federate

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

func (p *provider) config() Provider {
	return Provider{Issuer: p.URL, ClientIDs: []string{"client", "other"}}
}

func TestVerifyOIDC(t *testing.T) {
	p, c := newProvider(t), newClock()
	v := newVerifier(t, p, c)
	for _, alg := range []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"} {
		s := newSigner(t, "k-"+alg, alg)
		p.set(func() { p.keys = append(p.keys, s.jwk()) })
		c.move(2 * time.Minute) // an unknown key id is asked for once a minute
		id, err := v.VerifyOIDC(t.Context(), p.config(), s.token(p.claims(map[string]any{"aud": []string{"x", "client"}, "email": "a@example.com"})))
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		if id.Subject != "user-1" || id.Issuer != p.URL || len(id.Audience) != 2 || id.Claims["email"] != "a@example.com" || !id.Expires.Equal(start.Add(time.Hour)) || !id.IssuedAt.Equal(start) {
			t.Errorf("%s: %+v", alg, id)
		}
	}
}

func TestOIDCClaims(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s := newVerifier(t, p, c), newSigner(t, "k", "ES256")
	p.keys = append(p.keys, s.jwk())
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }
	for name, tt := range map[string]struct {
		claims map[string]any
		want   error
	}{
		"good":                    {nil, nil},
		"azp":                     {map[string]any{"aud": "else", "azp": "client"}, nil},
		"azp of another":          {map[string]any{"azp": "stranger"}, ErrAudience},
		"audience":                {map[string]any{"aud": "stranger"}, ErrAudience},
		"audience in other case":  {map[string]any{"aud": "Client"}, ErrAudience},
		"no audience":             {map[string]any{"aud": nil}, ErrInvalid},
		"empty audience":          {map[string]any{"aud": ""}, ErrInvalid},
		"empty list of audiences": {map[string]any{"aud": []string{}}, ErrInvalid},
		"audience is a number":    {map[string]any{"aud": 1}, ErrInvalid},
		"audience has a number":   {map[string]any{"aud": []any{"client", 1}}, ErrInvalid},
		"subject is a number":     {map[string]any{"sub": 1}, ErrInvalid},
		"azp is a list":           {map[string]any{"azp": []string{"client"}}, ErrInvalid},
		"far expiry":              {map[string]any{"exp": 1e300}, ErrInvalid},
		"no subject":              {map[string]any{"sub": nil}, ErrInvalid},
		"no issuer":               {map[string]any{"iss": nil}, ErrInvalid},
		"another issuer":          {map[string]any{"iss": "https://example.org"}, ErrInvalid},
		"issuer with a slash":     {map[string]any{"iss": p.URL + "/"}, ErrInvalid},
		"no expiry":               {map[string]any{"exp": nil}, ErrInvalid},
		"no time of issue":        {map[string]any{"iat": nil}, ErrInvalid},
		"expired":                 {map[string]any{"exp": at(0)}, ErrExpired},
		"expires in a second":     {map[string]any{"exp": at(time.Second)}, nil},
		"fraction":                {map[string]any{"exp": float64(at(0)) + 0.5}, ErrExpired},
		"expiry is text":          {map[string]any{"exp": "2026"}, ErrInvalid},
		"negative expiry":         {map[string]any{"exp": -1}, ErrInvalid},
		"too old":                 {map[string]any{"iat": at(-24*time.Hour - time.Second), "exp": at(time.Hour)}, ErrExpired},
		"a day old":               {map[string]any{"iat": at(-24 * time.Hour), "exp": at(time.Hour)}, nil},
		"issued ahead":            {map[string]any{"iat": at(skew)}, nil},
		"issued in the future":    {map[string]any{"iat": at(skew + time.Second)}, ErrInvalid},
		"not yet":                 {map[string]any{"nbf": at(skew + time.Second)}, ErrInvalid},
		"from now":                {map[string]any{"nbf": at(0)}, nil},
	} {
		_, err := v.VerifyOIDC(t.Context(), p.config(), s.token(p.claims(tt.claims)))
		if tt.want == nil {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		refused(t, name, err, tt.want)
	}
}

func TestOIDCForgeries(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s, r := newVerifier(t, p, c), newSigner(t, "k", "ES256"), newSigner(t, "r", "RS256")
	anyAlg := r.jwk()
	delete(anyAlg, "alg")
	anyAlg["kid"] = "any"
	p.keys = append(p.keys, s.jwk(), r.jwk(), anyAlg)
	stranger := newSigner(t, "k", "ES256")
	good := s.token(p.claims(nil))
	body := strings.Split(good, ".")[1]
	spki, err := x509.MarshalPKIXPublicKey(&r.key.(*rsa.PrivateKey).PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	hs := func(head string) string {
		input := b64([]byte(head)) + "." + body
		m := hmac.New(sha256.New, spki)
		m.Write([]byte(input))
		return input + "." + b64(m.Sum(nil))
	}
	payload := `{"iss":"` + p.URL + `","sub":"u","aud":"client","iat":1777863721,"exp":1777867321}`
	for name, token := range map[string]string{
		"none":                     b64([]byte(`{"alg":"none","kid":"k"}`)) + "." + body + ".",
		"none with a signature":    b64([]byte(`{"alg":"none","kid":"k"}`)) + "." + body + ".AAAA",
		"HS256 with the key":       hs(`{"alg":"HS256","kid":"any"}`),
		"HS256 as RS256":           hs(`{"alg":"RS256","kid":"any"}`),
		"stranger's key":           stranger.token(p.claims(nil)),
		"RS384 with an RS256 key":  (&signer{"r", "RS384", r.key}).token(p.claims(nil)),
		"PS256":                    r.raw(`{"alg":"PS256","kid":"any"}`, payload),
		"no algorithm":             s.raw(`{"kid":"k"}`, payload),
		"algorithm twice":          s.raw(`{"kid":"k","alg":"ES256","alg":"ES256"}`, payload),
		"Alg":                      s.raw(`{"kid":"k","Alg":"ES256"}`, payload),
		"critical":                 s.raw(`{"kid":"k","alg":"ES256","crit":["x"]}`, payload),
		"own key":                  stranger.raw(`{"kid":"k","alg":"ES256","jwk":{}}`, payload),
		"no key id among several":  s.raw(`{"alg":"ES256"}`, payload),
		"claim twice":              s.raw(`{"kid":"k","alg":"ES256"}`, strings.Replace(payload, `"sub":"u"`, `"sub":"u","sub":"v"`, 1)),
		"claim in another case":    s.raw(`{"kid":"k","alg":"ES256"}`, strings.Replace(payload, `"sub"`, `"Sub"`, 1)),
		"claims are a list":        s.raw(`{"kid":"k","alg":"ES256"}`, `[]`),
		"claims with a tail":       s.raw(`{"kid":"k","alg":"ES256"}`, payload+"{}"),
		"two parts":                strings.Join(strings.Split(good, ".")[:2], "."),
		"four parts":               good + ".AAAA",
		"padding":                  good + "=",
		"line end":                 good + "\n",
		"empty":                    "",
		"too long":                 good + strings.Repeat("A", MaxToken),
		"signature of another one": strings.Join(append(strings.Split(s.token(p.claims(map[string]any{"sub": "v"})), ".")[:2], strings.Split(good, ".")[2]), "."),
	} {
		_, err := v.VerifyOIDC(t.Context(), p.config(), token)
		refused(t, name, err, ErrInvalid)
	}
	if _, err := v.VerifyOIDC(t.Context(), p.config(), good); err != nil {
		t.Errorf("the good one: %v", err)
	}
	read, err := ReadToken(good)
	if err != nil || read.Issuer() != p.URL {
		t.Fatalf("issuer of %v, %v", read, err)
	}
	if _, err := v.Verify(t.Context(), p.config(), read); err != nil {
		t.Errorf("the good one in two steps: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %s", read, read, read); strings.Contains(text, "user-1") || strings.Contains(text, strings.Split(good, ".")[2]) {
		t.Errorf("a token prints as %s", text)
	}
}

// TestOIDCMutants changes every character of a token in many ways; none is accepted.
func TestOIDCMutants(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s := newVerifier(t, p, c), newSigner(t, "k", "RS256")
	p.keys = append(p.keys, s.jwk())
	token := s.token(p.claims(nil))
	if _, err := v.VerifyOIDC(t.Context(), p.config(), token); err != nil {
		t.Fatal(err)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\x00"
	tried := 0
	try := func(mutant string) {
		if mutant == token {
			return
		}
		tried++
		if _, err := v.VerifyOIDC(t.Context(), p.config(), mutant); err == nil {
			t.Fatalf("accepted: %q", mutant)
		}
	}
	for i := range token {
		for j := i % 7; j < len(alphabet); j += 7 {
			try(token[:i] + alphabet[j:j+1] + token[i+1:])
		}
		try(token[:i])
		try(token[:i] + token[i+1:])
		try(token[:i] + token[i:i+1] + token[i:])
		try(token[:i] + string(token[i]^1) + token[i+1:])
	}
	if tried < 5000 {
		t.Errorf("only %d mutants", tried)
	}
}

// TestRotation: a new key is found at once, an old one is gone when the set no longer has it, and a flood of unknown ids asks the provider
// a few times a minute.
func TestRotation(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, old, next := newVerifier(t, p, c), newSigner(t, "old", "ES256"), newSigner(t, "next", "ES256")
	p.keys = []map[string]any{old.jwk()}
	verify := func(s *signer) error {
		_, err := v.VerifyOIDC(t.Context(), p.config(), s.token(p.claims(map[string]any{"iat": c.now().Unix(), "exp": c.now().Add(time.Hour).Unix()})))
		return err
	}
	if err := verify(old); err != nil {
		t.Fatal(err)
	}
	refused(t, "a key that is not published", verify(next), ErrInvalid)
	p.set(func() { p.keys = []map[string]any{next.jwk()} })
	if err := verify(next); err != nil { // at once
		t.Errorf("after the rotation: %v", err)
	}
	refused(t, "the old key", verify(old), ErrInvalid)
	before := p.fetches.Load()
	for i := range 500 {
		refused(t, "flood", verify(&signer{strings.Repeat("x", i%200+1), "ES256", old.key}), ErrInvalid)
		c.move(time.Second)
	}
	if n := p.fetches.Load() - before; n > mostTries*(500/60+1) || n < 500/60-1 {
		t.Errorf("%d fetches in 500 seconds", n)
	}
}

func TestOutage(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s := newVerifier(t, p, c), newSigner(t, "k", "ES256")
	p.keys, p.cache = []map[string]any{s.jwk()}, "public, max-age=600"
	verify := func() error {
		_, err := v.VerifyOIDC(t.Context(), p.config(), s.token(p.claims(map[string]any{"iat": c.now().Unix(), "exp": c.now().Add(time.Hour).Unix()})))
		return err
	}
	p.set(func() { p.down = true })
	refused(t, "never reached", verify(), ErrUnreachable)
	p.set(func() { p.down = false })
	refused(t, "too soon after a failure", verify(), ErrUnreachable)
	c.move(firstRetry)
	if err := verify(); err != nil {
		t.Fatal(err)
	}
	c.move(10*time.Minute - time.Second)
	if err := verify(); err != nil || p.fetches.Load() != 1 {
		t.Errorf("%v, %d fetches while fresh", err, p.fetches.Load())
	}
	p.set(func() { p.down = true })
	c.move(24 * time.Hour)
	if err := verify(); err != nil {
		t.Errorf("in the outage: %v", err)
	}
	c.move(time.Second)
	refused(t, "after a day of outage", verify(), ErrUnreachable)
	p.set(func() { p.down = false })
	c.move(triesEvery)
	if err := verify(); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// TestOneFlight: however many tokens wait, the provider is asked once, and a caller who gives up does not fail the others.
func TestOneFlight(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s := newVerifier(t, p, c), newSigner(t, "k", "ES256")
	p.keys = []map[string]any{s.jwk()}
	p.mu.Lock() // the provider does not answer yet
	token := s.token(p.claims(nil))
	gone, leave := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := v.VerifyOIDC(gone, p.config(), token); first <- err }()
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left: %v", err)
	}
	var wg sync.WaitGroup
	errs := make(chan error, 50)
	for range 50 {
		wg.Go(func() { _, err := v.VerifyOIDC(t.Context(), p.config(), token); errs <- err })
	}
	p.mu.Unlock()
	wg.Wait()
	for range 50 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := p.fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

func TestDiscoveryIsHeldToTheIssuer(t *testing.T) {
	p, c := newProvider(t), newClock()
	v, s := newVerifier(t, p, c), newSigner(t, "k", "ES256")
	p.keys, p.issuer = []map[string]any{s.jwk()}, "https://example.org"
	_, err := v.VerifyOIDC(t.Context(), p.config(), s.token(p.claims(nil)))
	refused(t, "discovery of another issuer", err, ErrUnreachable)
	named := p.config()
	named.JWKSURI = p.URL + "/keys"
	if _, err := v.VerifyOIDC(t.Context(), named, s.token(p.claims(nil))); err != nil {
		t.Errorf("a key set that is named: %v", err)
	}
	for from, want := range map[string]bool{
		"https://example.org/keys": true, "http://example.org/keys": false, "http://127.0.0.1/keys": false, "file:///etc/passwd": false,
		"https://u:p@example.org": false, "https:///keys": false, "": false, "https://" + strings.Repeat("x", 2048): false,
	} {
		if mayFetch(from, "https://example.org") != want {
			t.Errorf("%q may be fetched: %v", from, !want)
		}
	}
	if !mayFetch("http://127.0.0.1:9/keys", "http://127.0.0.1:9") || mayFetch("http://10.0.0.1/keys", "http://127.0.0.1:9") {
		t.Error("loopback")
	}
}

func TestLocalKeys(t *testing.T) {
	c := newClock()
	v := newVerifier(t, nil, c) // without a client: nothing is fetched
	private, err := jws.GenerateKey(rand.Reader, jws.ES256)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jws.NewSigner("own", private)
	if err != nil {
		t.Fatal(err)
	}
	failure := error(nil)
	v.config.Local = func(_ context.Context, issuer string) (jws.KeySet, bool, error) {
		return jws.KeySet{s.Public()}, issuer == "https://here", failure
	}
	token, err := jws.Encode(rand.Reader, s, []byte(`{"iss":"https://here","sub":"u","aud":"client","iat":1777863721,"exp":1777867321}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.VerifyOIDC(t.Context(), Provider{Issuer: "https://here", ClientIDs: []string{"client"}}, token); err != nil {
		t.Error(err)
	}
	failure = errors.New("store")
	if _, err := v.VerifyOIDC(t.Context(), Provider{Issuer: "https://here", ClientIDs: []string{"client"}}, token); err == nil {
		t.Error("a look-up that fails is no key")
	}
}

func TestKeySets(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // a weak key is what is tested
	if err != nil {
		t.Skip("this build makes no weak keys")
	}
	for name, tt := range map[string]struct {
		set  string
		keys int
		ok   bool
	}{
		"empty":        {`{"keys":[]}`, 0, true},
		"no keys":      {`{}`, 0, true},
		"not JSON":     {`x`, 0, false},
		"other kinds":  {`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"oct"},{"kty":"RSA","use":"enc"}]}`, 0, true},
		"weak":         {`{"keys":[{"kty":"RSA","kid":"w","n":"` + b64(weak.N.Bytes()) + `","e":"AQAB"}]}`, 0, true},
		"symmetric":    {`{"keys":[{"kty":"oct","k":"AAAA"}]}`, 0, false},
		"private":      {`{"keys":[{"kty":"RSA","d":"AAAA"}]}`, 0, false},
		"not on curve": {`{"keys":[{"kty":"EC","crv":"P-256","x":"` + b64(make([]byte, 32)) + `","y":"` + b64(make([]byte, 32)) + `"}]}`, 0, true},
		"twice":        {`{"keys":[],"keys":[]}`, 0, false},
		"too long":     {`{"keys":[],"x":"` + strings.Repeat("x", maxKeySet) + `"}`, 0, false},
	} {
		set, err := parseKeySet([]byte(tt.set))
		if (err == nil) != tt.ok || len(set) != tt.keys {
			t.Errorf("%s: %d keys, %v", name, len(set), err)
		}
	}
}

func TestFreshness(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": defaultFresh, "max-age=1": minFresh, "max-age=3600, public": time.Hour, "max-age=99999999": maxFresh, "no-store": minFresh,
		"max-age=x": defaultFresh, "MAX-AGE=7200": 2 * time.Hour, "max-age=-5": minFresh, "max-age=99999999999999999999": defaultFresh,
	} {
		h := http.Header{}
		if value != "" {
			h.Set("Cache-Control", value)
		}
		if got := freshness(h); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// FuzzToken: what parses is one text for its parts, and nothing verifies but what was signed.
func FuzzToken(f *testing.F) {
	s := newSigner(f, "k", "ES256")
	set, err := parseKeySet([]byte(`{"keys":[` + mustJSON(s.jwk()) + `]}`))
	if err != nil || len(set) != 1 {
		f.Fatal(err)
	}
	good := s.raw(`{"kid":"k","alg":"ES256"}`, `{"iss":"x"}`)
	f.Add(good)
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		tok, err := parseToken(text)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		parts := strings.Split(text, ".")
		if len(parts) != 3 || b64(tok.payload) != parts[1] || b64(tok.signature) != parts[2] || len(text) > MaxToken {
			t.Fatalf("%q broke a rule", text)
		}
		if tok.verify(&set[0]) && tok.input != good[:strings.LastIndexByte(good, '.')] {
			t.Fatalf("forged: %q", text)
		}
	})
}

// FuzzKeySet: every key that is read has a strength that is accepted, and ids are distinct.
func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[` + mustJSON(newSigner(f, "a", "ES384").jwk()) + `,` + mustJSON(newSigner(f, "b", "RS256").jwk()) + `]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := parseKeySet(data)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for i := range set {
			if set[i].id != "" && seen[set[i].id] {
				t.Fatal("an id stands twice")
			}
			seen[set[i].id] = true
			if k, ok := set[i].public.(*rsa.PublicKey); ok && (k.N.BitLen() < minRSA || k.N.BitLen() > maxRSA) {
				t.Fatalf("RSA with %d bits", k.N.BitLen())
			}
		}
	})
}
