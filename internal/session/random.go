package session

import (
	"fmt"
	"io"
)

const (
	upperDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"                                 // 32: access key ids are base32
	letters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" // 64, without '/' and '+', which trip clients
)

// randomText draws n characters of an alphabet whose size is a power of two, so that none is likelier than another.
func randomText(random io.Reader, prefix, alphabet string, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("session: randomness: %w", err)
	}
	for i := range b {
		b[i] = alphabet[int(b[i])&(len(alphabet)-1)]
	}
	return prefix + string(b), nil
}
