package dpop_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/dpop"
)

func keyOf(t *testing.T, curve elliptic.Curve) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// TestProof: the header has the public key, the claims name the request, the signature is by the key, and no two proofs have one id.
func TestProof(t *testing.T) {
	private, text := keyOf(t, elliptic.P256())
	key, err := dpop.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for range 3 {
		proof, err := key.Proof(rand.Reader, "POST", "https://eu-west-1.signin.aws.amazon.com/v1/token", time.Unix(1_700_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(proof, ".")
		var raw [3][]byte
		for i := range raw {
			if raw[i], err = base64.RawURLEncoding.DecodeString(parts[i]); err != nil {
				t.Fatal(err)
			}
		}
		var header struct {
			Typ, Alg string
			JWK      struct{ Kty, Crv, X, Y string }
		}
		var claims struct {
			JTI, HTM, HTU string
			IAT           int64
		}
		if json.Unmarshal(raw[0], &header) != nil || json.Unmarshal(raw[1], &claims) != nil {
			t.Fatal(proof)
		}
		point, err := private.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if enc := base64.RawURLEncoding.EncodeToString; header.Typ != "dpop+jwt" || header.Alg != "ES256" || header.JWK.Kty != "EC" || header.JWK.Crv != "P-256" ||
			header.JWK.X != enc(point[1:33]) || header.JWK.Y != enc(point[33:]) {
			t.Errorf("%+v", header)
		}
		if claims.HTM != "POST" || claims.HTU != "https://eu-west-1.signin.aws.amazon.com/v1/token" || claims.IAT != 1_700_000_000 || len(claims.JTI) != 36 || ids[claims.JTI] {
			t.Errorf("%+v", claims)
		}
		ids[claims.JTI] = true
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if len(raw[2]) != 64 || !ecdsa.Verify(&private.PublicKey, sum[:], new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])) {
			t.Error("the signature is not by the key")
		}
	}
	if _, err := key.Proof(bytes.NewReader(nil), "POST", "https://x", time.Now()); err == nil {
		t.Error("a proof without randomness")
	}
	raw, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s %d", key, key, key, key, key); strings.Contains(s, new(big.Int).SetBytes(raw).String()) || strings.Contains(s, "{") {
		t.Errorf("the key is printed: %s", s)
	}
}

func TestParseRefuses(t *testing.T) {
	_, good := keyOf(t, elliptic.P256())
	_, other := keyOf(t, elliptic.P384())
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "key", "another curve": other, "more behind it": good + "x", "another type": strings.ReplaceAll(good, "EC PRIVATE KEY", "PRIVATE KEY"),
		"long": strings.Repeat(" ", 4096) + good, "cut": good[:len(good)/2],
	} {
		if _, err := dpop.Parse(text); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
