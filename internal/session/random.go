package session

import (
	"fmt"
	"io"
)

// letters are the characters of a temporary secret: 64, without '/' and '+', which trip clients.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// randomText draws n characters of an alphabet whose size is a power of two, so that none is likelier than another.
func randomText(random io.Reader, alphabet string, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("session: randomness: %w", err)
	}
	for i := range b {
		b[i] = alphabet[int(b[i])&(len(alphabet)-1)]
	}
	return string(b), nil
}
