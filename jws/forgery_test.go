package jws

import (
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
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// refuse checks that none of the tokens verifies.
func refuse(t *testing.T, set KeySet, tokens map[string]string) {
	t.Helper()
	for name, token := range tokens {
		payload, err := Verify(token, set)
		if payload != nil || !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: Verify() = %q, %v", name, payload, err)
		}
	}
}

// TestConfusion holds the classic attacks: no algorithm, the public key as an HMAC secret, the algorithm of another
// key.
func TestConfusion(t *testing.T) {
	k := newKeys(t)
	public := k.rsa.Public().Key.(*rsa.PublicKey)
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	header := func(rest string) string { return `{"kid":"` + rsaKid + `"` + rest + `}` }
	hs256 := func(header string, secret []byte) string {
		input := b64(header) + "." + b64(benchClaims)
		m := hmac.New(sha256.New, secret)
		_, _ = io.WriteString(m, input)
		return input + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
	}
	token := encode(t, k.rsa, benchClaims)
	body, signature := b64(benchClaims), token[strings.LastIndex(token, ".")+1:]
	refuse(t, k.set, map[string]string{
		"alg none, empty signature": b64(header(`,"alg":"none"`)) + "." + body + ".",
		"alg none, some signature":  b64(header(`,"alg":"none"`)) + "." + body + "." + signature,
		"alg None":                  b64(header(`,"alg":"None"`)) + "." + body + ".",
		"alg missing":               signRaw(t, k.rsa, header(``), benchClaims),
		"alg empty":                 signRaw(t, k.rsa, header(`,"alg":""`), benchClaims),
		"alg null":                  signRaw(t, k.rsa, header(`,"alg":null`), benchClaims),
		"alg twice":                 signRaw(t, k.rsa, header(`,"alg":"RS256","alg":"RS256"`), benchClaims),
		"ALG":                       signRaw(t, k.rsa, header(`,"ALG":"RS256"`), benchClaims),
		"alg in two cases":          signRaw(t, k.rsa, header(`,"alg":"RS256","Alg":"none"`), benchClaims),
		"RS512":                     signRaw(t, k.rsa, header(`,"alg":"RS512"`), benchClaims),
		"HS256 with the public key": hs256(header(`,"alg":"HS256"`), spki),
		"HS256 with the modulus":    hs256(header(`,"alg":"HS256"`), public.N.Bytes()),
		"HS256 passed off as RS256": hs256(header(`,"alg":"RS256"`), spki),
		"ES256 token, RSA key":      signRaw(t, k.ec, header(`,"alg":"ES256"`), benchClaims),
		"ES256 signature as RS256":  signRaw(t, k.ec, header(`,"alg":"RS256"`), benchClaims),
		"RS256 token, EC key":       signRaw(t, k.rsa, `{"kid":"ec-1","alg":"RS256"}`, benchClaims),
		"unknown key":               signRaw(t, k.rsa, `{"kid":"other","alg":"RS256"}`, benchClaims),
		"no key id":                 signRaw(t, k.rsa, `{"alg":"RS256"}`, benchClaims),
	})
}

// TestHeaders: tokens that are signed well, but whose header must not be followed.
func TestHeaders(t *testing.T) {
	k := newKeys(t)
	private, err := GenerateKey(rand.Reader, ES256)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := NewSigner(ecKid, private)
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := json.Marshal(stranger.Public())
	if err != nil {
		t.Fatal(err)
	}
	signed := func(rest string) string {
		return signRaw(t, k.rsa, `{"kid":"`+rsaKid+`","alg":"RS256"`+rest+`}`, benchClaims)
	}
	refuse(t, k.set, map[string]string{
		"critical extension":       signed(`,"crit":["exp"],"exp":1`),
		"no critical extensions":   signed(`,"crit":[]`),
		"null critical extensions": signed(`,"crit":null`),
		"unencoded payload":        signed(`,"b64":false`),
		"compressed":               signed(`,"zip":"DEF"`),
		"encrypted":                signed(`,"enc":"A256GCM"`),
		"type too long":            signed(`,"typ":"` + strings.Repeat("x", 65) + `"`),
		"right key inside":         signed(`,"jwk":{}`),
		"own key inside":           signRaw(t, stranger, `{"kid":"ec-1","alg":"ES256","jwk":`+string(embedded)+`}`, benchClaims),
		"own key elsewhere":        signRaw(t, stranger, `{"kid":"ec-1","alg":"ES256","jku":"https://attacker.example.org/"}`, benchClaims),
		"own certificate":          signRaw(t, stranger, `{"kid":"ec-1","alg":"ES256","x5u":"https://attacker.example.org/","x5c":["AAAA"]}`, benchClaims),
		"stranger's key":           encode(t, stranger, benchClaims),
		"key id is a number":       signRaw(t, k.rsa, `{"kid":1,"alg":"RS256"}`, benchClaims),
		"key id too long":          signRaw(t, k.rsa, `{"kid":"`+strings.Repeat("x", 257)+`","alg":"RS256"}`, benchClaims),
		"header is a list":         signRaw(t, k.rsa, `["RS256"]`, benchClaims),
		"header has a tail":        signRaw(t, k.rsa, `{"kid":"`+rsaKid+`","alg":"RS256"}x`, benchClaims),
		"empty payload":            signRaw(t, k.rsa, `{"kid":"`+rsaKid+`","alg":"RS256"}`, ""),
	})
	if _, err := Verify(signed(`,"typ":"JWT","x5t":"AA","jku":"https://issuer.example.org/"`), k.set); err != nil {
		t.Errorf("harmless parameters: error = %v", err)
	}
}

// TestSignatures: ES256 signatures of other lengths, encodings and ranges, and those of other tokens.
func TestSignatures(t *testing.T) {
	k := newKeys(t)
	rsaToken, token := encode(t, k.rsa, benchClaims), encode(t, k.ec, benchClaims)
	cut, rsaCut := strings.LastIndex(token, ".")+1, strings.LastIndex(rsaToken, ".")+1
	raw, err := base64.RawURLEncoding.DecodeString(token[cut:])
	if err != nil {
		t.Fatal(err)
	}
	with := func(b []byte) string { return token[:cut] + base64.RawURLEncoding.EncodeToString(b) }
	der, err := ecdsa.SignASN1(rand.Reader, k.private[ES256].key.(*ecdsa.PrivateKey), digestOf(token))
	if err != nil {
		t.Fatal(err)
	}
	n := elliptic.P256().Params().N
	plusN := new(big.Int).Add(new(big.Int).SetBytes(raw[:32]), n).Bytes()
	refuse(t, k.set, map[string]string{
		"ASN.1":                  with(der),
		"63 bytes":               with(raw[:63]),
		"65 bytes":               with(append([]byte{0}, raw...)),
		"zeros":                  with(make([]byte, 64)),
		"r = n, s = n":           with(append(n.Bytes(), n.Bytes()...)),
		"r + n":                  with(append(plusN, raw[32:]...)),
		"halves exchanged":       with(append(slices.Clone(raw[32:]), raw[:32]...)),
		"of the ES256 token":     rsaToken[:rsaCut] + token[cut:],
		"of the RS256 token":     token[:cut] + rsaToken[rsaCut:],
		"of another payload":     b64(`{"kid":"ec-1","alg":"ES256"}`) + "." + b64(`{"sub":"other"}`) + "." + token[cut:],
		"longer than a token is": rsaToken[:rsaCut-1] + strings.Repeat("A", MaxToken) + "." + rsaToken[rsaCut:],
	})
	// A malleable signature (r, n-s) is a second signature of the same payload, not a forgery; JOSE permits it.
}

// TestText: everything around the three parts.
func TestText(t *testing.T) {
	k := newKeys(t)
	token := encode(t, k.rsa, benchClaims)
	body := b64(benchClaims)
	refuse(t, k.set, map[string]string{
		"empty":                  "",
		"dots":                   "..",
		"one part":               body,
		"two parts":              token[:strings.LastIndex(token, ".")],
		"four parts":             token + ".",
		"five parts":             token + ".a.b",
		"padding":                token + "=",
		"line break":             token + "\n",
		"line break inside":      token[:10] + "\n" + token[10:],
		"carriage return inside": token[:10] + "\r" + token[10:],
		"blank in front":         " " + token,
		"Bearer in front":        "Bearer " + token,
		"standard alphabet":      strings.NewReplacer("-", "+", "_", "/").Replace(token) + "+",
		"JSON serialisation":     `{"payload":"` + body + `","signatures":[]}`,
	})
}

// TestKeyDecides: a key verifies with its own algorithm and id only, and only if it is fit.
func TestKeyDecides(t *testing.T) {
	k := newKeys(t)
	for _, s := range k.signers() {
		parsed, err := ParseCompact(encode(t, s, benchClaims))
		if err != nil {
			t.Fatal(err)
		}
		id, alg, public := s.KeyID(), s.Algorithm(), s.Public().Key
		for name, key := range map[string]PublicKey{
			"zero":            {},
			"no algorithm":    {KeyID: id, Key: public},
			"other algorithm": {KeyID: id, Algorithm: map[Algorithm]Algorithm{RS256: ES256, ES256: ES384, ES384: ES256}[alg], Key: public},
			"other id":        {KeyID: "x", Algorithm: alg, Key: public},
			"nil":             {KeyID: id, Algorithm: alg},
			"nil RSA":         {KeyID: id, Algorithm: alg, Key: (*rsa.PublicKey)(nil)},
			"nil EC":          {KeyID: id, Algorithm: alg, Key: (*ecdsa.PublicKey)(nil)},
			"EC, no point":    {KeyID: id, Algorithm: alg, Key: &ecdsa.PublicKey{Curve: elliptic.P256()}},
			"RSA, no modulus": {KeyID: id, Algorithm: alg, Key: &rsa.PublicKey{E: 3}},
			"by value":        {KeyID: id, Algorithm: alg, Key: *k.rsa.Public().Key.(*rsa.PublicKey)},
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
