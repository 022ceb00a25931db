package scalar

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestParseInstant(t *testing.T) {
	at := func(s string) Instant {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return Instant{v.Unix(), v.Nanosecond()}
	}
	tests := map[string]Instant{
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
		if got, ok := ParseInstant(s); !ok || got != want {
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
		if got, ok := ParseInstant(s); ok {
			t.Errorf("%q accepted as %v", s, got)
		}
	}
}

func TestDecimalOrder(t *testing.T) {
	ordered := []string{"-100", "-10.5", "-10", "-0.1", "0", "0.01", "0.1", "0.10001", "1", "9", "9.9", "10", "10.01", "99999999999999999999", "100000000000000000000"}
	for i, a := range ordered {
		for j, b := range ordered {
			x, ok1 := ParseDecimal(a)
			y, ok2 := ParseDecimal(b)
			if !ok1 || !ok2 {
				t.Fatal(a, b)
			}
			if got, want := x.Compare(y), sign(i-j); got != want {
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

func TestInstantOrder(t *testing.T) {
	ordered := []string{"0", "1999", "2020-05-06T07:08:09.000000001Z", "2020-05-06T07:08:09.1Z", "2020-05-06T07:08:10Z", "9223372036854775807"}
	for i, a := range ordered {
		for j, b := range ordered {
			x, ok1 := ParseInstant(a)
			y, ok2 := ParseInstant(b)
			if got, want := sign(x.Compare(y)), sign(i-j); !ok1 || !ok2 || got != want {
				t.Errorf("%s to %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestParseDecimal(t *testing.T) {
	for s, want := range map[string]Decimal{
		"0": {}, "-0.00": {}, "+1": {whole: "1"}, "007.50": {whole: "7", fraction: "5"}, "-10": {negative: true, whole: "10"},
		strings.Repeat("1", maxNumberBytes): {whole: strings.Repeat("1", maxNumberBytes)},
	} {
		if got, ok := ParseDecimal(s); !ok || got != want {
			t.Errorf("%q: %v, %t", s, got, ok)
		}
	}
	for _, s := range []string{"", "-", "+", ".", ".5", "1.", "1e3", "0x1", "--1", "+-1", "1 ", "1,0", "\u0661", "1.-5", strings.Repeat("1", maxNumberBytes+1)} {
		if got, ok := ParseDecimal(s); ok {
			t.Errorf("%q accepted as %v", s, got)
		}
	}
}

func TestParsePrefix(t *testing.T) {
	for s, want := range map[string]string{
		"203.0.113.7": "203.0.113.7/32", "203.0.113.7/24": "203.0.113.0/24", "2001:DB8::1": "2001:db8::1/128", "::ffff:203.0.113.7": "203.0.113.7/32",
		"::ffff:203.0.113.7/120": "203.0.113.0/24", "::/0": "::/0", "0.0.0.0/0": "0.0.0.0/0",
	} {
		if got, ok := ParsePrefix(s); !ok || got != netip.MustParsePrefix(want) {
			t.Errorf("%q: %v, %t", s, got, ok)
		}
	}
	for _, s := range []string{"", "x", "203.0.113", "203.0.113.7/33", "203.0.113.7/", "203.0.113.007", "fe80::1%eth0", "fe80::1%eth0/64", "2001:db8::/129", "1.2.3.4/-1", "1.2.3.4:80"} {
		if got, ok := ParsePrefix(s); ok {
			t.Errorf("%q accepted as %v", s, got)
		}
	}
}
