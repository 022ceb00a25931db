// Package partition knows the parts of AWS: which Regions they have, and how their hosts are named. It looks nothing up.
package partition

import (
	"slices"
	"strings"
)

// Partition is a part of AWS with Regions, names and sign-in pages of its own.
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)
type Partition struct {
	Suffix  string // of the hosts of services
	Global  string // Region that global services are signed for
	IAM     string // host of IAM
	Signin  string // host of sign-in pages, behind a Region where they are regional
	Console string // host of the console; empty: none that is documented
	// Regional says that the federation endpoint and the console have no host for the whole partition.
	Regional bool

	prefix string // of its Regions
}

// others lists the partitions that are not the commercial one, which is what everything else belongs to.
func others() []Partition {
	return []Partition{
		{prefix: "cn-", Suffix: "amazonaws.com.cn", Global: "cn-north-1", IAM: "iam.cn-north-1.amazonaws.com.cn", Signin: "signin.amazonaws.cn", Console: "console.amazonaws.cn"},
		{prefix: "us-gov-", Suffix: "amazonaws.com", Global: "us-gov-west-1", IAM: "iam.us-gov.amazonaws.com", Signin: "signin.amazonaws-us-gov.com", Console: "console.amazonaws-us-gov.com"},
		{
			prefix: "eusc-", Suffix: "amazonaws.eu", Global: "eusc-de-east-1", IAM: "iam.eusc-de-east-1.amazonaws.eu",
			Signin: "signin.amazonaws-eusc.eu", Console: "console.amazonaws-eusc.eu", Regional: true,
		},
		{prefix: "us-iso-", Suffix: "c2s.ic.gov", Global: "us-iso-east-1", IAM: "iam.us-iso-east-1.c2s.ic.gov", Signin: "signin.c2shome.ic.gov"},
		{prefix: "us-isob-", Suffix: "sc2s.sgov.gov", Global: "us-isob-east-1", IAM: "iam.us-isob-east-1.sc2s.sgov.gov", Signin: "signin.sc2shome.sgov.gov"},
		{prefix: "us-isof-", Suffix: "csp.hci.ic.gov", Global: "us-isof-south-1", IAM: "iam.us-isof-south-1.csp.hci.ic.gov", Signin: "signin.csphome.hci.ic.gov"},
		{prefix: "eu-isoe-", Suffix: "cloud.adc-e.uk", Global: "eu-isoe-west-1", IAM: "iam.eu-isoe-west-1.cloud.adc-e.uk", Signin: "signin.csphome.adc-e.uk"},
	}
}

// Of gives the partition of a Region.
func Of(region string) Partition {
	for _, p := range others() {
		if strings.HasPrefix(region, p.prefix) {
			return p
		}
	}
	return Partition{Suffix: "amazonaws.com", Global: "us-east-1", IAM: "iam.amazonaws.com", Signin: "signin.aws.amazon.com", Console: "console.aws.amazon.com"}
}

// Commercial says that the partition is the one that most customers have, and that alone has a global endpoint of STS.
func (p Partition) Commercial() bool { return p.prefix == "" }

// Host gives the host of a service in a Region, by its endpoint prefix (https://docs.aws.amazon.com/general/latest/gr/rande.html).
func Host(service, region string) string { return service + "." + region + "." + Of(region).Suffix }

// GlobalSTS is the host of STS that has no Region. It is signed for us-east-1.
const GlobalSTS = "sts.amazonaws.com"

// LegacySTS tells whether "sts_regional_endpoints = legacy" sends a Region's requests to the global endpoint: it does where customers need not opt in, for
// sessions of the global endpoint are not taken elsewhere (https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html).
func LegacySTS(region string) bool {
	return slices.Contains([]string{
		"ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
		"sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
	}, region)
}
