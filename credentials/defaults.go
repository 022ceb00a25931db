package credentials

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"net/http"
	"time"
)

// What stands for a clock, or a source of randomness, that is not given.

func clock(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

func random(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}

// fraction draws a number from 0 to 1, to spread load: half is as good as any where nothing can be drawn.
func fraction(r io.Reader) float64 {
	var b [8]byte
	if _, err := io.ReadFull(random(r), b[:]); err != nil {
		return 0.5
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

// httpClient follows no redirect, unless it was told how: a request that carries a password, a token or a signature is for the server it was made for, and what
// net/http knows to leave out when it goes elsewhere is the Authorization header alone.
func httpClient(c *http.Client) *http.Client {
	var own http.Client
	if c != nil {
		own = *c
	}
	if own.CheckRedirect == nil {
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &own
}
