// Package dpop proves that who sends a request has a key (RFC 9449). It is pure: time and randomness are parameters.
package dpop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// mostPEM is the longest PEM text that is read as a key: one of P-256 has some 230 characters.
const mostPEM = 4096

// ErrKey is a text that holds no key that can be used.
var ErrKey = errors.New("dpop: no EC key of P-256 in PEM")

// Key is the private key that a session is bound to.
type Key struct {
	key *ecdsa.PrivateKey
}

// Format keeps the key out of everything that package fmt prints.
func (*Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "a key of P-256") }

// Parse reads an EC key of P-256 (SEC 1, RFC 5915) in PEM.
func Parse(text string) (*Key, error) {
	if len(text) > mostPEM {
		return nil, ErrKey
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "EC PRIVATE KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, ErrKey
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil || key.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	return &Key{key}, nil
}

// Proof proves that who sends a request has the key (RFC 9449 section 4.2): a JWT that names the method, the address and the time, and is used once. It is signed with ES256.
func (k *Key) Proof(random io.Reader, method, address string, at time.Time) (string, error) {
	point, err := k.key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		return "", ErrKey
	}
	id, err := newUUID4(random)
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding.EncodeToString
	header, err := json.Marshal(map[string]any{
		"typ": "dpop+jwt", "alg": "ES256", "jwk": map[string]string{"kty": "EC", "crv": "P-256", "x": enc(point[1:33]), "y": enc(point[33:])},
	})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{"jti": id, "htm": method, "htu": address, "iat": at.Unix()})
	if err != nil {
		return "", err
	}
	input := enc(header) + "." + enc(claims)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(random, k.key, sum[:])
	if err != nil {
		return "", ErrKey
	}
	var signature [64]byte // r and s, each of the size of the curve (RFC 7518 section 3.4)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + enc(signature[:]), nil
}

// newUUID4 draws a UUID of version 4.
func newUUID4(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
