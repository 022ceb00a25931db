package jws

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Algorithm is a JWS "alg" (RFC 7518, section 3.1).
type Algorithm string

// The algorithms there are.
const (
	RS256 Algorithm = "RS256" // RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 4096 bits
	ES256 Algorithm = "ES256" // ECDSA on P-256 with SHA-256
	ES384 Algorithm = "ES384" // ECDSA on P-384 with SHA-384
)

// MaxToken is the longest token that is read or made, in bytes.
const MaxToken = 16 << 10

var (
	// ErrMalformed is wrapped by every error about the form of a token, key or key set.
	ErrMalformed = errors.New("jws: malformed")
	// ErrSignature means that a token was not signed by the given key, or that there is no such key.
	ErrSignature = errors.New("jws: signature does not verify")
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// strict64 is unpadded base64url whose unused bits must be zero. It still skips line breaks: decode64 does not.
func strict64() *base64.Encoding { return base64.RawURLEncoding.Strict() }

// decode64 reads canonical unpadded base64url (RFC 7515, section 2): exactly one text for each value.
func decode64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, malformed("base64url")
	}
	b, err := strict64().DecodeString(s)
	if err != nil {
		return nil, malformed("base64url")
	}
	return b, nil
}

// Encode makes a compact token of claims, which must be one JSON object. The header is exactly
// {"kid":"...","alg":"..."}, which is what Cognito sends.
func Encode(random io.Reader, s Signer, claims []byte) (string, error) {
	return compact(random, s, "", claims)
}

// EncodeJWT is Encode with the header {"kid":"...","typ":"JWT","alg":"..."}, which is what AWS STS sends.
func EncodeJWT(random io.Reader, s Signer, claims []byte) (string, error) {
	return compact(random, s, `"typ":"JWT",`, claims)
}

// compact makes a token; typ is a member of the header with its comma, or empty.
func compact(random io.Reader, s Signer, typ string, claims []byte) (string, error) {
	if len(claims) == 0 || claims[0] != '{' || !json.Valid(claims) {
		return "", malformed("claims are not a JSON object")
	}
	kid := s.KeyID()
	if !validKeyID(kid) {
		return "", malformed("key id")
	}
	header := `{"kid":"` + kid + `",` + typ + `"alg":"` + string(s.Algorithm()) + `"}`
	enc := base64.RawURLEncoding
	token := make([]byte, 0, enc.EncodedLen(len(header)+len(claims))+maxSignature)
	token = enc.AppendEncode(token, []byte(header))
	token = append(token, '.')
	token = enc.AppendEncode(token, claims)
	signature, err := s.Sign(random, token)
	if err != nil {
		return "", err
	}
	token = append(token, '.')
	token = enc.AppendEncode(token, signature)
	if len(token) > MaxToken {
		return "", malformed("the token would be longer than 16 KiB")
	}
	return string(token), nil
}

// maxSignature leaves room for the dots and the longest signature, one of RSA-4096, in base64url.
const maxSignature = 2 + (512*8+5)/6

// hash is the hash function of an algorithm; 0 for those that are not known (RFC 7518, section 3.1).
func (a Algorithm) hash() crypto.Hash {
	switch a {
	case RS256, ES256:
		return crypto.SHA256
	case ES384:
		return crypto.SHA384
	}
	return 0
}

// known tells whether it is one of the algorithms there are.
func (a Algorithm) known() bool { return a.hash() != 0 }

// digest hashes what is signed. The algorithm must be known.
func (a Algorithm) digest(input []byte) []byte {
	if a == ES384 {
		sum := sha512.Sum384(input)
		return sum[:]
	}
	sum := sha256.Sum256(input)
	return sum[:]
}

// curve is the curve of an algorithm with its name in a JWK (RFC 7518, section 6.2.1.1); nil if it has none.
func (a Algorithm) curve() (elliptic.Curve, string) {
	switch a {
	case ES256:
		return elliptic.P256(), "P-256"
	case ES384:
		return elliptic.P384(), "P-384"
	}
	return nil, ""
}

// ofCurve is the algorithm of a curve; empty for curves that no algorithm uses.
func ofCurve(c elliptic.Curve) Algorithm {
	for _, a := range [...]Algorithm{ES256, ES384} {
		if own, _ := a.curve(); own == c {
			return a
		}
	}
	return ""
}

// coordinate is the length of a coordinate or scalar of a curve in bytes.
func coordinate(c elliptic.Curve) int { return (c.Params().BitSize + 7) / 8 }

// validKeyID admits what needs no escaping in JSON: printable ASCII without quote and backslash, up to 256 bytes.
func validKeyID(kid string) bool {
	for i := range len(kid) {
		if c := kid[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return kid != "" && len(kid) <= 256
}
