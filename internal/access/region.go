package access

import "github.com/mayfly-id/mayfly/sigv4"

// enabledByDefault reports whether a Region needs no enabling by an account: those that AWS opened before 20 March 2019. A scope that names no Region
// (aws-global) is that of a global service (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
func enabledByDefault(region string) bool {
	switch region {
	case "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
		"eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1",
		"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global":
		return true
	}
	return false
}

// goodIn reports whether a session token is good in the Region that a request is signed for. Version 1 tokens, those of the global endpoint, are good in
// the Regions that are enabled by default (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
func goodIn(defaultRegions bool, s sigv4.Scope) bool {
	return !defaultRegions || enabledByDefault(s.Region)
}
