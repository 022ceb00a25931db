package federate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	_ "crypto/sha256" // crypto.Hash.New finds the functions by their registration
	_ "crypto/sha512"

	"github.com/mayfly-id/mayfly/jws"
)

// MaxToken is the longest token that is read, in bytes: the bound of WebIdentityToken in AWS's model.
const MaxToken = 20000

// notJWT is AWS's answer to everything that does not parse.
const notJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"

// token is a parsed compact token (RFC 7515 section 7.1). Nothing in it is proven before verify.
type token struct {
	kid       string
	alg       string
	input     string
	payload   []byte
	signature []byte
}

// Format keeps the token, which is a credential, out of everything that package fmt prints.
func (t *token) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "{kid %q alg %q}", t.kid, t.alg) }

// present notes that a member is there, whatever its value.
type present bool

// UnmarshalJSON notes the presence.
func (p *present) UnmarshalJSON([]byte) error {
	*p = true
	return nil
}

// header holds what is read of a token's header, and what must not be there: critical extensions (RFC 7515 section 4.1.11), unencoded payloads (RFC
// 7797), compression, encryption, and a key of the token's own.
type header struct {
	Kid  string  `json:"kid"`
	Alg  string  `json:"alg"`
	Crit present `json:"crit"`
	B64  present `json:"b64"`
	Zip  present `json:"zip"`
	Enc  present `json:"enc"`
	JWK  present `json:"jwk"`
}

func parseToken(text string) (*token, error) {
	if len(text) > MaxToken {
		return nil, invalid(notJWT)
	}
	head, rest, _ := strings.Cut(text, ".")
	body, sig, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(sig, ".") {
		return nil, invalid(notJWT)
	}
	t := &token{input: text[:len(head)+1+len(body)]}
	raw, ok := decode64(head)
	var h header
	if !ok || jws.StrictObject(raw, &h) != nil || bool(h.Crit || h.B64 || h.Zip || h.Enc || h.JWK) || len(h.Kid) > maxKeyID {
		return nil, invalid(notJWT)
	}
	t.kid, t.alg = h.Kid, h.Alg
	var okBody, okSig bool
	t.payload, okBody = decode64(body)
	t.signature, okSig = decode64(sig)
	if !okBody || !okSig || len(t.payload) == 0 || len(t.signature) == 0 {
		return nil, invalid(notJWT)
	}
	return t, nil
}

// decode64 reads canonical unpadded base64url: one text for each value. The decoder alone passes over line ends.
func decode64(s string) ([]byte, bool) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// verify proves that the token was signed with the private half of the key. The token's own algorithm must be one that the key allows.
func (t *token) verify(k *key) bool {
	hash, ok := k.hash(t.alg)
	if !ok || t.kid != "" && k.id != "" && t.kid != k.id {
		return false
	}
	h := hash.New()
	h.Write([]byte(t.input))
	digest := h.Sum(nil)
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, hash, digest, t.signature) == nil
	case *ecdsa.PublicKey:
		size := (public.Curve.Params().BitSize + 7) / 8
		if len(t.signature) != 2*size {
			return false
		}
		return ecdsa.Verify(public, digest, new(big.Int).SetBytes(t.signature[:size]), new(big.Int).SetBytes(t.signature[size:]))
	}
	return false
}

// hash gives the hash of an algorithm, if the key may be used with it (RFC 7518 sections 3.3 and 3.4): of an elliptic curve only its own.
func (k *key) hash(alg string) (crypto.Hash, bool) {
	if k.alg != "" && k.alg != alg {
		return 0, false
	}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		switch alg {
		case "RS256":
			return crypto.SHA256, true
		case "RS384":
			return crypto.SHA384, true
		case "RS512":
			return crypto.SHA512, true
		}
	case *ecdsa.PublicKey:
		switch size := public.Curve.Params().BitSize; {
		case alg == "ES256" && size == 256:
			return crypto.SHA256, true
		case alg == "ES384" && size == 384:
			return crypto.SHA384, true
		case alg == "ES512" && size == 521:
			return crypto.SHA512, true
		}
	}
	return 0, false
}
