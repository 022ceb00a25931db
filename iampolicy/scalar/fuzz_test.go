package scalar

import (
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// FuzzInstant: what is accepted is the same moment when written in RFC 3339.
func FuzzInstant(f *testing.F) {
	for _, seed := range []string{"2020", "2020-05", "2020-02-29", "2020-05-06T07:08Z", "2020-05-06t07:08:09.5+01:30", "1577836800"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i, ok := ParseInstant(s)
		if _, err := time.Parse(time.RFC3339, s); err == nil && !ok && len(s) <= len("2006-01-02T15:04:05.123456789+00:00") && strings.Count(s, ",") == 0 {
			t.Fatalf("%q refused", s)
		}
		if !ok || i.second < -62135596800 || i.second > 253402300799 {
			return
		}
		written := time.Unix(i.second, int64(i.nanosecond)).UTC().Format(time.RFC3339Nano)
		if again, ok := ParseInstant(written); !ok || again != i {
			t.Fatalf("%q is %v, written %q is %v", s, i, written, again)
		}
	})
}

// FuzzDecimal compares order with exact rational numbers.
func FuzzDecimal(f *testing.F) {
	f.Add("-1.50", "007")
	f.Add("0", "-0.0")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, ok1 := ParseDecimal(a)
		y, ok2 := ParseDecimal(b)
		if !ok1 || !ok2 {
			return
		}
		p, ok1 := new(big.Rat).SetString(a)
		q, ok2 := new(big.Rat).SetString(b)
		if !ok1 || !ok2 || p.Cmp(q) != x.Compare(y) {
			t.Fatalf("%q to %q is %d", a, b, x.Compare(y))
		}
	})
}

// FuzzPrefix: a range holds its own address in either spelling of IPv4.
func FuzzPrefix(f *testing.F) {
	f.Add("203.0.113.0/24")
	f.Add("::ffff:203.0.113.0/120")
	f.Add("2001:db8::1")
	f.Fuzz(func(t *testing.T, s string) {
		prefix, ok := ParsePrefix(s)
		if !ok {
			return
		}
		addr, err := netip.ParseAddr(strings.Split(s, "/")[0])
		if err != nil {
			t.Fatal(err)
		}
		again, ok := ParseAddress(addr.String())
		if bits := prefix.Bits(); !ok || !prefix.IsValid() || !prefix.Contains(again) && !(addr.Is4In6() && !prefix.Addr().Is4() && bits < 96) {
			t.Fatalf("%q is %v and does not hold %v", s, prefix, again)
		}
	})
}
