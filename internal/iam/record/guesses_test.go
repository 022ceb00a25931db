package record

import (
	"testing"
	"time"
)

func TestGuesses(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var g Guesses
	for i, want := range []time.Duration{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600} {
		if g.Locked(now) {
			t.Errorf("guess %d is not judged after the wait", i+1)
		}
		g.Fail(now)
		want *= time.Second
		if want > 0 && (!g.Locked(now.Add(want-1)) || g.Locked(now.Add(want))) || want == 0 && g.Locked(now) {
			t.Errorf("after %d failures: until %s, want %s", i+1, g.LockedUntil.Sub(now), want)
		}
		now = now.Add(want)
	}
	if g.Forgive(); g != (Guesses{}) {
		t.Errorf("forgiven: %+v", g)
	}
}
