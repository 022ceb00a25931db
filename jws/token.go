package jws

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"math/big"
	"strings"
)

// Header is what is read of a token's header.
type Header struct {
	KeyID     string    // "kid"; empty if there is none
	Algorithm Algorithm // "alg", one of the three
	Type      string    // "typ"; empty if there is none
}

// Token is a parsed token. Its payload is not to be believed before Verify returns nil.
type Token struct {
	Header  Header
	Payload []byte // the claims, as they were signed

	input     string // header and payload as sent: what was signed
	signature []byte
}

// Format prints the header alone: the whole token is a credential.
func (t *Token) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{kid %q alg %s}", t.Header.KeyID, t.Header.Algorithm)
}

// ParseCompact reads a compact token (RFC 7515, section 7.1): at most MaxToken bytes, exactly three parts of
// canonical base64url, a header that is one strict JSON object with a known algorithm and without the parameters
// that would change how the rest is read. Errors wrap ErrMalformed.
func ParseCompact(token string) (*Token, error) {
	if len(token) > MaxToken {
		return nil, malformed("longer than 16 KiB")
	}
	head, rest, _ := strings.Cut(token, ".")
	body, sig, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(sig, ".") {
		return nil, malformed("not three parts")
	}
	t := &Token{input: token[:len(head)+1+len(body)]}
	header, err := decode64(head)
	if err != nil {
		return nil, err
	}
	if t.Header, err = parseHeader(header); err != nil {
		return nil, err
	}
	if t.Payload, err = decode64(body); err != nil {
		return nil, err
	}
	if t.signature, err = decode64(sig); err != nil {
		return nil, err
	}
	if len(t.Payload) == 0 || len(t.signature) == 0 {
		return nil, malformed("empty part")
	}
	return t, nil
}

// headerFields are the parameters that are read, and those whose mere presence is refused: critical extensions
// (RFC 7515, section 4.1.11), unencoded payloads (RFC 7797), compression and encryption, embedded keys.
type headerFields struct {
	Kid  string    `json:"kid"`
	Alg  Algorithm `json:"alg"`
	Typ  string    `json:"typ"`
	Crit present   `json:"crit"`
	B64  present   `json:"b64"`
	Zip  present   `json:"zip"`
	Enc  present   `json:"enc"`
	JWK  present   `json:"jwk"`
}

// present notes that a member is there, even if it is null.
type present bool

// UnmarshalJSON notes the presence.
func (p *present) UnmarshalJSON([]byte) error {
	*p = true
	return nil
}

func parseHeader(data []byte) (Header, error) {
	var h headerFields
	if err := StrictObject(data, &h); err != nil {
		return Header{}, err
	}
	if !h.Alg.known() {
		return Header{}, malformed("unknown algorithm")
	}
	if h.Crit || h.B64 || h.Zip || h.Enc || h.JWK {
		return Header{}, malformed("forbidden header parameter")
	}
	if len(h.Typ) > 64 || h.Kid != "" && !validKeyID(h.Kid) {
		return Header{}, malformed("header parameter")
	}
	return Header{KeyID: h.Kid, Algorithm: h.Alg, Type: h.Typ}, nil
}

// Verify proves that the token was signed with the private half of k. The algorithm is the one of the key; a
// token that says otherwise, or that names another key, is refused. The only error is ErrSignature.
func (t *Token) Verify(k PublicKey) error {
	if k.Algorithm != t.Header.Algorithm || t.Header.KeyID != "" && k.KeyID != t.Header.KeyID || k.valid() != nil {
		return ErrSignature
	}
	digest := k.Algorithm.digest([]byte(t.input))
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		if rsa.VerifyPKCS1v15(key, k.Algorithm.hash(), digest, t.signature) == nil {
			return nil
		}
	case *ecdsa.PublicKey:
		n := coordinate(key.Curve)
		if len(t.signature) != 2*n {
			return ErrSignature
		}
		r := new(big.Int).SetBytes(t.signature[:n])
		s := new(big.Int).SetBytes(t.signature[n:])
		if ecdsa.Verify(key, digest, r, s) {
			return nil
		}
	}
	return ErrSignature
}

// KeySource finds public keys by their id; ok is false when there is none.
type KeySource interface {
	Key(kid string) (key PublicKey, ok bool)
}

// Verify parses a token, finds its key by the id it names, and gives the payload once the signature is proven.
// Errors wrap ErrMalformed or are ErrSignature. Times, issuer and audience are the caller's to check.
func Verify(token string, keys KeySource) (payload []byte, err error) {
	t, err := ParseCompact(token)
	if err != nil {
		return nil, err
	}
	k, ok := keys.Key(t.Header.KeyID)
	if !ok {
		return nil, ErrSignature
	}
	if err := t.Verify(k); err != nil {
		return nil, err
	}
	return t.Payload, nil
}
