package keep

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"time"
)

// mostEarly is how long before their end credentials are renewed at most. Those that live for less than an hour are renewed in the last quarter of their life.
const mostEarly = 15 * time.Minute

// renewAt says when something that lives from issued to expires is renewed. share, from 0 to 1, spreads those who have the same credentials over a fifth of the
// time that is left then, so that they do not all come at once.
func renewAt(issued, expires time.Time, share float64) time.Time {
	early := min(mostEarly, expires.Sub(issued)/4)
	return expires.Add(-early).Add(time.Duration(share * float64(early/5)))
}

// Fraction draws a number from 0 to 1, to spread load: half is as good as any where nothing can be drawn.
func Fraction(r io.Reader) float64 {
	var b [8]byte
	if r == nil {
		r = rand.Reader
	}
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0.5
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}
