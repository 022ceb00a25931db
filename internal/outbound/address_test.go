package outbound

import (
	"net/netip"
	"testing"
)

func TestAddresses(t *testing.T) {
	loopback, ten := netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16")
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	for _, c := range []struct {
		address string
		allow   []netip.Prefix
		tls     bool
		want    bool
	}{
		{"93.184.216.34", nil, true, true},
		{"2606:2800:220:1::1", nil, true, true},
		{"::ffff:93.184.216.34", nil, true, true},
		{"93.184.216.34", nil, false, false}, // a public address needs TLS
		{"2606:2800:220:1::1", nil, false, false},
		{"93.184.216.34", everything, false, true},

		{"127.0.0.1", nil, true, false},
		{"127.255.255.254", nil, true, false},
		{"::1", nil, true, false},
		{"::ffff:127.0.0.1", nil, true, false},
		{"0.0.0.0", nil, true, false},
		{"::", nil, true, false},
		{"10.0.0.1", nil, true, false},
		{"172.16.0.1", nil, true, false},
		{"172.31.255.255", nil, true, false},
		{"172.32.0.1", nil, true, true},
		{"192.168.1.1", nil, true, false},
		{"100.64.0.1", nil, true, false},
		{"100.127.255.255", nil, true, false},
		{"169.254.169.254", nil, true, false},
		{"::ffff:169.254.169.254", nil, true, false},
		{"192.0.0.192", nil, true, false},
		{"198.18.0.1", nil, true, false},
		{"224.0.0.1", nil, true, false},
		{"240.0.0.1", nil, true, false},
		{"255.255.255.255", nil, true, false},
		{"fe80::1", nil, true, false},
		{"fd00:ec2::254", nil, true, false},
		{"fec0::1", nil, true, false},
		{"ff02::1", nil, true, false},
		{"64:ff9b::a9fe:a9fe", nil, true, false},
		{"64:ff9b::5db8:d822", nil, true, false},
		{"64:ff9b:1::1", nil, true, false},
		{"2002:7f00:1::", nil, true, false},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", nil, true, false},
		{"2001:db8::1", nil, true, false},
		{"::127.0.0.1", nil, true, false},
		{"100::1", nil, true, false},
		{"2606:2800:220:1::1%eth0", nil, true, false},

		{"127.0.0.1", []netip.Prefix{loopback}, false, true},
		{"::ffff:127.0.0.1", []netip.Prefix{loopback}, true, true},
		{"127.0.0.1", []netip.Prefix{netip.MustParsePrefix("::ffff:127.0.0.0/104")}, true, true},
		{"10.1.2.3", []netip.Prefix{ten}, true, true},
		{"10.2.2.3", []netip.Prefix{ten}, true, false},
		{"::1", []netip.Prefix{loopback}, true, false},

		{"0.0.0.0", everything, true, false},
		{"::", everything, true, false},
		{"224.0.0.1", everything, true, false},
		{"ff02::1", everything, true, false},
		{"169.254.169.254", everything, true, false},
		{"169.254.169.254", []netip.Prefix{netip.MustParsePrefix("169.254.169.254/32")}, false, true},
		{"fe80::1", everything, true, false},
		{"fd00:ec2::254", everything, true, false},
		{"fd00:ec2::254", []netip.Prefix{netip.MustParsePrefix("fc00::/7")}, false, false},
		{"fd00:ec2::254", []netip.Prefix{netip.MustParsePrefix("fd00:ec2::254/128")}, false, true},
		{"fd20:ce::254", []netip.Prefix{netip.MustParsePrefix("fd00::/8")}, false, false},
		{"fd00:ec3::1", []netip.Prefix{netip.MustParsePrefix("fd00::/8")}, false, true},
		{"100.100.100.200", []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10")}, false, false},
		{"100.100.100.201", []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10")}, false, true},
		{"168.63.129.16", nil, true, false},
		{"168.63.129.16", everything, false, false},
		{"168.63.129.17", nil, true, true},
		{"64:ff9b::a9fe:a9fe", everything, true, false},
		{"64:ff9b::5db8:d822", []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96")}, true, true},
		{"64:ff9b::a00:1", []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96")}, true, false},
	} {
		r := newRules(c.allow)
		if got := r.may(netip.MustParseAddr(c.address), c.tls); got != c.want {
			t.Errorf("%s with %v, TLS %v: %v", c.address, c.allow, c.tls, got)
		}
	}
	r := newRules(everything)
	if r.may(netip.Addr{}, true) {
		t.Error("no address may be reached")
	}
}

// FuzzAddresses checks the rules against what net/netip says of addresses: nothing that it calls special is public, an IPv4 address and its
// mapped form are one, and whatever may be reached without TLS is what the operator allows.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "2606::1", "64:ff9b::1", "fe80::1%1"} {
		b, err := netip.MustParseAddr(s).MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	none, private := newRules(nil), newRules([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")})
	f.Fuzz(func(t *testing.T, b []byte) {
		var a netip.Addr
		if a.UnmarshalBinary(b) != nil {
			return
		}
		plain := a.Unmap()
		special := !plain.IsGlobalUnicast() || plain.IsPrivate() || plain.Zone() != ""
		if none.may(a, true) && special {
			t.Errorf("%s may be reached", a)
		}
		if none.may(a, false) {
			t.Errorf("%s may be reached without TLS", a)
		}
		if plain.Is4() {
			mapped := netip.AddrFrom16(plain.As16())
			if none.may(mapped, true) != none.may(plain, true) || private.may(mapped, true) != private.may(plain, true) {
				t.Errorf("%s and its mapped form differ", plain)
			}
		}
		if private.may(a, false) && !plain.IsPrivate() {
			t.Errorf("%s may be reached without TLS", a)
		}
	})
}
