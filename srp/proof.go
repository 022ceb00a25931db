package srp

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"math/big"
	"strings"
	"time"
)

// ErrRefused is the one answer for a value or a proof that does not hold. It does not tell which.
var ErrRefused = errors.New("srp: refused")

// maxHex is the longest hexadecimal form of a group element that is read: 384 bytes, a zero byte in front, and a margin of one byte.
const maxHex = 2 * (size + 2)

// parseElement reads A or B: hexadecimal of any case, not padded and of odd length too, as clients send it. What is 0 modulo N is refused:
// it would fix the shared secret without the password. So is what is not reduced: no client sends it.
func (g *Group) parseElement(text string) (*big.Int, error) {
	if text == "" || len(text) > maxHex || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return nil, ErrRefused
	}
	n, ok := new(big.Int).SetString(text, 16)
	if !ok || !g.element(n) {
		return nil, ErrRefused
	}
	return n, nil
}

// element reports whether 0 < n < N.
func (g *Group) element(n *big.Int) bool { return n.Sign() > 0 && n.Cmp(g.n) < 0 }

// scramble is u = SHA-256(pad(A) ‖ pad(B)).
func scramble(a, b *big.Int) *big.Int {
	h := sha256.New()
	h.Write(pad(a))
	h.Write(pad(b))
	return new(big.Int).SetBytes(h.Sum(nil))
}

// sessionKey derives the 16 bytes that sign the proof: HKDF (RFC 5869) with salt pad(u) and one block.
func sessionKey(u, s *big.Int) []byte {
	extract := hmac.New(sha256.New, pad(u))
	extract.Write(pad(s))
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write([]byte("Caldera Derived Key\x01"))
	return expand.Sum(nil)[:16]
}

// prove signs what both sides know of the exchange.
func prove(key []byte, poolName, userID string, secretBlock []byte, timestamp string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(poolName + userID))
	m.Write(secretBlock)
	m.Write([]byte(timestamp))
	return m.Sum(nil)
}

// timestampLayout is how TIMESTAMP is written: English names, the day without a zero in front.
const timestampLayout = "Mon Jan 2 15:04:05 UTC 2006"

// FormatTimestamp writes a TIMESTAMP.
func FormatTimestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// ParseTimestamp reads a TIMESTAMP, and refuses every other way of writing the same moment: a padded day, another week day.
func ParseTimestamp(s string) (time.Time, error) {
	t, err := time.Parse(timestampLayout, s)
	if err != nil || t.Format(timestampLayout) != s {
		return time.Time{}, ErrRefused
	}
	return t, nil
}
