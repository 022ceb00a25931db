package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"
)

// Signer signs with one key. The interface is narrow so that a faster engine, or a key that never leaves a
// device, can stand behind it.
type Signer interface {
	Algorithm() Algorithm
	KeyID() string
	// Sign returns the raw JWS signature of the bytes "header.payload" (RFC 7518, section 3).
	Sign(random io.Reader, signingInput []byte) ([]byte, error)
	Public() PublicKey
}

// PrivateKey is a signing key of one of the three algorithms. It prints as redacted; the zero value signs nothing.
type PrivateKey struct{ key crypto.Signer }

// Format prints a placeholder, whatever the verb.
func (PrivateKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// Algorithm tells what the key signs with; it is empty for the zero value.
func (k PrivateKey) Algorithm() Algorithm {
	switch key := k.key.(type) {
	case *rsa.PrivateKey:
		return RS256
	case *ecdsa.PrivateKey:
		if key.Curve != nil {
			return ofCurve(key.Curve)
		}
	}
	return ""
}

// GenerateKey makes a key: RSA with 2048 bits, as Cognito has, P-256 or P-384. An RSA key takes some 100 ms.
func GenerateKey(random io.Reader, alg Algorithm) (PrivateKey, error) {
	switch alg {
	case RS256:
		k, err := rsa.GenerateKey(random, minRSA)
		if err != nil {
			return PrivateKey{}, fmt.Errorf("jws: generate key: %w", err)
		}
		return PrivateKey{k}, nil
	case ES256, ES384:
		curve, _ := alg.curve()
		k, err := ecdsa.GenerateKey(curve, random)
		if err != nil {
			return PrivateKey{}, fmt.Errorf("jws: generate key: %w", err)
		}
		return PrivateKey{k}, nil
	}
	return PrivateKey{}, malformed("unknown algorithm")
}

// MarshalPrivate writes a key as PKCS#8 DER (RFC 5958), in clear: seal it before storing it.
func MarshalPrivate(k PrivateKey) ([]byte, error) {
	if k.key == nil {
		return nil, malformed("no key")
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return nil, malformed("private key")
	}
	return der, nil
}

// ParsePrivate reads PKCS#8 DER and checks the key. Errors wrap ErrMalformed and do not repeat the input.
func ParsePrivate(der []byte) (PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return PrivateKey{}, malformed("private key")
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return PrivateKey{}, malformed("private key")
	}
	k := PrivateKey{signer}
	if _, err := NewSigner("check", k); err != nil {
		return PrivateKey{}, err
	}
	return k, nil
}

// NewSigner makes the signer of a key. kid is printable ASCII without quotes and backslashes, up to 256 bytes.
func NewSigner(kid string, k PrivateKey) (Signer, error) {
	s := &signer{kid: kid, alg: k.Algorithm(), key: k.key}
	if s.key == nil {
		return nil, malformed("no key")
	}
	s.public = PublicKey{KeyID: kid, Algorithm: s.alg, Key: s.key.Public()}
	if err := s.public.valid(); err != nil {
		return nil, err
	}
	if key, ok := s.key.(*rsa.PrivateKey); ok {
		key.Precompute()
		if key.Validate() != nil {
			return nil, malformed("private key")
		}
	}
	if !validKeyID(kid) {
		return nil, malformed("key id")
	}
	return s, nil
}

// NewRSASigner makes an RS256 signer. If the key or its id is not fit, every Sign fails with the reason.
func NewRSASigner(kid string, key *rsa.PrivateKey) Signer {
	if key == nil {
		return orBroken(kid, RS256, PrivateKey{})
	}
	return orBroken(kid, RS256, PrivateKey{key})
}

// NewECDSASigner makes an ES256 or ES384 signer, by the curve of the key. If the key or its id is not fit, every Sign fails with the reason.
func NewECDSASigner(kid string, key *ecdsa.PrivateKey) Signer {
	if key == nil {
		return orBroken(kid, ES256, PrivateKey{})
	}
	return orBroken(kid, ES256, PrivateKey{key})
}

func orBroken(kid string, alg Algorithm, k PrivateKey) Signer {
	s, err := NewSigner(kid, k)
	if err != nil {
		return &signer{kid: kid, alg: alg, broken: err}
	}
	return s
}

type signer struct {
	kid    string
	alg    Algorithm
	key    crypto.Signer
	public PublicKey
	broken error
}

func (s *signer) Algorithm() Algorithm { return s.alg }
func (s *signer) KeyID() string        { return s.kid }
func (s *signer) Public() PublicKey    { return s.public }

// Format prints the key id alone.
func (s *signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, string(s.alg)+" "+s.kid) }

// Sign hashes and signs. Signatures of ECDSA are the two scalars in fixed length (RFC 7518, section 3.4), not ASN.1.
func (s *signer) Sign(random io.Reader, signingInput []byte) ([]byte, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	digest := s.alg.digest(signingInput)
	switch key := s.key.(type) {
	case *rsa.PrivateKey:
		signature, err := rsa.SignPKCS1v15(random, key, s.alg.hash(), digest)
		if err != nil {
			return nil, fmt.Errorf("jws: sign: %w", err)
		}
		return signature, nil
	case *ecdsa.PrivateKey:
		r, v, err := ecdsa.Sign(random, key, digest)
		if err != nil {
			return nil, fmt.Errorf("jws: sign: %w", err)
		}
		n := coordinate(key.Curve)
		signature := make([]byte, 2*n)
		r.FillBytes(signature[:n])
		v.FillBytes(signature[n:])
		return signature, nil
	}
	return nil, malformed("no key")
}
