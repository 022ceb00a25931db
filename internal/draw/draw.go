// Package draw draws the ids and secrets of all services from a source that the caller names: UUIDs, and texts of an alphabet in which no character is
// likelier than another.
//
// It keeps nothing and knows no format but these two.
package draw

import (
	"encoding/hex"
	"fmt"
	"io"
)

// Alphabets of ids and secrets.
const (
	Digits       = "0123456789"
	LowerDigits  = "abcdefghijklmnopqrstuvwxyz0123456789"
	Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	URLSafe      = Alphanumeric + "-_"
	Base32       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// Text draws n characters of an alphabet of at most 256. Bytes that would favour some characters are thrown away.
func Text(source io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, n+n/4+1)
	for len(out) < n {
		if _, err := io.ReadFull(source, buf); err != nil {
			return "", fmt.Errorf("randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

// UUID draws a UUID of version 4 (RFC 9562 section 5.4).
func UUID(source io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(source, b[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	return FormatUUID(b), nil
}

// FormatUUID writes 16 random bytes as a UUID of version 4.
func FormatUUID(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var t [36]byte
	hex.Encode(t[0:8], b[0:4])
	hex.Encode(t[9:13], b[4:6])
	hex.Encode(t[14:18], b[6:8])
	hex.Encode(t[19:23], b[8:10])
	hex.Encode(t[24:36], b[10:16])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return string(t[:])
}
