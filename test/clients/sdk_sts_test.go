package clients

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

type (
	gciOut    = sts.GetCallerIdentityOutput
	presigned = v4.PresignedHTTPRequest
)

// robot makes an IAM user with an access key that may do what the policy says.
func robot(t *testing.T, root *sdk, name, policy string) keys {
	t.Helper()
	must[*iam.CreateUserOutput](t)(root.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}))
	if policy != "" {
		must[*iam.PutUserPolicyOutput](t)(root.iam.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("own"), PolicyDocument: &policy}))
	}
	k := must[*iam.CreateAccessKeyOutput](t)(root.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})).AccessKey
	return keys{id: *k.AccessKeyId, secret: *k.SecretAccessKey}
}

// role makes a role and gives its ARN.
func role(t *testing.T, root *sdk, name, trust, policy string) string {
	t.Helper()
	arn := must[*iam.CreateRoleOutput](t)(root.iam.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: &name, AssumeRolePolicyDocument: &trust, MaxSessionDuration: aws.Int32(43200),
	})).Role.Arn
	if policy != "" {
		must[*iam.PutRolePolicyOutput](t)(root.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("own"), PolicyDocument: &policy}))
	}
	return *arn
}

func allow(action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + action + `,"Resource":"` + resource + `"}]}`
}

func trust(principal, action, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":` + action + `,"Condition":` + condition + `}]}`
}

// TestSDKAssumeRole walks through trust, external id, session policies, source identity and chaining.
func TestSDKAssumeRole(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	user := f.sdk(t, robot(t, root, "robot", ""))
	other := f.sdk(t, robot(t, root, "other", allow(`"iam:*"`, "*")))
	arn := role(t, root, "partner", trust("arn:aws:iam::"+f.Account+":user/robot", `["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]`,
		`{"StringEquals":{"sts:ExternalId":"contract-7"}}`), allow(`["iam:ListUsers","iam:GetUser","sts:AssumeRole"]`, "*"))
	in := sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("visit"), ExternalId: aws.String("contract-7")}

	out := must[*sts.AssumeRoleOutput](t)(user.sts.AssumeRole(ctx, &in))
	want := "arn:aws:sts::" + f.Account + ":assumed-role/partner/visit"
	if *out.AssumedRoleUser.Arn != want || !strings.HasSuffix(*out.AssumedRoleUser.AssumedRoleId, ":visit") {
		t.Errorf("the assumed role is %s, want %s", *out.AssumedRoleUser.Arn, want)
	}
	partner := f.sdk(t, fromSTS(out.Credentials))
	if who := must[*gciOut](t)(partner.sts.GetCallerIdentity(ctx, nil)); *who.Arn != want {
		t.Errorf("the caller is %s, want %s", *who.Arn, want)
	}
	must[*iam.ListUsersOutput](t)(partner.iam.ListUsers(ctx, nil))

	without := in
	without.ExternalId = nil
	_, err := user.sts.AssumeRole(ctx, &without)
	wantCode(t, err, "AccessDenied", "sts:AssumeRole")
	_, err = other.sts.AssumeRole(ctx, &in)
	wantCode(t, err, "AccessDenied", "sts:AssumeRole")
	_, err = root.sts.AssumeRole(ctx, &in)
	wantCode(t, err, "AccessDenied", "")

	narrowed := in
	narrowed.Policy = aws.String(allow(`["iam:GetUser","iam:CreateUser"]`, "*"))
	narrowed.SourceIdentity = aws.String("ada")
	got := must[*sts.AssumeRoleOutput](t)(user.sts.AssumeRole(ctx, &narrowed))
	packed := aws.ToInt32(got.PackedPolicySize) //lint:ignore SA1019 the service model has no other member for it
	if aws.ToString(got.SourceIdentity) != "ada" || packed < 1 {
		t.Errorf("source identity %q, packed size %d", aws.ToString(got.SourceIdentity), packed)
	}
	narrow := f.sdk(t, fromSTS(got.Credentials))
	must[*iam.GetUserOutput](t)(narrow.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("robot")}))
	_, err = narrow.iam.ListUsers(ctx, nil)
	wantCode(t, err, "AccessDenied", "iam:ListUsers")
	_, err = narrow.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("more")})
	wantCode(t, err, "AccessDenied", "iam:CreateUser")

	bad := in
	bad.Policy = aws.String(`{"Statement":[]`)
	_, err = user.sts.AssumeRole(ctx, &bad)
	wantError[*types.MalformedPolicyDocumentException](t, err, "")
}

// TestSDKRoleChain assumes one role from another: an hour at most, transitive tags and the source identity kept.
func TestSDKRoleChain(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	const all = `["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]`
	user := f.sdk(t, robot(t, root, "robot", ""))
	first := role(t, root, "first", trust("arn:aws:iam::"+f.Account+":user/robot", all, "{}"), allow(`"sts:*"`, "*"))
	second := role(t, root, "second", trust(first, all, `{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:SourceIdentity":"ada"}}`), allow(`"iam:ListRoles"`, "*"))

	provider := stscreds.NewAssumeRoleProvider(user.sts, first, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration, o.SourceIdentity = "one", 12*time.Hour, aws.String("ada")
		o.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}}
		o.TransitiveTagKeys = []string{"team"}
	})
	k := must[aws.Credentials](t)(provider.Retrieve(t.Context()))
	if left := time.Until(k.Expires); left < 11*time.Hour {
		t.Errorf("the first session lives for %s, want twelve hours", left)
	}
	one := f.sdkWith(t, aws.NewCredentialsCache(provider))
	in := &sts.AssumeRoleInput{RoleArn: &second, RoleSessionName: aws.String("two")}
	two := f.sdk(t, fromSTS(must[*sts.AssumeRoleOutput](t)(one.sts.AssumeRole(t.Context(), in)).Credentials))
	must[*iam.ListRolesOutput](t)(two.iam.ListRoles(t.Context(), nil))
	_, err := two.iam.ListUsers(t.Context(), nil)
	wantCode(t, err, "AccessDenied", "iam:ListUsers")

	in.DurationSeconds = aws.Int32(3601)
	_, err = one.sts.AssumeRole(t.Context(), in)
	wantCode(t, err, "ValidationError", "role chaining")
	in.DurationSeconds = nil
	in.SourceIdentity = aws.String("eve")
	if _, err = one.sts.AssumeRole(t.Context(), in); err == nil {
		t.Error("the source identity was changed on the way")
	}
	_, err = user.sts.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &second, RoleSessionName: aws.String("two")})
	wantCode(t, err, "AccessDenied", "sts:AssumeRole")
}

// TestSDKRegions reaches STS under its global and its regional names.
func TestSDKRegions(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, c := range []struct{ host, region string }{
		{"sts.amazonaws.com", "us-east-1"}, {"sts.eu-west-1.amazonaws.com", "eu-west-1"}, {"sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
	} {
		s := f.sdk(t, f.root(), named(f, c.host), config.WithRegion(c.region))
		if who := must[*gciOut](t)(s.sts.GetCallerIdentity(t.Context(), nil)); *who.Account != f.Account {
			t.Errorf("%s: the account is %s", c.host, *who.Account)
		}
		must[*sts.GetSessionTokenOutput](t)(s.sts.GetSessionToken(t.Context(), nil))
	}
	s := f.sdk(t, f.root(), named(f, "sts.eu-west-1.amazonaws.com"), config.WithRegion("us-east-1"))
	_, err := s.sts.GetCallerIdentity(t.Context(), nil)
	wantCode(t, err, "SignatureDoesNotMatch", "valid region")
}

// TestSDKPresigned asks who it is with nothing but a link.
func TestSDKPresigned(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	session := f.sdk(t, fromSTS(must[*sts.GetSessionTokenOutput](t)(root.sts.GetSessionToken(t.Context(), nil)).Credentials))
	for what, c := range map[string]*sdk{"a long-term key": root, "a session": session} {
		link := must[*presigned](t)(sts.NewPresignClient(c.sts).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})).URL
		status, body := follow(t, link)
		var v struct {
			Arn string `xml:"GetCallerIdentityResult>Arn"`
		}
		if err := xml.Unmarshal(body, &v); err != nil || status != http.StatusOK || v.Arn != "arn:aws:iam::"+f.Account+":root" {
			t.Errorf("%s: the link got %d, arn %q, %v", what, status, v.Arn, err)
		}
		if status, body := follow(t, link+"&more=1"); status != http.StatusForbidden || !strings.Contains(string(body), "<Code>SignatureDoesNotMatch</Code>") {
			t.Errorf("%s: a longer link got %d %s", what, status, body)
		}
		if status, _ := follow(t, strings.Replace(link, "GetCallerIdentity", "GetSessionToken", 1)); status != http.StatusForbidden {
			t.Errorf("%s: a link for another action got %d", what, status)
		}
	}
}

func follow(t *testing.T, link string) (int, []byte) {
	t.Helper()
	r, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode, must[[]byte](t)(io.ReadAll(r.Body))
}
