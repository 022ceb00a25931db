package vault

import (
	"crypto/rand"
	"io"
)

// random is where keys and nonces come from, when nothing else is given.
func random(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}
