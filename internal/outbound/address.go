package outbound

import "net/netip"

// metadata are the addresses where clouds have their metadata services, which give away the host's own credentials: link-local ones, and those that
// AWS and Google, Alibaba and Azure have elsewhere. They are never part of a wider range that is allowed.
func metadata() []netip.Prefix {
	texts := [...]string{"169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/32", "100.100.100.200/32", "168.63.129.16/32"}
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// translated is the well-known prefix of addresses that stand for IPv4 addresses (RFC 6052 section 2.1).
func translated() netip.Prefix { return netip.MustParsePrefix("64:ff9b::/96") }

// special are the IPv4 blocks, and the blocks within global unicast of IPv6, that are not public, and Azure's own address among those that are
// (https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry).
func special() []netip.Prefix {
	texts := [...]string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"168.63.129.16/32",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	}
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// rules say which addresses may be reached.
type rules struct {
	allow    []netip.Prefix
	special  []netip.Prefix
	metadata []netip.Prefix
	unicast  netip.Prefix // the public part of IPv6
}

func newRules(allow []netip.Prefix) rules {
	r := rules{special: special(), metadata: metadata(), unicast: netip.MustParsePrefix("2000::/3")}
	for _, p := range allow {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 { // addresses are compared as IPv4
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		r.allow = append(r.allow, p.Masked())
	}
	return r
}

// public tells whether an address is one of the internet's: unicast, and not of a block with a special meaning.
func (r *rules) public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || a.Is6() && !r.unicast.Contains(a) {
		return false
	}
	return !within(a, r.special)
}

// allowed tells whether the operator allows an address. What no connection can mean is never allowed; a metadata service only by a range
// that lies within its own; an address that stands for an IPv4 one only when that one may be reached too.
func (r *rules) allowed(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
		return false
	}
	for _, block := range r.metadata {
		if block.Contains(a) {
			return r.allowedWithin(a, block)
		}
	}
	if t := translated(); t.Contains(a) {
		b := a.As16()
		v4 := netip.AddrFrom4([4]byte(b[12:]))
		return r.allowedWithin(a, t) && (r.public(v4) || r.allowed(v4))
	}
	return within(a, r.allow)
}

// allowedWithin tells whether a range that lies in a block allows an address of it.
func (r *rules) allowedWithin(a netip.Addr, block netip.Prefix) bool {
	for _, p := range r.allow {
		if p.Contains(a) && p.Bits() >= block.Bits() {
			return true
		}
	}
	return false
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// may tells whether a connection to an address may be made. Without TLS only what the operator allows may be reached.
func (r *rules) may(a netip.Addr, tls bool) bool {
	return r.allowed(a) || tls && r.public(a)
}
