package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

const (
	minRSA = 2048
	maxRSA = 4096 // bounds the cost of one verification
)

// PublicKey verifies with one algorithm. As JSON it is a JWK (RFC 7517) with the members in Cognito's order,
// which is alphabetical.
type PublicKey struct {
	KeyID     string           // "kid"; empty only for keys of other issuers
	Algorithm Algorithm        // the only one the key may be used with
	Key       crypto.PublicKey // *rsa.PublicKey for RS256, *ecdsa.PublicKey for ES256 and ES384
}

// valid checks that the key fits its algorithm and is of a strength that is accepted.
func (k PublicKey) valid() error {
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		if k.Algorithm == RS256 && key != nil && key.N != nil && key.N.BitLen() >= minRSA && key.N.BitLen() <= maxRSA &&
			key.N.Bit(0) == 1 && key.E >= 3 && key.E&1 == 1 {
			return nil
		}
	case *ecdsa.PublicKey:
		//lint:ignore SA1019 a key without coordinates makes the standard library panic, and cannot be told otherwise
		if key != nil && key.Curve != nil && k.Algorithm != "" && k.Algorithm == ofCurve(key.Curve) && key.X != nil && key.Y != nil {
			return nil
		}
	}
	return malformed("key does not fit an accepted algorithm and size")
}

// jwk holds the members of both key types, in the order they are written.
type jwk struct {
	Alg string `json:"alg"`
	Crv string `json:"crv,omitempty"`
	E   string `json:"e,omitempty"`
	Kid string `json:"kid,omitempty"`
	Kty string `json:"kty"`
	N   string `json:"n,omitempty"`
	Use string `json:"use"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
	// A private key in a public place is a leak: refuse it loudly.
	D present `json:"d,omitempty"`
	K present `json:"k,omitempty"`
}

// MarshalJSON writes the JWK.
func (k PublicKey) MarshalJSON() ([]byte, error) {
	if err := k.valid(); err != nil {
		return nil, err
	}
	enc := base64.RawURLEncoding.EncodeToString
	out := jwk{Alg: string(k.Algorithm), Kid: k.KeyID, Use: "sig"}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		out.Kty, out.N, out.E = "RSA", enc(key.N.Bytes()), enc(big.NewInt(int64(key.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		n := coordinate(key.Curve)
		if err != nil || len(point) != 1+2*n {
			return nil, malformed("key")
		}
		_, name := k.Algorithm.curve()
		out.Kty, out.Crv, out.X, out.Y = "EC", name, enc(point[1:1+n]), enc(point[1+n:])
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a JWK strictly: it must be a key this package can use.
func (k *PublicKey) UnmarshalJSON(data []byte) error {
	key, used, err := parseJWK(data)
	if err != nil {
		return err
	}
	if !used {
		return malformed("key is not for signatures of an accepted algorithm")
	}
	*k = key
	return nil
}

// parseJWK reads a JWK. used is false for well-formed keys of other kinds or for other uses. A missing "alg"
// follows from the key type: several providers leave it out.
func parseJWK(data []byte) (k PublicKey, used bool, err error) {
	var j jwk
	if err := StrictObject(data, &j); err != nil {
		return k, false, err
	}
	if j.D || j.K {
		return k, false, malformed("key set holds a private or symmetric key")
	}
	if j.Use != "" && j.Use != "sig" {
		return k, false, nil
	}
	if j.Kid != "" && !validKeyID(j.Kid) {
		return k, false, malformed("key id")
	}
	k.KeyID = j.Kid
	switch {
	case j.Kty == "RSA" && (j.Alg == "" || j.Alg == string(RS256)):
		k.Algorithm = RS256
		k.Key, err = j.rsa()
	case j.Kty == "EC" && j.Crv == "P-256" && (j.Alg == "" || j.Alg == string(ES256)):
		k.Algorithm = ES256
		k.Key, err = j.ecdsa(elliptic.P256())
	case j.Kty == "EC" && j.Crv == "P-384" && (j.Alg == "" || j.Alg == string(ES384)):
		k.Algorithm = ES384
		k.Key, err = j.ecdsa(elliptic.P384())
	default:
		return k, false, nil
	}
	if err != nil {
		return k, false, err
	}
	return k, true, k.valid()
}

func (j *jwk) rsa() (crypto.PublicKey, error) {
	n, err := unsigned(j.N, maxRSA/8)
	if err != nil {
		return nil, err
	}
	e, err := unsigned(j.E, 4)
	if err != nil {
		return nil, err
	}
	if !e.IsInt64() || e.Int64() > 1<<31-1 {
		return nil, malformed("RSA exponent")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// unsigned reads a Base64urlUInt (RFC 7518, section 2): big-endian without leading zero bytes.
func unsigned(s string, limit int) (*big.Int, error) {
	b, err := decode64(s)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || b[0] == 0 || len(b) > limit {
		return nil, malformed("integer")
	}
	return new(big.Int).SetBytes(b), nil
}

func (j *jwk) ecdsa(curve elliptic.Curve) (crypto.PublicKey, error) {
	point := []byte{4} // uncompressed (SEC 1, section 2.3.3)
	for _, text := range [...]string{j.X, j.Y} {
		b, err := decode64(text)
		if err != nil {
			return nil, err
		}
		if len(b) != coordinate(curve) {
			return nil, malformed("coordinate")
		}
		point = append(point, b...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, malformed("point is not on the curve")
	}
	return key, nil
}
