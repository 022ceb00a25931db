package credentials

import (
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/internal/partition"
)

var errRegion = errors.New("credentials: the Region is none: it has lower-case letters, digits and hyphens")

// own gives the base URL of a service where the client was given one.
func (c *Client) own(prefix string) string {
	return strings.TrimSuffix(first(c.Endpoints[prefix], c.Endpoint), "/")
}

// endpoint gives the base URL of a service by its endpoint prefix, and the Region that requests are signed for there. A Region that is none is not made part of a
// host: it would be one of somebody's choice.
func (c *Client) endpoint(prefix string) (base, region string, err error) {
	if own := c.own(prefix); own != "" {
		return own, c.Region, nil
	}
	if !hostLabel(c.Region) {
		return "", "", errRegion
	}
	switch {
	case prefix == signinPrefix:
		return "https://" + c.Region + "." + partition.Of(c.Region).Signin, c.Region, nil
	case prefix == stsPrefix && c.GlobalSTS && partition.LegacySTS(c.Region):
		return "https://" + partition.GlobalSTS, partition.Of(c.Region).Global, nil
	}
	return "https://" + partition.Host(prefix, c.Region), c.Region, nil
}

func hostLabel(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
