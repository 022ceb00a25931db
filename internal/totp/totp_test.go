package totp_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/totp"
)

// TestCode checks the SHA-1 values of RFC 6238 appendix B; six digits are the last of its eight.
func TestCode(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totp.Code([]byte("12345678901234567890"), totp.Step(time.Unix(at, 0))); string(got[:]) != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 20, 40).Draw(t, "seed")
		step := rapid.Int64Range(100, 1<<40).Draw(t, "step")
		code := totp.Code(seed, step)
		before, after := rapid.Int64Range(0, 5).Draw(t, "before"), rapid.Int64Range(0, 5).Draw(t, "after")
		got := totp.Match(seed, string(code[:]), step-before, step+after)
		if c := totp.Code(seed, got); got < step || got > step+after || c != code {
			t.Fatalf("the code of step %d is found at %d", step, got)
		}
		wrong := code
		wrong[rapid.IntRange(0, 5).Draw(t, "digit")] ^= 1
		if got := totp.Match(seed, string(wrong[:]), step-before, step+after); got != 0 {
			if c := totp.Code(seed, got); c != wrong {
				t.Fatalf("%s is found at %d, whose code is %s", wrong, got, c)
			}
		}
		if got := totp.Match(seed, string(code[:5]), step-5, step+5); got != 0 {
			t.Fatalf("five digits are found at %d", got)
		}
	})
}

func TestMatchPair(t *testing.T) {
	seed := []byte("12345678901234567890")
	code := func(step int64) string { c := totp.Code(seed, step); return string(c[:]) }
	const now = 57_000_000
	for name, tt := range map[string]struct {
		one, two string
		want     int64
	}{
		"in order":      {code(now - 1), code(now), now},
		"first in span": {code(now - 11), code(now - 10), now - 10},
		"last in span":  {code(now + 9), code(now + 10), now + 10},
		"before it":     {code(now - 12), code(now - 11), 0},
		"after it":      {code(now + 10), code(now + 11), 0},
		"twice":         {code(now), code(now), 0},
		"reversed":      {code(now), code(now - 1), 0},
		"not adjacent":  {code(now - 2), code(now), 0},
		"second wrong":  {code(now - 1), "abcdef", 0},
		"first wrong":   {"abcdef", code(now), 0},
		"empty":         {"", "", 0},
	} {
		if got := totp.MatchPair(seed, tt.one, tt.two, now-10, now+10); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestText(t *testing.T) {
	if got := totp.Text([]byte("12345678901234567890")); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Error(got)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add([]byte("12345678901234567890"), "287082", int64(1))
	f.Add([]byte{}, "", int64(0))
	f.Fuzz(func(t *testing.T, seed []byte, code string, step int64) {
		step &= 1<<40 - 1
		got := totp.Match(seed, code, step, step+3)
		if got == 0 {
			return
		}
		if c := totp.Code(seed, got); string(c[:]) != code || got < step || got > step+3 {
			t.Fatalf("%q is found at %d of %s", code, got, fmt.Sprint(step))
		}
	})
}
