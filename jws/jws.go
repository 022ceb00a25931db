package jws

import (
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
	if len(claims) == 0 || claims[0] != '{' || !json.Valid(claims) {
		return "", malformed("claims are not a JSON object")
	}
	kid := s.KeyID()
	if !validKeyID(kid) {
		return "", malformed("key id")
	}
	header := `{"kid":"` + kid + `","alg":"` + string(s.Algorithm()) + `"}`
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

// validKeyID admits what needs no escaping in JSON: printable ASCII without quote and backslash, up to 256 bytes.
func validKeyID(kid string) bool {
	for i := range len(kid) {
		if c := kid[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return kid != "" && len(kid) <= 256
}
