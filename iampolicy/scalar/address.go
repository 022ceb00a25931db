package scalar

import (
	"net/netip"
	"strings"
)

// ParsePrefix reads an IPv4 or IPv6 address or CIDR range; an address alone is a range of one. Bits behind the prefix are ignored.
// IPv4 written as IPv6 (::ffff:192.0.2.1) is IPv4, or a range over one family would miss the other spelling of the same host.
func ParsePrefix(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		addr, ok := ParseAddress(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), true
}

// ParseAddress reads one address; zones have no meaning beyond one host and are refused.
func ParseAddress(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return netip.Addr{}, false
	}
	return addr.Unmap(), true
}
