package userpool

import (
	"encoding/hex"
	"fmt"
	"io"
)

// Alphabets of identifiers.
const (
	lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	alphanum    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// Lengths of identifiers, as Cognito has them.
const (
	poolIDLength   = 9
	clientIDLength = 26
	secretLength   = 52
)

// pick gives n characters of an alphabet of at most 256, each equally likely: bytes that would favour some are thrown away.
func pick(random io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, 2*n)
	for len(out) < n {
		if _, err := io.ReadFull(random, buf); err != nil {
			return "", fmt.Errorf("userpool: randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

// newSub gives a version 4 UUID (RFC 9562 section 5.4).
func newSub(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("userpool: randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
