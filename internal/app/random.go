package app

import (
	"encoding/hex"
	"fmt"
	"io"
)

// uuid draws a random UUID (RFC 9562 version 4).
func uuid(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// pick draws n characters of an alphabet, each equally likely: bytes beyond the last whole multiple are drawn again.
func pick(random io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, 2*n)
	for len(out) < n {
		if _, err := io.ReadFull(random, buf); err != nil {
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

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// digits draws a number of n digits whose first is not 0.
func digits(random io.Reader, n int) (string, error) {
	first, err := pick(random, "123456789", 1)
	if err != nil {
		return "", err
	}
	rest, err := pick(random, "0123456789", n-1)
	return first + rest, err
}
