package credentials

import (
	"errors"
	"strings"
)

// partition is a part of AWS with Regions, names and sign-in pages of its own.
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)
type partition struct {
	prefix  string // of its Regions
	suffix  string // of the hosts of services
	global  string // Region that global services are signed for
	iam     string // host of IAM
	signin  string // host of sign-in pages, behind a Region where they are regional
	console string // host of the console; empty: none that is documented
	// regional says that the federation endpoint and the console have no host for the whole partition.
	regional bool
}

// partitions lists those that are not the commercial one, which is what everything else belongs to.
func partitions() []partition {
	return []partition{
		{prefix: "cn-", suffix: "amazonaws.com.cn", global: "cn-north-1", iam: "iam.cn-north-1.amazonaws.com.cn", signin: "signin.amazonaws.cn", console: "console.amazonaws.cn"},
		{prefix: "us-gov-", suffix: "amazonaws.com", global: "us-gov-west-1", iam: "iam.us-gov.amazonaws.com", signin: "signin.amazonaws-us-gov.com", console: "console.amazonaws-us-gov.com"},
		{
			prefix: "eusc-", suffix: "amazonaws.eu", global: "eusc-de-east-1", iam: "iam.eusc-de-east-1.amazonaws.eu",
			signin: "signin.amazonaws-eusc.eu", console: "console.amazonaws-eusc.eu", regional: true,
		},
		{prefix: "us-iso-", suffix: "c2s.ic.gov", global: "us-iso-east-1", iam: "iam.us-iso-east-1.c2s.ic.gov", signin: "signin.c2shome.ic.gov"},
		{prefix: "us-isob-", suffix: "sc2s.sgov.gov", global: "us-isob-east-1", iam: "iam.us-isob-east-1.sc2s.sgov.gov", signin: "signin.sc2shome.sgov.gov"},
		{prefix: "us-isof-", suffix: "csp.hci.ic.gov", global: "us-isof-south-1", iam: "iam.us-isof-south-1.csp.hci.ic.gov", signin: "signin.csphome.hci.ic.gov"},
		{prefix: "eu-isoe-", suffix: "cloud.adc-e.uk", global: "eu-isoe-west-1", iam: "iam.eu-isoe-west-1.cloud.adc-e.uk", signin: "signin.csphome.adc-e.uk"},
	}
}

func partitionOf(region string) partition {
	for _, p := range partitions() {
		if strings.HasPrefix(region, p.prefix) {
			return p
		}
	}
	return partition{suffix: "amazonaws.com", global: "us-east-1", iam: "iam.amazonaws.com", signin: "signin.aws.amazon.com", console: "console.aws.amazon.com"}
}

var errRegion = errors.New("credentials: the Region is none: it has lower-case letters, digits and hyphens")

// own gives the base URL of a service where the client was given one.
func (c *Client) own(prefix string) string {
	return strings.TrimSuffix(first(c.Endpoints[prefix], c.Endpoint), "/")
}

// endpoint gives the base URL of a service by its endpoint prefix. A Region that is none is not made part of a host: it would be one of somebody's choice.
func (c *Client) endpoint(prefix string) (string, error) {
	if own := c.own(prefix); own != "" {
		return own, nil
	}
	if !hostLabel(c.Region) {
		return "", errRegion
	}
	p := partitionOf(c.Region)
	if prefix == signinPrefix {
		return "https://" + c.Region + "." + p.signin, nil
	}
	return "https://" + prefix + "." + c.Region + "." + p.suffix, nil
}

func hostLabel(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
