package credentials

import (
	"crypto/rand"
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
