package provider

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
)

// issuerName gives the name of an issuer's provider: its URL without the scheme. The URL has a host in lower case and a path, and neither query,
// fragment nor user; it is https, but on this machine itself where that is allowed.
func (s *Service) issuerName(text string) (name string, plain, ok bool) {
	if len(text) > 255 {
		return "", false, false
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Opaque != "" || !host(u.Host) || !path(u.EscapedPath()) || u.String() != text {
		return "", false, false
	}
	name = u.Host + u.EscapedPath()
	switch {
	case text == "https://"+name:
		return name, false, true
	case text == "http://"+name:
		return name, true, s.loopback && local(u.Hostname())
	}
	return "", false, false // such as one with a query
}

// host admits what a policy can name, with letters in lower case, so that one issuer has one name.
func host(s string) bool {
	return s != "" && s[0] != ':' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") == ""
}

// path admits printable ASCII without what has a meaning in policies.
func path(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < '!' || c > '~' || c == '*' || c == '?' || c == '$' {
			return false
		}
	}
	return !strings.Contains(s, "//")
}

func local(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// badURL is AWS's answer to a URL that no provider can have.
func badURL() error { return edge.ValidationError.New("Invalid Open ID Connect Provider URL") }

// Quotas (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const (
	mostOIDC        = 100
	mostClientIDs   = 100
	mostThumbprints = 5
	mostSAML        = 100
)

// thumbprints holds a list of thumbprints against its rules: at most five, each 40 hexadecimal digits. None is as good as any: see the guide.
func thumbprints(list []string) ([]string, error) {
	if len(list) > mostThumbprints {
		return nil, iamapi.InvalidInputException.New("Thumbprint list must contain fewer than 5 entries.")
	}
	for _, t := range list {
		if strings.Trim(t, "0123456789abcdefABCDEF") != "" {
			return nil, iamapi.InvalidInputException.New("Thumbprint must be a hexadecimal string of 40 characters.")
		}
	}
	return list, nil
}
