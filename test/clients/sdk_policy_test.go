package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
)

// decisions are policies of the user robot, and whether they let them read the user robot and the user other.
var decisions = []struct {
	name, statements string
	self, other      bool
}{
	{"nothing", `{"Effect":"Allow","Action":"sts:*","Resource":"*"}`, false, false},
	{"everything", `{"Effect":"Allow","Action":"*","Resource":"*"}`, true, true},
	{"case of actions", `{"Effect":"Allow","Action":"IAM:getuser","Resource":"*"}`, true, true},
	{"wildcards", `{"Effect":"Allow","Action":"iam:G?tU*r","Resource":"arn:aws:iam::*:user/r*t"}`, true, false},
	{"deny wins", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/other"}`, true, false},
	{"NotAction", `{"Effect":"Allow","NotAction":"iam:GetUser","Resource":"*"}`, false, false},
	{"deny NotAction", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":["iam:Get*","sts:*"],"Resource":"*"}`, true, true},
	{"NotResource", `{"Effect":"Allow","Action":"iam:GetUser","NotResource":"arn:aws:iam::*:user/other"}`, true, false},
	{"variable", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}`, true, false},
	{"address", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}}`, true, true},
	{"other address", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`, false, false},
	{"plain HTTP", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, false, false},
	{"time", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`, true, true},
	{"time past", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`, false, false},
	{"tag of the resource", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}`, false, true},
	{"absent key", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}`, false, false},
	{"absent key, IfExists", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEqualsIfExists":{"aws:PrincipalTag/team":"blue"}}}`, true, true},
	{"no token", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"Null":{"aws:TokenIssueTime":"true"}}}`, true, true},
	{"region", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringLike":{"aws:RequestedRegion":"us-*"}}}`, true, true},
	{"principal", `{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/rob?t"}}}`, true, true},
}

// TestSDKDecisions changes one user's policy again and again: each is in force with the very next call.
func TestSDKDecisions(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	robot(t, root, "other", "")
	user := f.sdk(t, robot(t, root, "robot", ""))
	must[*iam.TagUserOutput](t)(root.iam.TagUser(t.Context(), &iam.TagUserInput{UserName: aws.String("other"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}}}))
	for _, d := range decisions {
		t.Run(d.name, func(t *testing.T) {
			document := `{"Version":"2012-10-17","Statement":[` + d.statements + `]}`
			must[*iam.PutUserPolicyOutput](t)(root.iam.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
				UserName: aws.String("robot"), PolicyName: aws.String("own"), PolicyDocument: &document,
			}))
			for name, want := range map[string]bool{"robot": d.self, "other": d.other} {
				if got := reads(t, user, name); got != want {
					t.Errorf("may read %s: %t, want %t", name, got, want)
				}
			}
		})
	}
}

// reads reports whether the user may read another. Anything but a yes or AccessDenied fails the test.
func reads(t *testing.T, c *sdk, name string) bool {
	t.Helper()
	_, err := c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: &name})
	var e smithy.APIError
	switch {
	case err == nil:
		return true
	case errors.As(err, &e) && e.ErrorCode() == "AccessDenied" && strings.Contains(e.ErrorMessage(), "iam:GetUser"):
		return false
	}
	t.Fatal(err)
	return false
}
