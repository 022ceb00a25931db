package srp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
)

// SaltSize is the length of a salt in bytes.
const SaltSize = 16

// VerifierSize is the length of a verifier's value in bytes.
const VerifierSize = size

// Verifier is what a server keeps of a password. Whoever has it can guess passwords at one SHA-256 and one power each: keep it sealed.
type Verifier struct {
	Salt []byte // 16 bytes
	V    []byte // g^x, 384 bytes, big-endian
}

const redacted = "[redacted]"

// Format prints a placeholder, whatever the verb: a verifier can be searched for its password.
func (Verifier) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalJSON writes a placeholder: verifiers are stored sealed, field by field.
func (Verifier) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// value gives V as a number, or ErrRefused if it is not of the right length and range.
func (g *Group) value(v Verifier) (*big.Int, error) {
	value := new(big.Int).SetBytes(v.V)
	if len(v.V) != size || !g.element(value) {
		return nil, ErrRefused
	}
	return value, nil
}

// ParseVerifier reads a verifier that a client made, such as the DeviceSecretVerifierConfig of ConfirmDevice: salt and value are big-endian
// numbers, with a zero byte in front when the top bit is set, and without leading zeros else. The result has the lengths of a Verifier. Values
// out of range are ErrRefused.
func (g *Group) ParseVerifier(salt, value []byte) (Verifier, error) {
	s, v := new(big.Int).SetBytes(salt), new(big.Int).SetBytes(value)
	if len(salt) == 0 || len(salt) > SaltSize+1 || len(value) > size+1 || s.BitLen() > 8*SaltSize || !g.element(v) {
		return Verifier{}, ErrRefused
	}
	return Verifier{Salt: s.FillBytes(make([]byte, SaltSize)), V: v.FillBytes(make([]byte, size))}, nil
}

// NewVerifier derives the verifier of a user's password. poolName is the part of a user pool's id after the underscore; userID what the server
// will call USER_ID_FOR_SRP.
func (g *Group) NewVerifier(poolName, userID, password string, salt []byte) Verifier {
	x := exponent(poolName, userID, password, salt)
	return Verifier{Salt: bytes.Clone(salt), V: g.power(&x).FillBytes(make([]byte, size))}
}

// NewDeviceVerifier derives the verifier of a remembered device's password.
func (g *Group) NewDeviceVerifier(groupKey, deviceKey, password string, salt []byte) Verifier {
	return g.NewVerifier(groupKey, deviceKey, password, salt)
}

// CheckPassword reports whether the password is the verifier's. It takes the same time whatever the answer.
func (g *Group) CheckPassword(v Verifier, poolName, userID, password string) bool {
	x := exponent(poolName, userID, password, v.Salt)
	return subtle.ConstantTimeCompare(g.power(&x).FillBytes(make([]byte, size)), v.V) == 1
}

// exponent is x = SHA-256(pad(salt) ‖ SHA-256(poolName ‖ userID ‖ ":" ‖ password)). The salt is hashed as a number, which is how it travels.
func exponent(poolName, userID, password string, salt []byte) [32]byte {
	inner := sha256.Sum256([]byte(poolName + userID + ":" + password))
	h := sha256.New()
	h.Write(pad(new(big.Int).SetBytes(salt)))
	h.Write(inner[:])
	return [32]byte(h.Sum(nil))
}

// SecretHash is the SECRET_HASH of an app client with a secret: base64 HMAC-SHA-256(secret, username ‖ client id).
func SecretHash(clientSecret, username, clientID string) string {
	m := hmac.New(sha256.New, []byte(clientSecret))
	m.Write([]byte(username + clientID))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
