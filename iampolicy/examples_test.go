package iampolicy_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// example is a request to a policy of the kinds the IAM User Guide shows under "Example IAM identity-based policies" and in its chapter
// on policy evaluation.
type example struct {
	action, resource string
	context          iampolicy.MapContext
	want             string
}

func testExample(t *testing.T, document string, examples []example) {
	t.Helper()
	p := must(t, iampolicy.IdentityPolicy, document)
	for _, tt := range examples {
		r := &iampolicy.Request{Action: tt.action, Resource: tt.resource, Principal: caller("user"), ResourceAccount: home, Context: tt.context}
		if got := outcome(iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{Policy: p}}}, r)); got != tt.want {
			t.Errorf("%s on %s with %v: %s, want %s", tt.action, tt.resource, tt.context, got, tt.want)
		}
	}
}

const (
	granted = "allow"
	denied  = "explicit identity-based"
	silence = "implicit identity-based"
)

func values(pairs ...string) iampolicy.MapContext {
	m := iampolicy.MapContext{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = append(m[pairs[i]], pairs[i+1])
	}
	return m
}

func TestExampleDateRange(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"app:Act","Resource":"*","Condition":{
		"DateGreaterThan":{"aws:CurrentTime":"2020-04-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}}}`, []example{
		{"app:Act", "*", values("aws:currenttime", "2020-05-15T12:00:00Z"), granted},
		{"app:Act", "*", values("aws:currenttime", "2020-04-01T00:00:00Z"), silence},
		{"app:Act", "*", values("aws:currenttime", "2020-06-30T23:59:59Z"), silence},
		{"app:Act", "*", values("aws:currenttime", "2019-05-15T12:00:00Z"), silence},
		{"app:Act", "*", nil, silence},
	})
}

func TestExampleRegion(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"OneRegion","Effect":"Allow","Action":["account:EnableRegion","account:DisableRegion"],"Resource":"*","Condition":{"StringEquals":{"account:TargetRegion":"ap-east-1"}}},
		{"Sid":"Look","Effect":"Allow","Action":["account:ListRegions"],"Resource":"*"}]}`, []example{
		{"account:EnableRegion", "*", values("account:targetregion", "ap-east-1"), granted},
		{"account:DisableRegion", "*", values("account:targetregion", "eu-south-1"), silence},
		{"account:EnableRegion", "*", nil, silence},
		{"account:ListRegions", "*", nil, granted},
	})
}

func TestExampleOutsideRegions(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Sid":"Elsewhere","Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}}]}`, []example{
		{"ec2:RunInstances", "*", values("aws:requestedregion", "eu-west-1"), granted},
		{"ec2:RunInstances", "*", values("aws:requestedregion", "us-east-1"), denied},
		{"ec2:RunInstances", "*", nil, denied},
		{"iam:ListUsers", "*", values("aws:requestedregion", "us-east-1"), granted},
	})
}

// TestExampleOwnCredentials lets users manage their own credentials, and everything else only once signed in with a second factor.
func TestExampleOwnCredentials(t *testing.T) {
	own, foreign := "arn:aws:iam::"+home+":user/ann", "arn:aws:iam::"+home+":user/bob"
	mfa := func(v string) iampolicy.MapContext {
		return values("aws:username", "ann", "aws:multifactorauthpresent", v)
	}
	testExample(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"Look","Effect":"Allow","Action":["iam:GetAccountPasswordPolicy","iam:ListVirtualMFADevices"],"Resource":"*"},
		{"Sid":"Password","Effect":"Allow","Action":["iam:ChangePassword","iam:GetUser"],"Resource":"arn:aws:iam::*:user/${aws:username}"},
		{"Sid":"Keys","Effect":"Allow","Action":"iam:*AccessKey*","Resource":"arn:aws:iam::*:user/${aws:username}"},
		{"Sid":"Device","Effect":"Allow","Action":"iam:CreateVirtualMFADevice","Resource":"arn:aws:iam::*:mfa/*"},
		{"Sid":"Factor","Effect":"Deny","NotAction":["iam:CreateVirtualMFADevice","iam:ListVirtualMFADevices","iam:ChangePassword","sts:GetSessionToken"],"Resource":"*",
			"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`, []example{
		{"iam:CreateAccessKey", own, mfa("true"), granted},
		{"iam:CreateAccessKey", own, mfa("false"), denied},
		{"iam:CreateAccessKey", own, values("aws:username", "ann"), denied},
		{"iam:CreateAccessKey", foreign, mfa("true"), silence},
		{"iam:ChangePassword", own, mfa("false"), granted},
		{"iam:ChangePassword", foreign, mfa("true"), silence},
		{"iam:CreateVirtualMFADevice", "arn:aws:iam::" + home + ":mfa/phone", mfa("false"), granted},
		{"iam:GetAccountPasswordPolicy", "*", mfa("true"), granted},
		// A user named "*" is one user.
		{"iam:CreateAccessKey", foreign, values("aws:username", "*", "aws:multifactorauthpresent", "true"), silence},
	})
}

func TestExampleSecondFactor(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:*"],"Resource":"*"},
		{"Effect":"Deny","Action":["ec2:StopInstances","ec2:TerminateInstances"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":false}}},
		{"Effect":"Deny","Action":"ec2:TerminateInstances","Resource":"*","Condition":{"NumericGreaterThan":{"aws:MultiFactorAuthAge":"3600"}}}]}`, []example{
		{"ec2:RunInstances", "*", nil, granted},
		{"ec2:StopInstances", "*", nil, denied},
		{"ec2:StopInstances", "*", values("aws:multifactorauthpresent", "false"), denied},
		{"ec2:StopInstances", "*", values("aws:multifactorauthpresent", "true"), granted},
		{"ec2:TerminateInstances", "*", values("aws:multifactorauthpresent", "true", "aws:multifactorauthage", "3600"), granted},
		{"ec2:TerminateInstances", "*", values("aws:multifactorauthpresent", "true", "aws:multifactorauthage", "3601"), denied},
		{"ec2:TerminateInstances", "*", values("aws:multifactorauthpresent", "true", "aws:multifactorauthage", "an hour"), denied},
	})
}

func TestExampleHomeFolder(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::docs","Condition":{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}},
		{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::docs/home/${aws:username}","arn:aws:s3:::docs/home/${aws:username}/*"]}]}`, []example{
		{"s3:ListBucket", "arn:aws:s3:::docs", values("aws:username", "ann", "s3:prefix", ""), granted},
		{"s3:ListBucket", "arn:aws:s3:::docs", values("aws:username", "ann", "s3:prefix", "home/ann/x"), granted},
		{"s3:ListBucket", "arn:aws:s3:::docs", values("aws:username", "ann", "s3:prefix", "home/bob/"), silence},
		{"s3:GetObject", "arn:aws:s3:::docs/home/ann/a/b", values("aws:username", "ann"), granted},
		{"s3:GetObject", "arn:aws:s3:::docs/home/annette/b", values("aws:username", "ann"), silence},
		{"s3:GetObject", "arn:aws:s3:::docs/home/ann/a/b", nil, silence},
	})
}

// TestExampleLogsDenied is the guide's walk-through: a bucket policy and a user policy allow, the user policy denies whatever is a log.
func TestExampleLogsDenied(t *testing.T) {
	user := must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":[
		{"Sid":"Own","Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::ann/*","arn:aws:s3:::ann"]},
		{"Sid":"Logs","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*log*"}]}`)
	bucket := must(t, iampolicy.ResourcePolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+home+`:user/ann"},
		"Action":"s3:*","Resource":["arn:aws:s3:::*"]}}`)
	for resource, want := range map[string]string{"arn:aws:s3:::ann/k": granted, "arn:aws:s3:::ann-logs/k": denied, "arn:aws:s3:::shared/k": granted} {
		s := &iampolicy.Set{Identity: []iampolicy.Named{{Policy: user}}, Resource: &iampolicy.Named{Policy: bucket}}
		r := &iampolicy.Request{Action: "s3:PutObject", Resource: resource, Principal: caller("user"), ResourceAccount: home}
		if got := outcome(iampolicy.Evaluate(s, r)); got != want {
			t.Errorf("%s: %s, want %s", resource, got, want)
		}
	}
}

func TestExampleTagKeys(t *testing.T) {
	testExample(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:TagUser","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team","stage"]},"Null":{"aws:TagKeys":"false"}}},
		{"Effect":"Deny","Action":"iam:TagUser","Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":"secret-*"}}}]}`, []example{
		{"iam:TagUser", "*", values("aws:tagkeys", "team", "aws:tagkeys", "stage"), granted},
		{"iam:TagUser", "*", values("aws:tagkeys", "team", "aws:tagkeys", "color"), silence},
		{"iam:TagUser", "*", values("aws:tagkeys", "team", "aws:tagkeys", "secret-x"), denied},
		{"iam:TagUser", "*", nil, silence},
		{"iam:TagUser", "*", values("aws:tagkeys", ""), silence},
	})
}

// TestExampleCognitoTrust is the trust policy an identity pool asks for.
func TestExampleCognitoTrust(t *testing.T) {
	trust := must(t, iampolicy.TrustPolicy, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},
		"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:pool"},
		"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}}]}`)
	for want, ctx := range map[string]iampolicy.MapContext{
		"allow":                   values("cognito-identity.amazonaws.com:aud", "eu-west-1:pool", "cognito-identity.amazonaws.com:amr", "authenticated", "cognito-identity.amazonaws.com:amr", "login"),
		"implicit resource-based": values("cognito-identity.amazonaws.com:aud", "eu-west-1:pool", "cognito-identity.amazonaws.com:amr", "unauthenticated"),
	} {
		r := &iampolicy.Request{Action: "sts:AssumeRoleWithWebIdentity", Resource: roleARN, ResourceAccount: home, Context: ctx,
			Principal: iampolicy.Principal{Type: iampolicy.WebIdentity, Federated: "cognito-identity.amazonaws.com"}}
		if got := outcome(iampolicy.Evaluate(&iampolicy.Set{ResourceKind: iampolicy.RoleTrust, Resource: &iampolicy.Named{Policy: trust}}, r)); got != want {
			t.Errorf("%v: %s", ctx, got)
		}
	}
}
