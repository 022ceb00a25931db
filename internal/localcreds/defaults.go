package localcreds

import (
	"crypto/rand"
	"io"
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
