package jws

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// kids look like Cognito's: base64 with its signs.
const (
	rsaKid  = "AbC+/dEfGhIjKlMnOpQrStUvWxYz0123456789AbCdE="
	ecKid   = "ec-1"
	p384Kid = "ec-2"
)

// keys are made once: RSA keys are slow to make.
type keys struct {
	rsa, ec, p384 Signer
	private       map[Algorithm]PrivateKey
	set           KeySet
}

func newKeys(t testing.TB) *keys {
	t.Helper()
	k := &keys{private: map[Algorithm]PrivateKey{}}
	for _, alg := range []Algorithm{RS256, ES256, ES384} {
		private, err := GenerateKey(rand.Reader, alg)
		if err != nil {
			t.Fatal(err)
		}
		k.private[alg] = private
		s, err := NewSigner(map[Algorithm]string{RS256: rsaKid, ES256: ecKid, ES384: p384Kid}[alg], private)
		if err != nil {
			t.Fatal(err)
		}
		switch alg {
		case RS256:
			k.rsa = s
		case ES256:
			k.ec = s
		default:
			k.p384 = s
		}
		k.set = append(k.set, s.Public())
	}
	return k
}

func (k *keys) signers() []Signer { return []Signer{k.rsa, k.ec, k.p384} }

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
	typed, err := EncodeJWT(rand.Reader, k.p384, []byte(benchClaims))
	if err != nil || !strings.HasPrefix(typed, b64(`{"kid":"ec-2","typ":"JWT","alg":"ES384"}`)+".") {
		t.Errorf("EncodeJWT() = %s, %v", typed, err)
	}
	if parsed, err := ParseCompact(typed); err != nil || parsed.Header != (Header{p384Kid, ES384, "JWT"}) || parsed.Verify(k.p384.Public()) != nil {
		t.Errorf("EncodeJWT() made %v, %v", parsed, err)
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
		if s.Algorithm() != RS256 { // verifies slower, and is shorter
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
			!token.Header.Algorithm.known() {
			t.Fatalf("ParseCompact(%q) broke a rule", text)
		}
		payload, err := Verify(text, k.set)
		if err == nil && string(payload) != `{"sub":"x"}` {
			t.Fatalf("forged: %q", text)
		}
	})
}
