package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/seal"
)

// idSize is how much of a sealed file names its key.
const idSize = 8

// key is a secret of the vault with what is derived from it: the key that seals, and a name that says nothing of it.
type key struct {
	secret seal.Key
	seals  seal.Key
	id     [idSize]byte
}

// Format keeps the key out of what is printed: package fmt does not ask values in unexported fields to redact themselves.
func (key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// newKey derives: HKDF-SHA-256 (RFC 5869) without salt, with info AAD("mayfly/vault/v1", use).
func newKey(secret seal.Key) *key {
	return &key{secret: secret, seals: seal.Key(derive(secret, "seal", len(seal.Key{}))), id: [idSize]byte(derive(secret, "id", idSize))}
}

func derive(secret seal.Key, use string, size int) []byte {
	out, err := hkdf.Key(sha256.New, secret[:], nil, string(seal.AAD("mayfly/vault/v1", use)), size)
	if err != nil {
		panic("vault: " + err.Error()) // only for lengths that HKDF cannot give
	}
	return out
}

func drawKey(random io.Reader) (*key, error) {
	secret, err := seal.NewKey(random)
	if err != nil {
		return nil, err
	}
	return newKey(secret), nil
}

// header comes before the key in its written form, so that a later form is not taken for this one.
const header = "mayfly-key-1:"

// text is the written form: the header and base64.
func (k *key) text() credentials.Secret {
	return credentials.Secret(header + base64.StdEncoding.EncodeToString(k.secret[:]))
}

// readKey undoes text; nil for what text did not write.
func readKey(text credentials.Secret) *key {
	coded, ok := strings.CutPrefix(strings.TrimSpace(string(text)), header)
	if !ok {
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(coded)
	if err != nil || len(b) != len(seal.Key{}) || seal.Key(b) == (seal.Key{}) {
		return nil
	}
	return newKey(seal.Key(b))
}

// version is the first byte of a sealed file. The id of the key follows, and then what seal.SealXAES gives, with associated data
// AAD("mayfly/vault/v1", name, id).
const version = 1

func (k *key) seal(random io.Reader, name string, plain []byte) ([]byte, error) {
	b, err := seal.SealXAES(k.seals, random, plain, k.bind(name))
	if err != nil {
		return nil, err
	}
	return append(append([]byte{version}, k.id[:]...), b...), nil
}

func (k *key) open(name string, sealed []byte) ([]byte, error) {
	return seal.OpenXAES(k.seals, sealed[1+idSize:], k.bind(name))
}

func (k *key) bind(name string) []byte { return seal.AAD("mayfly/vault/v1", name, string(k.id[:])) }
