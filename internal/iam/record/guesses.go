package record

import "time"

// How wrong guesses at a secret are slowed down: after a few, each further one doubles the wait, up to an hour. Nothing but a right guess, or whoever
// sets the secret anew, forgets them: so a code of six digits, of which three count at a time, stands against years of trying.
const (
	freeGuesses = 5
	longestWait = time.Hour
)

// Guesses counts the wrong guesses at a secret since the last right one.
type Guesses struct {
	Failures    int       `json:"failures,omitempty"`
	LockedUntil time.Time `json:"lockedUntil,omitzero"`
}

// Locked reports whether no guess is judged now.
func (g *Guesses) Locked(now time.Time) bool { return now.Before(g.LockedUntil) }

// Fail counts one more wrong guess.
func (g *Guesses) Fail(now time.Time) {
	g.Failures++
	if n := g.Failures - freeGuesses; n >= 0 {
		wait := longestWait
		if n < 12 { // 2^12 s is above the longest
			wait = min(time.Second<<n, longestWait)
		}
		g.LockedUntil = now.Add(wait)
	}
}

// Forgive forgets the wrong guesses.
func (g *Guesses) Forgive() { *g = Guesses{} }
