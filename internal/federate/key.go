package federate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"

	"github.com/mayfly-id/mayfly/jws"
)

// Bounds of a key set. AWS takes 100 keys of each of the two kinds
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html).
const (
	maxKeySet = 256 << 10 // bytes
	maxKeys   = 100       // of one kind
	maxKeyID  = 256
	minRSA    = 2048
	maxRSA    = 4096 // bounds the cost of one verification
)

// errKeySet means that a document is no key set, or one with keys that nobody may rely on.
var errKeySet = errors.New("federate: unusable key set")

// key is a public key of a provider.
type key struct {
	id     string           // may be empty
	alg    string           // the only algorithm, where the provider names one
	public crypto.PublicKey // *rsa.PublicKey or *ecdsa.PublicKey
}

// keySet is what a provider publishes.
type keySet []key

// find gives the key that a token names. A token without a key id takes the only key there is; with several it would be a guess.
func (s keySet) find(kid string) (*key, bool) {
	if kid == "" {
		if len(s) == 1 {
			return &s[0], true
		}
		return nil, false
	}
	for i := range s {
		if s[i].id == kid {
			return &s[i], true
		}
	}
	return nil, false
}

type jwk struct {
	Kid string  `json:"kid"`
	Kty string  `json:"kty"`
	Alg string  `json:"alg"`
	Use string  `json:"use"`
	Crv string  `json:"crv"`
	N   string  `json:"n"`
	E   string  `json:"e"`
	X   string  `json:"x"`
	Y   string  `json:"y"`
	D   present `json:"d"`
	K   present `json:"k"`
}

// parseKeySet reads a JWK set (RFC 7517 section 5). Keys of other types, curves, algorithms or uses are passed over, as the RFC asks, and so are RSA
// keys of a size that is not accepted; a private key, or an id that is used twice, refuses the whole set.
func parseKeySet(data []byte) (keySet, error) {
	var outer struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if len(data) > maxKeySet || jws.StrictObject(data, &outer) != nil || len(outer.Keys) > 2*maxKeys {
		return nil, errKeySet
	}
	var set keySet
	rsaKeys := 0
	for _, raw := range outer.Keys {
		var j jwk
		if jws.StrictObject(raw, &j) != nil || bool(j.D) || bool(j.K) || len(j.Kid) > maxKeyID {
			return nil, errKeySet
		}
		k, ok := j.key()
		if !ok {
			continue
		}
		if _, twice := set.find(k.id); k.id != "" && twice {
			return nil, errKeySet
		}
		if _, isRSA := k.public.(*rsa.PublicKey); isRSA {
			rsaKeys++
		}
		set = append(set, k)
	}
	if rsaKeys > maxKeys || len(set)-rsaKeys > maxKeys {
		return nil, errKeySet
	}
	return set, nil
}

func (j *jwk) key() (key, bool) {
	if j.Use != "" && j.Use != "sig" {
		return key{}, false
	}
	k := key{id: j.Kid, alg: j.Alg}
	switch j.Kty {
	case "RSA":
		k.public = j.rsa()
	case "EC":
		k.public = j.ecdsa()
	}
	if k.public == nil {
		return key{}, false
	}
	if j.Alg == "" {
		return k, true
	}
	_, ok := k.hash(j.Alg)
	return k, ok
}

// rsa gives an RSA key, or nil (as an interface) when it is malformed or of a size that is not accepted.
func (j *jwk) rsa() crypto.PublicKey {
	n, okN := decode64(j.N)
	e, okE := decode64(j.E)
	if !okN || !okE || len(n) > maxRSA/8+1 || len(e) == 0 || len(e) > 4 {
		return nil
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e).Int64()
	if bits := modulus.BitLen(); bits < minRSA || bits > maxRSA || modulus.Bit(0) == 0 || exponent < 3 || exponent > 1<<31-1 || exponent&1 == 0 {
		return nil
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent)}
}

// ecdsa gives a key on one of the three curves, or nil (as an interface).
func (j *jwk) ecdsa() crypto.PublicKey {
	var curve elliptic.Curve
	switch j.Crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil
	}
	size := (curve.Params().BitSize + 7) / 8
	x, okX := decode64(j.X)
	y, okY := decode64(j.Y)
	if !okX || !okY || len(x) != size || len(y) != size {
		return nil
	}
	point := append(append([]byte{4}, x...), y...) // uncompressed (SEC 1, section 2.3.3)
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil
	}
	return public
}

// local turns keys of this server's own issuers into a set.
func local(keys jws.KeySet) keySet {
	set := make(keySet, 0, len(keys))
	for i := range keys {
		set = append(set, key{id: keys[i].KeyID, alg: string(keys[i].Algorithm), public: keys[i].Key})
	}
	return set
}
