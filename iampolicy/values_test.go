package iampolicy

import (
	"testing"
	"time"
)

func TestParseInstant(t *testing.T) {
	at := func(s string) instant {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return instant{v.Unix(), v.Nanosecond()}
	}
	tests := map[string]instant{
		"2020":                           at("2020-01-01T00:00:00Z"),
		"2020-05":                        at("2020-05-01T00:00:00Z"),
		"2020-02-29":                     at("2020-02-29T00:00:00Z"),
		"2020-05-06T07:08Z":              at("2020-05-06T07:08:00Z"),
		"2020-05-06T07:08:09Z":           at("2020-05-06T07:08:09Z"),
		"2020-05-06t07:08:09z":           at("2020-05-06T07:08:09Z"),
		"2020-05-06T07:08:09":            at("2020-05-06T07:08:09Z"),
		"2020-05-06T07:08:09.5+01:30":    at("2020-05-06T05:38:09.5Z"),
		"2020-05-06T07:08:09.123456789Z": at("2020-05-06T07:08:09.123456789Z"),
		"2020-05-06T07:08-05":            at("2020-05-06T12:08:00Z"),
		"0":                              {},
		"123":                            {123, 0},
		"1577836800":                     {1577836800, 0},
		"9223372036854775807":            {9223372036854775807, 0},
	}
	for s, want := range tests {
		if got, ok := parseInstant(s); !ok || got != want {
			t.Errorf("%s: %v, %t; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "x", "9223372036854775808", "-1", "1.5", "20-05", "2020-5", "2020-13", "2020-02-30", "2020-05-06T", "2020-05T07:08Z", "2020-05-06 07:08Z",
		"2020-05-06T07Z", "2020-05-06T24:00Z", "2020-05-06T07:60Z", "2020-05-06T07-08Z", "2020-05-06T07:08:60Z", "2020-05-06T07:08-09Z", "2020-05-06T07:08:09:10Z",
		"2020-05-06T07:08.5Z", "2020-05-06T07:08:09.Z", "2020-05-06T07:08:09.1234567890Z", "2020-05-06T07:08:09.xZ", "2020-05-06T07:08:09ZZ", "2020-05-06T07:08:09+1",
		"2020-05-06T07:08:09+24:00", "2020-05-06T07:08:09+01:60", "2020-05-06T07:08:09+0130", "2020-05-06T07:08:09+01:300", "2020-05-06T07:08:09Z01", "2020-05-06T07:08 09",
		"abcd", "2020-05-06TT07:08Z", "2020-05-06T07:08:09Z+01",
	} {
		if got, ok := parseInstant(s); ok {
			t.Errorf("%q accepted as %v", s, got)
		}
	}
}

func TestDecimalOrder(t *testing.T) {
	ordered := []string{"-100", "-10.5", "-10", "-0.1", "0", "0.01", "0.1", "0.10001", "1", "9", "9.9", "10", "10.01", "99999999999999999999", "100000000000000000000"}
	for i, a := range ordered {
		for j, b := range ordered {
			x, ok1 := parseDecimal(a)
			y, ok2 := parseDecimal(b)
			if !ok1 || !ok2 {
				t.Fatal(a, b)
			}
			if got, want := x.compare(y), sign(i-j); got != want {
				t.Errorf("%s to %s: %d", a, b, got)
			}
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b:c\n", true}, {"?", "", false}, {"?", "a", true}, {"?", "é", true}, {"??", "é", false},
		{"a*", "a", true}, {"*a", "ba", true}, {"*a", "ab", false}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXc", false}, {"*ab", "aab", true},
		{"*a?b", "aaab", true}, {"*a?b*", "xxacbyy", true}, {"a**b", "ab", true}, {"*?", "", false}, {"*?", "x", true}, {"?*?", "x", false}, {"?*?", "xy", true},
		{"*.*.*", "a.b", false}, {"*aab*ab", "aaabaab", true}, {"abc", "abcd", false}, {"abc*", "ab", false}, {"*??b", "ab", false}, {"*?a*", "ba", true}, {"a*a", "a", false},
		{"*ab*?", "abab", true}, {"*é?", "xéy", true}, {"*a*b*?", "ab", false},
	}
	for _, tt := range tests {
		p, ok := parseTemplate(tt.pattern, true, true)
		if !ok {
			t.Fatal(tt.pattern)
		}
		if got := glob(p.units, tt.s); got != tt.want {
			t.Errorf("%q on %q: %t", tt.pattern, tt.s, got)
		}
	}
}

// TestGlobCost matches the worst patterns the caps allow against a long text; a matcher that tries every split would not return.
func TestGlobCost(t *testing.T) {
	pattern, text := "", ""
	for range maxWildcards - 2 {
		pattern += "a*"
	}
	for range 20000 {
		text += "a"
	}
	p, ok := parseTemplate(pattern+"?b", false, true)
	if !ok || glob(p.units, text) {
		t.Error("matched, or not compiled")
	}
}

func TestFold(t *testing.T) {
	if lower("abc") != "abc" || lower("aBC\u212a") != "abc\u212a" {
		t.Error(lower("aBC\u212a"))
	}
	if !equalFold("aB", "Ab") || equalFold("a", "ab") || equalFold("[", "{") {
		t.Error("equalFold")
	}
}
