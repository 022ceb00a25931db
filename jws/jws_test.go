package jws

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// kids look like Cognito's: base64 with its signs.
const (
	rsaKid = "AbC+/dEfGhIjKlMnOpQrStUvWxYz0123456789AbCdE="
	ecKid  = "ec-1"
)

// keys are made once: RSA keys are slow to make.
type keys struct {
	rsa, ec Signer
	private map[Algorithm]PrivateKey
	set     KeySet
}

func newKeys(t testing.TB) *keys {
	t.Helper()
	k := &keys{private: map[Algorithm]PrivateKey{}}
	for _, alg := range []Algorithm{RS256, ES256} {
		private, err := GenerateKey(rand.Reader, alg)
		if err != nil {
			t.Fatal(err)
		}
		k.private[alg] = private
		s, err := NewSigner(map[Algorithm]string{RS256: rsaKid, ES256: ecKid}[alg], private)
		if err != nil {
			t.Fatal(err)
		}
		if alg == RS256 {
			k.rsa = s
		} else {
			k.ec = s
		}
		k.set = append(k.set, s.Public())
	}
	return k
}

func (k *keys) signers() []Signer { return []Signer{k.rsa, k.ec} }

func encode(t testing.TB, s Signer, claims string) string {
	t.Helper()
	token, err := Encode(rand.Reader, s, []byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// signRaw makes a token with any header and payload, validly signed.
func signRaw(t testing.TB, s Signer, header, payload string) string {
	t.Helper()
	input := b64(header) + "." + b64(payload)
	signature, err := s.Sign(rand.Reader, []byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestEncode(t *testing.T) {
	k := newKeys(t)
	for _, s := range k.signers() {
		token := encode(t, s, benchClaims)
		header, _, _ := strings.Cut(token, ".")
		want := `{"kid":"` + s.KeyID() + `","alg":"` + string(s.Algorithm()) + `"}`
		if header != b64(want) {
			t.Errorf("header = %s, want %s", header, want)
		}
		payload, err := Verify(token, k.set)
		if err != nil || string(payload) != benchClaims {
			t.Errorf("Verify() = %s, %v", payload, err)
		}
	}
	for _, claims := range []string{"", "null", "[]", `"x"`, "{", ` {}`, "{}{}", `{"a":}`} {
		token, err := Encode(rand.Reader, k.ec, []byte(claims))
		if !errors.Is(err, ErrMalformed) || token != "" {
			t.Errorf("claims %q: %q, %v", claims, token, err)
		}
	}
	if _, err := Encode(rand.Reader, k.ec, []byte(`{"a":"`+strings.Repeat("x", MaxToken)+`"}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("long claims: error = %v", err)
	}
	if _, err := Encode(rand.Reader, oddSigner{k.ec}, []byte(`{}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("odd key id: error = %v", err)
	}
	if _, err := Encode(rand.Reader, NewRSASigner("", nil), []byte(`{}`)); err == nil {
		t.Error("a signer without a key signs")
	}
}

// oddSigner has a key id that would break out of the header.
type oddSigner struct{ Signer }

func (oddSigner) KeyID() string { return `x","alg":"none` }

// TestGoJOSE checks tokens and key sets against an independent implementation, both ways.
func TestGoJOSE(t *testing.T) {
	k := newKeys(t)
	encoded, err := json.Marshal(k.set)
	if err != nil {
		t.Fatal(err)
	}
	var theirs jose.JSONWebKeySet
	if err := json.Unmarshal(encoded, &theirs); err != nil {
		t.Fatal(err)
	}
	for _, s := range k.signers() {
		token, err := jose.ParseSignedCompact(encode(t, s, benchClaims), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(s.Algorithm())})
		if err != nil {
			t.Fatal(err)
		}
		payload, err := token.Verify(theirs.Key(s.KeyID())[0])
		if err != nil || string(payload) != benchClaims {
			t.Errorf("%s: theirs verifies ours: %q, %v", s.Algorithm(), payload, err)
		}

		private := k.private[s.Algorithm()]
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(s.Algorithm()),
			Key: jose.JSONWebKey{Key: private.key, KeyID: s.KeyID()}}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		object, err := signer.Sign([]byte(benchClaims))
		if err != nil {
			t.Fatal(err)
		}
		compact, err := object.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if payload, err := Verify(compact, k.set); err != nil || string(payload) != benchClaims {
			t.Errorf("%s: ours verifies theirs: %q, %v", s.Algorithm(), payload, err)
		}
		if parsed, err := ParseCompact(compact); err != nil || parsed.Header != (Header{s.KeyID(), s.Algorithm(), "JWT"}) {
			t.Errorf("%s: header of theirs: %v", s.Algorithm(), err)
		}
	}
	encoded, err = json.Marshal(theirs)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := ParseKeySet(encoded)
	if err != nil || len(ours) != len(k.set) {
		t.Fatalf("ours reads their key set: %d keys, %v", len(ours), err)
	}
	for i := range ours {
		if ours[i].KeyID != k.set[i].KeyID || ours[i].Algorithm != k.set[i].Algorithm || !sameKey(ours[i], k.set[i]) {
			t.Errorf("key %d differs", i)
		}
	}
}

func sameKey(a, b PublicKey) bool {
	k, ok := a.Key.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b.Key)
}

// TestForgery holds the classic attacks on JWT libraries.
func TestForgery(t *testing.T) {
	k := newKeys(t)
	rsaPublic := k.rsa.Public().Key.(*rsa.PublicKey)
	spki, err := x509.MarshalPKIXPublicKey(rsaPublic)
	if err != nil {
		t.Fatal(err)
	}
	hs256 := func(header string, secret []byte) string {
		input := b64(header) + "." + b64(benchClaims)
		m := hmac.New(sha256.New, secret)
		_, _ = io.WriteString(m, input)
		return input + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
	}
	header := func(format string) string { return fmt.Sprintf(format, rsaKid) }
	body := b64(benchClaims)
	rsaToken, ecToken := encode(t, k.rsa, benchClaims), encode(t, k.ec, benchClaims)
	rsaSignature, ecSignature := rsaToken[strings.LastIndex(rsaToken, ".")+1:], ecToken[strings.LastIndex(ecToken, ".")+1:]
	raw, err := base64.RawURLEncoding.DecodeString(ecSignature)
	if err != nil {
		t.Fatal(err)
	}
	withSignature := func(b []byte) string {
		return ecToken[:strings.LastIndex(ecToken, ".")+1] + base64.RawURLEncoding.EncodeToString(b)
	}
	der, err := ecdsa.SignASN1(rand.Reader, k.private[ES256].key.(*ecdsa.PrivateKey), digestOf(ecToken))
	if err != nil {
		t.Fatal(err)
	}
	n := elliptic.P256().Params().N
	plusN := new(big.Int).Add(new(big.Int).SetBytes(raw[:32]), n).Bytes()
	stranger, err := GenerateKey(rand.Reader, ES256)
	if err != nil {
		t.Fatal(err)
	}
	strangerSigner, err := NewSigner(ecKid, stranger)
	if err != nil {
		t.Fatal(err)
	}
	strangerJWK, err := json.Marshal(strangerSigner.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"alg none, empty signature":     b64(header(`{"kid":"%s","alg":"none"}`)) + "." + body + ".",
		"alg none, some signature":      b64(header(`{"kid":"%s","alg":"none"}`)) + "." + body + "." + rsaSignature,
		"alg None":                      b64(header(`{"kid":"%s","alg":"None"}`)) + "." + body + ".",
		"alg missing":                   b64(header(`{"kid":"%s"}`)) + "." + body + "." + rsaSignature,
		"alg empty":                     b64(header(`{"kid":"%s","alg":""}`)) + "." + body + "." + rsaSignature,
		"alg null":                      b64(header(`{"kid":"%s","alg":null}`)) + "." + body + "." + rsaSignature,
		"alg twice":                     signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","alg":"RS256"}`), benchClaims),
		"ALG":                           signRaw(t, k.rsa, header(`{"kid":"%s","ALG":"RS256"}`), benchClaims),
		"alg in two cases":              signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","Alg":"none"}`), benchClaims),
		"HS256 with the public key":     hs256(header(`{"kid":"%s","alg":"HS256"}`), spki),
		"HS256 with the modulus":        hs256(header(`{"kid":"%s","alg":"HS256"}`), rsaPublic.N.Bytes()),
		"HS256 passed off as RS256":     hs256(header(`{"kid":"%s","alg":"RS256"}`), spki),
		"ES256 token, RSA key":          signRaw(t, k.ec, header(`{"kid":"%s","alg":"ES256"}`), benchClaims),
		"ES256 signature as RS256":      signRaw(t, k.ec, header(`{"kid":"%s","alg":"RS256"}`), benchClaims),
		"RS256 token, EC key":           signRaw(t, k.rsa, `{"kid":"ec-1","alg":"RS256"}`, benchClaims),
		"unknown key":                   signRaw(t, k.rsa, `{"kid":"other","alg":"RS256"}`, benchClaims),
		"no key id":                     signRaw(t, k.rsa, `{"alg":"RS256"}`, benchClaims),
		"critical extension":            signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","crit":["exp"],"exp":1}`), benchClaims),
		"empty critical extensions":     signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","crit":[]}`), benchClaims),
		"null critical extensions":      signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","crit":null}`), benchClaims),
		"unencoded payload":             signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","b64":false}`), benchClaims),
		"compressed":                    signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","zip":"DEF"}`), benchClaims),
		"encrypted":                     signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","enc":"A256GCM"}`), benchClaims),
		"own key inside":                signRaw(t, strangerSigner, `{"kid":"ec-1","alg":"ES256","jwk":`+string(strangerJWK)+`}`, benchClaims),
		"own key elsewhere":             signRaw(t, strangerSigner, `{"kid":"ec-1","alg":"ES256","jku":"https://attacker.example.org/jwks.json"}`, benchClaims),
		"own certificate":               signRaw(t, strangerSigner, `{"kid":"ec-1","alg":"ES256","x5u":"https://attacker.example.org/","x5c":["AAAA"]}`, benchClaims),
		"stranger's key":                encode(t, strangerSigner, benchClaims),
		"key id is a number":            signRaw(t, k.rsa, `{"kid":1,"alg":"RS256"}`, benchClaims),
		"key id too long":               signRaw(t, k.rsa, `{"kid":"`+strings.Repeat("x", 257)+`","alg":"RS256"}`, benchClaims),
		"type too long":                 signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256","typ":"`+strings.Repeat("x", 65)+`"}`), benchClaims),
		"header is a list":              signRaw(t, k.rsa, `["RS256"]`, benchClaims),
		"header has a tail":             signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256"}x`), benchClaims),
		"empty payload":                 signRaw(t, k.rsa, header(`{"kid":"%s","alg":"RS256"}`), ""),
		"ES256 with ASN.1":              withSignature(der),
		"ES256 with 63 bytes":           withSignature(raw[:63]),
		"ES256 with 65 bytes":           withSignature(append([]byte{0}, raw...)),
		"ES256 with zeros":              withSignature(make([]byte, 64)),
		"ES256 with r = n, s = n":       withSignature(append(n.Bytes(), n.Bytes()...)),
		"ES256 with r + n":              withSignature(append(plusN, raw[32:]...)),
		"ES256 with halves exchanged":   withSignature(append(slices.Clone(raw[32:]), raw[:32]...)),
		"empty":                         "",
		"dots":                          "..",
		"one part":                      body,
		"two parts":                     b64(header(`{"kid":"%s","alg":"RS256"}`)) + "." + body,
		"four parts":                    rsaToken + ".",
		"five parts":                    rsaToken + ".a.b",
		"padding":                       rsaToken + "=",
		"line break":                    rsaToken + "\n",
		"line break inside":             rsaToken[:10] + "\n" + rsaToken[10:],
		"carriage return inside":        rsaToken[:10] + "\r" + rsaToken[10:],
		"blank in front":                " " + rsaToken,
		"Bearer in front":               "Bearer " + rsaToken,
		"standard alphabet":             strings.NewReplacer("-", "+", "_", "/").Replace(rsaToken),
		"JSON serialisation":            `{"payload":"` + body + `","signatures":[]}`,
		"longer than a token may be":    rsaToken[:strings.LastIndex(rsaToken, ".")] + strings.Repeat("A", MaxToken) + "." + rsaSignature,
		"signature of another":          rsaToken[:strings.LastIndex(rsaToken, ".")+1] + ecSignature,
		"payload of another, no change": b64(`{"kid":"ec-1","alg":"ES256"}`) + "." + b64(`{"sub":"other"}`) + "." + ecSignature,
	} {
		payload, err := Verify(token, k.set)
		if token == rsaToken { // the replacer had nothing to replace
			continue
		}
		if payload != nil || !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: Verify() = %q, %v", name, payload, err)
		}
	}
	// A malleable signature (r, n-s) is a second signature of the same payload, not a forgery; JOSE permits it.
	for _, s := range k.signers() {
		parsed, err := ParseCompact(encode(t, s, benchClaims))
		if err != nil {
			t.Fatal(err)
		}
		for name, key := range map[string]PublicKey{
			"zero":            {},
			"no algorithm":    {KeyID: s.KeyID(), Key: s.Public().Key},
			"other algorithm": {KeyID: s.KeyID(), Algorithm: map[Algorithm]Algorithm{RS256: ES256, ES256: RS256}[s.Algorithm()], Key: s.Public().Key},
			"other id":        {KeyID: "x", Algorithm: s.Algorithm(), Key: s.Public().Key},
			"nil key":         {KeyID: s.KeyID(), Algorithm: s.Algorithm()},
			"nil RSA key":     {KeyID: s.KeyID(), Algorithm: s.Algorithm(), Key: (*rsa.PublicKey)(nil)},
			"nil EC key":      {KeyID: s.KeyID(), Algorithm: s.Algorithm(), Key: (*ecdsa.PublicKey)(nil)},
			"key by value":    {KeyID: s.KeyID(), Algorithm: s.Algorithm(), Key: *rsaPublic},
		} {
			if err := parsed.Verify(key); !errors.Is(err, ErrSignature) {
				t.Errorf("%s key: error = %v", name, err)
			}
		}
		if err := parsed.Verify(s.Public()); err != nil {
			t.Errorf("right key: %v", err)
		}
	}
}

func digestOf(token string) []byte {
	sum := sha256.Sum256([]byte(token[:strings.LastIndex(token, ".")]))
	return sum[:]
}

// TestMutants changes one thing in valid tokens, 50,000 times and more. Base64url is read canonically, so every
// changed text is a changed token.
func TestMutants(t *testing.T) {
	k := newKeys(t)
	total := 0
	check := func(original, mutant string) {
		if mutant == original {
			return
		}
		total++
		if _, err := Verify(mutant, k.set); err == nil {
			t.Errorf("accepted: %s", mutant)
		}
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\r\x00"
	for _, s := range k.signers() {
		token := encode(t, s, `{"sub":"3f1c1e1a","iss":"https://example.org/eu-west-1_AbCdEfGhI","token_use":"access","exp":1767229200}`)
		step := 1
		if s.Algorithm() == ES256 { // verifies slower, and is shorter
			step = 3
		}
		for i := range token {
			for j := i % step; j < len(alphabet); j += step {
				check(token, token[:i]+alphabet[j:j+1]+token[i+1:])
			}
			check(token, token[:i]+token[i+1:])
			check(token, token[:i])
			check(token, token[:i]+"A"+token[i:])
			check(token, token[:i]+token[i:i+1]+token[i:])
		}
	}
	if total < 50_000 {
		t.Errorf("only %d mutants", total)
	}
	t.Logf("%d mutants", total)
}

func TestRedaction(t *testing.T) {
	k := newKeys(t)
	token, err := ParseCompact(encode(t, k.ec, `{"sub":"s3cr3t"}`))
	if err != nil {
		t.Fatal(err)
	}
	private := k.private[ES256]
	d, err := private.key.(*ecdsa.PrivateKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, v := range []any{private, &private, k.ec, k.rsa, token} {
		fmt.Fprintf(&out, "%v %+v %#v %s %x\n", v, v, v, v, v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	}
	for _, v := range []any{private, k.ec} {
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	n := new(big.Int).SetBytes(d)
	for name, secret := range map[string]string{"payload": "s3cr3t", "scalar": n.String(), "hex scalar": n.Text(16)[:20]} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s is printed", name)
		}
	}
}

// FuzzParseCompact: what parses writes back to itself, and has the rules it must have.
func FuzzParseCompact(f *testing.F) {
	k := newKeys(f)
	for _, s := range k.signers() {
		f.Add(encode(f, s, `{"sub":"x"}`))
	}
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseCompact(text)
		if err != nil {
			if token != nil || !errors.Is(err, ErrMalformed) {
				t.Fatalf("ParseCompact() = %v, %v", token, err)
			}
			return
		}
		again := token.input + "." + base64.RawURLEncoding.EncodeToString(token.signature)
		_, body, _ := strings.Cut(token.input, ".")
		if again != text || body != base64.RawURLEncoding.EncodeToString(token.Payload) || len(text) > MaxToken ||
			token.Header.Algorithm != RS256 && token.Header.Algorithm != ES256 {
			t.Fatalf("ParseCompact(%q) broke a rule", text)
		}
		payload, err := Verify(text, k.set)
		if err == nil && string(payload) != `{"sub":"x"}` {
			t.Fatalf("forged: %q", text)
		}
	})
}
