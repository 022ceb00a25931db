package jws

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// TestJWKForm pins the members and their order: clients and caches compare key sets as text.
func TestJWKForm(t *testing.T) {
	n := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 2048), big.NewInt(159))
	rsaKey := PublicKey{KeyID: "k+/=", Algorithm: RS256, Key: &rsa.PublicKey{N: n, E: 65537}}
	got, err := json.Marshal(KeySet{rsaKey})
	if err != nil {
		t.Fatal(err)
	}
	text := string(got)
	if !strings.HasPrefix(text, `{"keys":[{"alg":"RS256","e":"AQAB","kid":"k+/=","kty":"RSA","n":"__`) || !strings.HasSuffix(text, `","use":"sig"}]}`) {
		t.Errorf("RSA key set = %s", text)
	}
	// The example key of RFC 7517, appendix A.1.
	const ec = `{"alg":"ES256","crv":"P-256","kid":"1","kty":"EC","use":"sig","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`
	var key PublicKey
	if err := json.Unmarshal([]byte(ec), &key); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(key); err != nil || string(got) != ec {
		t.Errorf("EC key = %s, %v, want %s", got, err, ec)
	}
	if got, err := json.Marshal(KeySet(nil)); err != nil || string(got) != `{"keys":[]}` {
		t.Errorf("empty key set = %s, %v", got, err)
	}
	for name, key := range map[string]PublicKey{
		"zero":        {},
		"other curve": {Algorithm: ES256, Key: &ecdsa.PublicKey{Curve: elliptic.P384()}},
		"no curve":    {Algorithm: ES384, Key: &ecdsa.PublicKey{}},
		"no point":    {Algorithm: ES256, Key: &ecdsa.PublicKey{Curve: elliptic.P256()}},
	} {
		if got, err := json.Marshal(key); err == nil {
			t.Errorf("%s: written as %s", name, got)
		}
	}
	var set KeySet
	if err := json.Unmarshal([]byte(text), &set); err != nil || len(set) != 1 || !sameKey(set[0], rsaKey) {
		t.Errorf("round trip: %v", err)
	}
}

const (
	goodX = `"x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"`
	goodY = `"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"`
	// The public key of RFC 6979, appendix A.2.6.
	goodP384 = `{"kty":"EC","crv":"P-384","x":"7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT","y":"gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg"`
	goodE    = `{"kty":"EC","crv":"P-256",` + goodX + `,` + goodY
)

func TestParseKeySet(t *testing.T) {
	n := b64(string(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 2048), big.NewInt(159)).Bytes()))
	weak := b64(string(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 1024), big.NewInt(105)).Bytes()))
	even := b64(string(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 2048), big.NewInt(2)).Bytes()))
	huge := b64(string(bytes.Repeat([]byte{0xff}, 513)))
	rsaKey := func(n, e, more string) string { return `{"kty":"RSA","n":"` + n + `","e":"` + e + `"` + more + `}` }
	for _, tc := range []struct {
		name, keys string
		want       int // number of keys; -1: refused
	}{
		{"none", ``, 0},
		{"bare RSA", rsaKey(n, "AQAB", ""), 1},
		{"RSA with exponent 3", rsaKey(n, "Aw", ""), 1},
		{"bare EC", goodE + `}`, 1},
		{"unknown members", goodE + `,"x5t":"a","key_ops":["verify"]}`, 1},
		{"two", goodE + `,"kid":"a"},` + goodE + `,"kid":"b"}`, 2},
		{"for encryption", goodE + `,"use":"enc"}`, 0},
		{"other algorithm", rsaKey(n, "AQAB", `,"alg":"RS512"`), 0},
		{"other curve", strings.Replace(goodE, "P-256", "P-521", 1) + `}`, 0},
		{"P-384", goodP384 + `}`, 1},
		{"P-384 with its algorithm", goodP384 + `,"alg":"ES384"}`, 1},
		{"P-384 with another algorithm", goodP384 + `,"alg":"ES256"}`, 0},
		{"coordinates of another curve", strings.Replace(goodE, "P-256", "P-384", 1) + `}`, -1},
		{"other type", `{"kty":"OKP","crv":"Ed25519","x":"AA"}`, 0},
		{"no type", `{}`, 0},

		{"same id", goodE + `,"kid":"a"},` + goodE + `,"kid":"a"}`, -1},
		{"no id twice", goodE + `},` + goodE + `}`, -1},
		{"odd id", goodE + `,"kid":"a\"b"}`, -1},
		{"weak RSA", rsaKey(weak, "AQAB", ""), -1},
		{"even modulus", rsaKey(even, "AQAB", ""), -1},
		{"huge modulus", rsaKey(huge, "AQAB", ""), -1},
		{"no modulus", rsaKey("", "AQAB", ""), -1},
		{"modulus with leading zero", rsaKey(b64("\x00"+string(bytes.Repeat([]byte{0xff}, 256))), "AQAB", ""), -1},
		{"exponent 1", rsaKey(n, "AQ", ""), -1},
		{"even exponent", rsaKey(n, "BA", ""), -1},
		{"huge exponent", rsaKey(n, b64("\xff\xff\xff\xff"), ""), -1},
		{"longer exponent", rsaKey(n, b64("\x01\x00\x00\x00\x01"), ""), -1},
		{"no exponent", rsaKey(n, "", ""), -1},
		{"exponent not base64url", rsaKey(n, "AQAB=", ""), -1},
		{"private RSA", rsaKey(n, "AQAB", `,"d":"AA"`), -1},
		{"private EC", goodE + `,"d":null}`, -1},
		{"symmetric", `{"kty":"oct","k":"AAAA"}`, -1},
		{"not on the curve", strings.Replace(goodE, "MKB", "MKC", 1) + `}`, -1},
		{"short coordinate", `{"kty":"EC","crv":"P-256","x":"AA",` + goodY + `}`, -1},
		{"coordinate not base64url", `{"kty":"EC","crv":"P-256","x":"!",` + goodY + `}`, -1},
		{"member twice", goodE + `,"kty":"EC"}`, -1},
		{"member in another case", goodE + `,"KID":"a"}`, -1},
		{"not an object", `[]`, -1},
		{"too many", strings.Repeat(`{},`, maxKeys) + `{}`, -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			set, err := ParseKeySet([]byte(`{"keys":[` + tc.keys + `]}`))
			switch {
			case tc.want < 0 && (!errors.Is(err, ErrMalformed) || set != nil):
				t.Errorf("%d keys, %v", len(set), err)
			case tc.want >= 0 && (err != nil || len(set) != tc.want):
				t.Errorf("%d keys, %v, want %d", len(set), err, tc.want)
			}
		})
	}
	for _, text := range []string{``, `null`, `[]`, `{}`, `{"keys":null}`, `{"keys":{}}`, `{"KEYS":[]}`, `{"keys":[],"keys":[]}`,
		`{"keys":[],"x":"` + strings.Repeat("x", maxSet) + `"}`} {
		if _, err := ParseKeySet([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.20s: error = %v", text, err)
		}
		var set KeySet
		if err := set.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%.20s: no error", text)
		}
	}
	var key PublicKey
	for _, text := range []string{goodE + `,"use":"enc"}`, `{}`, `null`, `{"kty":"oct","k":"AA"}`} {
		if err := key.UnmarshalJSON([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: error = %v", text, err)
		}
	}
}

func TestPrivateKey(t *testing.T) {
	for _, alg := range []Algorithm{RS256, ES256, ES384} {
		k, err := GenerateKey(rand.Reader, alg)
		if err != nil || k.Algorithm() != alg {
			t.Fatalf("GenerateKey(%s) = %s, %v", alg, k.Algorithm(), err)
		}
		der, err := MarshalPrivate(k)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParsePrivate(der)
		if err != nil {
			t.Fatal(err)
		}
		a, err := NewSigner("k", k)
		if err != nil {
			t.Fatal(err)
		}
		b, err := NewSigner("k", back)
		if err != nil {
			t.Fatal(err)
		}
		if !sameKey(a.Public(), b.Public()) {
			t.Errorf("%s: another key after the round trip", alg)
		}
		if _, err := Verify(encode(t, b, `{}`), KeySet{a.Public()}); err != nil {
			t.Error(err)
		}
		for i := range len(der) {
			if _, err := ParsePrivate(der[:i]); !errors.Is(err, ErrMalformed) {
				t.Fatalf("%s: %d bytes: error = %v", alg, i, err)
			}
		}
		for _, kid := range []string{"", `a"b`, `a\b`, "a\x00", "é", strings.Repeat("x", 257)} {
			if _, err := NewSigner(kid, k); !errors.Is(err, ErrMalformed) {
				t.Errorf("key id %q: error = %v", kid, err)
			}
		}
	}
	if _, err := GenerateKey(rand.Reader, "HS256"); !errors.Is(err, ErrMalformed) {
		t.Errorf("HS256: error = %v", err)
	}
	if _, err := MarshalPrivate(PrivateKey{}); !errors.Is(err, ErrMalformed) {
		t.Errorf("zero key: error = %v", err)
	}
	if _, err := NewSigner("k", PrivateKey{}); !errors.Is(err, ErrMalformed) || (PrivateKey{}).Algorithm() != "" {
		t.Errorf("zero key: error = %v", err)
	}
}

// TestUnfitKeys: keys that are too short, of another curve or of another kind sign nothing.
func TestUnfitKeys(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []any{short, p521, ed} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParsePrivate(der); !errors.Is(err, ErrMalformed) {
			t.Errorf("%T: error = %v", key, err)
		}
	}
	for _, s := range []Signer{NewRSASigner("k", short), NewECDSASigner("k", p521), NewECDSASigner("k", nil), NewRSASigner("k", nil)} {
		if signature, err := s.Sign(rand.Reader, []byte("x")); err == nil || signature != nil {
			t.Errorf("%s signs with an unfit key", s.Algorithm())
		}
	}
	good, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := NewECDSASigner("k", good)
	if _, err := Verify(encode(t, s, `{}`), KeySet{s.Public()}); err != nil {
		t.Error(err)
	}
}

// FuzzParseKeySet: what is read can be written and read again, and is fit for use.
func FuzzParseKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[` + goodE + `,"kid":"a"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := ParseKeySet(data)
		if err != nil {
			if set != nil || !errors.Is(err, ErrMalformed) {
				t.Fatalf("ParseKeySet() = %v, %v", set, err)
			}
			return
		}
		for _, k := range set {
			if k.valid() != nil {
				t.Fatal("a key that is not fit")
			}
		}
		text, err := json.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseKeySet(text)
		if err != nil || len(again) != len(set) {
			t.Fatalf("%s does not read back: %v", text, err)
		}
	})
}

// TestES384Vector verifies the signature of the text "sample" from RFC 6979, appendix A.2.6.
func TestES384Vector(t *testing.T) {
	var key PublicKey
	if err := json.Unmarshal([]byte(goodP384+`}`), &key); err != nil {
		t.Fatal(err)
	}
	signature, err := hex.DecodeString("94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46" +
		"99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8")
	if err != nil {
		t.Fatal(err)
	}
	token := &Token{Header: Header{Algorithm: ES384}, input: "sample", signature: signature}
	if err := token.Verify(key); err != nil {
		t.Errorf("the vector: %v", err)
	}
	for i := range signature {
		signature[i] ^= 1
		if err := token.Verify(key); !errors.Is(err, ErrSignature) {
			t.Errorf("with byte %d changed: %v", i, err)
		}
		signature[i] ^= 1
	}
	token.input = "sampler"
	if err := token.Verify(key); !errors.Is(err, ErrSignature) {
		t.Errorf("another text: %v", err)
	}
}
