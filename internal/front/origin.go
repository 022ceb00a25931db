package front

import (
	"net/http"
	"net/netip"
	"regexp"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// forwardedFor walks X-Forwarded-For from its end, where the nearest proxy wrote, to the first address that is no trusted proxy.
func forwardedFor(r *http.Request, peer netip.Addr, trusts func(netip.Addr) bool) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := peer
	for i := len(hops) - 1; i >= 0 && trusts(client); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = a.Unmap()
	}
	return client
}

// forwardedSecure reports whether the trusted proxy says that the client came over TLS. Beside a second value, which may be the client's own, it says nothing.
func forwardedSecure(r *http.Request) bool {
	v := r.Header.Values("X-Forwarded-Proto")
	return len(v) == 1 && v[0] == "https"
}

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)

// IsRegion reports whether s has the shape of an AWS region's name.
func IsRegion(s string) bool { return len(s) <= 32 && regionName.MatchString(s) }

// regionOfHost gives the region in a host name of the form SERVICE.REGION.… ; empty when there is none.
func regionOfHost(host string) string {
	labels := strings.SplitN(caller.Fold(host), ".", 3)
	if len(labels) == 3 && IsRegion(labels[1]) {
		return labels[1]
	}
	return ""
}

// isGlobal reports whether a host name is the one of STS in no Region. Every other endpoint, under whatever name an operator gives it, is regional.
func isGlobal(host string) bool {
	name, _, _ := strings.Cut(caller.Fold(host), ":")
	return strings.TrimSuffix(name, ".") == "sts.amazonaws.com"
}

// homeRegion gives the Region that a service without Regions is in, whatever Region a client signs for: policies that ask for it mean the service's, and
// not the client's choice. It is empty for all others
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion).
func homeRegion(service string) string {
	switch service {
	case "iam", "organizations":
		return "us-east-1"
	}
	return ""
}
