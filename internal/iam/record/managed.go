package record

import (
	"strings"
	"time"
)

// AWSAccount stands in the ARNs of the policies that AWS manages.
const AWSAccount = "aws"

// day gives a time on the day when AWS made its first managed policies.
func day(hour, minute, second int) time.Time {
	return time.Date(2015, 2, 6, hour, minute, second, 0, time.UTC)
}

func managed(id, name, description, version string, created, updated time.Time, document string) *Policy {
	return &Policy{
		ID: id, Account: AWSAccount, Name: name, Path: "/", Description: description, Created: created, Updated: updated,
		Default: version, Versions: []Version{{ID: version, Document: document, Created: updated}},
	}
}

// awsManaged holds the policies that AWS manages and whose documents do not list single services, by name
// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). It is never changed.
var awsManaged = []*Policy{
	managed("ANPAIWMBCKSKIEE64ZLYK", "AdministratorAccess", "Provides full access to AWS services and resources.",
		"v1", day(18, 39, 46), day(18, 39, 46),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
	managed("ANPAI7XKCFMBPM3QQRRVQ", "IAMFullAccess", "Provides full access to IAM via the AWS Management Console.",
		"v2", day(18, 40, 0), time.Date(2019, 6, 21, 19, 40, 0, 0, time.UTC),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount",`+
			`"organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy",`+
			`"organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots",`+
			`"organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]}`),
	managed("ANPAJKSO7NDY4T57MWDSQ", "IAMReadOnlyAccess", "Provides read only access to IAM via the AWS Management Console.",
		"v4", day(18, 40, 39), time.Date(2018, 1, 25, 19, 11, 27, 0, time.UTC),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport",`+
			`"iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"],`+
			`"Resource":"*"}]}`),
	managed("ANPAJYRXTHIB4FOVS3ZXS", "PowerUserAccess",
		"Provides full access to AWS services and resources, but does not allow management of Users and groups.",
		"v5", day(18, 39, 47), time.Date(2023, 7, 6, 22, 4, 0, 0, time.UTC),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},`+
			`{"Effect":"Allow","Action":["account:GetAccountInformation","account:ListRegions",`+
			`"iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],`+
			`"Resource":"*"}]}`),
}

// Managed lists the policies that AWS manages, by name. They are shared and must not be changed.
func Managed() []*Policy { return awsManaged }

// ManagedByARN finds a policy that AWS manages; nil when there is none.
func ManagedByARN(arn string) *Policy {
	if !strings.HasPrefix(arn, "arn:aws:iam::"+AWSAccount+":") {
		return nil
	}
	for _, p := range awsManaged {
		if p.ARN() == arn {
			return p
		}
	}
	return nil
}

// ManagedByID finds a policy that AWS manages; nil when there is none.
func ManagedByID(id string) *Policy {
	for _, p := range awsManaged {
		if p.ID == id {
			return p
		}
	}
	return nil
}
