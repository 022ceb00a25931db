package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/iampolicy/lint"
)

const (
	provider = "arn:aws:iam::111122223333:oidc-provider/"
	github   = "token.actions.githubusercontent.com"
)

func options() lint.Options {
	return lint.Options{Actions: map[string][]string{"iam": {"CreateUser", "GetUser"}, "sts": {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}}}
}

// codes writes findings as severity, code and path.
func codes(list []lint.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, string(f.Severity)+" "+f.Code+" "+f.Path)
	}
	return out
}

// allow is an identity policy of one Allow with more elements, deny one of one Deny.
func allow(more string) string { return statement("Allow", more) }

func deny(more string) string { return statement("Deny", more) }

func statement(effect, more string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `",` + more + `}}`
}

func condition(block string) string {
	return allow(`"Action":"s3:GetObject","Resource":"*","Condition":` + block)
}

// web is a trust policy for a provider of tokens, github that for GitHub with the right audience.
func web(issuer, conditions string) string {
	return allow(`"Principal":{"Federated":"` + provider + issuer + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{` + conditions + `}`)
}

func hub(subject string) string {
	return web(github, `"StringEquals":{"`+github+`:aud":"sts.amazonaws.com"},`+subject)
}

func TestLint(t *testing.T) {
	const condAt = "Statement[0].Condition."
	for _, c := range []struct {
		name     string
		kind     lint.Kind
		document string
		want     []string
	}{
		{"good", lint.Identity, allow(`"Action":["iam:GetUser","s3:Anything"],"Resource":"arn:aws:iam::111122223333:user/${aws:username}"`), nil},
		{"refused", lint.Identity, `{`, []string{"error INVALID_POLICY "}},
		{"no version", lint.Identity, `{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}`, []string{"error INVALID_POLICY Version"}},
		{"empty actions", lint.Identity, allow(`"Action":[],"Resource":"*"`), []string{"error INVALID_POLICY Statement[0]"}},
		{"a resource policy without version", lint.Resource, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}`,
			[]string{"warning MISSING_VERSION Version", "error VARIABLE_UNSUPPORTED_IN_VERSION Statement[0].Resource[0]"}},

		{"unknown action", lint.Identity, allow(`"Action":["IAM:createuser","iam:Get*","iam:CreateUsers","iam:Drop*","iam:PassRol?","other:X"],"Resource":"arn:aws:iam::111122223333:role/x"`),
			[]string{"error INVALID_ACTION Statement[0].Action[2]", "error INVALID_ACTION Statement[0].Action[3]"}},
		{"unknown exception", lint.Identity, deny(`"NotAction":["iam:Nothing"],"Resource":"*"`), []string{"error INVALID_ACTION Statement[0].NotAction[0]"}},
		{"wildcard for the service", lint.Identity, deny(`"Action":"*:Get*","Resource":"*"`), []string{"suggestion WILDCARD_IN_SERVICE_NAME Statement[0].Action[0]"}},
		{"redundant action", lint.Identity, allow(`"Action":["s3:Get*","S3:GetObject","s3:Put","s3:put"],"Resource":"*"`),
			[]string{"suggestion REDUNDANT_ACTION Statement[0].Action[1]", "suggestion REDUNDANT_ACTION Statement[0].Action[3]"}},
		{"redundant resource", lint.Identity, allow(`"Action":"s3:Get","Resource":["arn:aws:s3:::a/b","arn:aws:s3:::a/*"]`), []string{"suggestion REDUNDANT_RESOURCE Statement[0].Resource[0]"}},
		{"redundant statement", lint.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"},
			{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}`, []string{"suggestion REDUNDANT_STATEMENT Statement[0]"}},
		{"twice the same", lint.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:A","Resource":"*"},{"Effect":"Allow","Action":"s3:A","Resource":"*"}]}`,
			[]string{"suggestion REDUNDANT_STATEMENT Statement[1]"}},
		{"conditions differ", lint.Identity, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}},{"Effect":"Allow","Action":"s3:A","Resource":"*"}]}`, nil},
		{"NotAction", lint.Identity, allow(`"NotAction":"iam:CreateUser","Resource":"*"`), []string{"warning ALLOW_WITH_NOT_ACTION Statement[0].NotAction"}},
		{"NotAction of a service control policy", lint.ServiceControl, allow(`"NotAction":"iam:CreateUser","Resource":"*"`), nil},
		{"NotAction in a Deny", lint.Identity, deny(`"NotAction":"iam:CreateUser","Resource":"*"`), nil},
		{"NotResource", lint.Session, allow(`"Action":"s3:*","NotResource":"arn:aws:s3:::a"`), []string{"warning ALLOW_WITH_NOT_RESOURCE Statement[0].NotResource"}},

		{"PassRole", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"*"`), []string{"warning PASS_ROLE_WITH_STAR_IN_RESOURCE Statement[0].Resource"}},
		{"PassRole by a short pattern", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"arn:aws:iam"`), []string{"warning PASS_ROLE_WITH_STAR_IN_RESOURCE Statement[0].Resource"}},
		{"redundant beside a short pattern", lint.Identity, allow(`"Action":"s3:Get","Resource":["arn:aws:s3:::a/b","arn:aws:s3"]`), []string{"suggestion REDUNDANT_RESOURCE Statement[0].Resource[0]"}},
		{"short ARN", lint.Identity, condition(`{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*","*","arn:aws:iam::1:${aws:a}","${aws:PrincipalArn}","arn:aws:iam"]}}`),
			[]string{"warning SHORT_ARN_PATTERN " + condAt + "ArnLike.aws:PrincipalArn", "warning SHORT_ARN_PATTERN " + condAt + "ArnLike.aws:PrincipalArn"}},
		{"PassRole by pattern", lint.Identity, allow(`"Action":"iam:*","Resource":"arn:aws:iam::*:role/*"`), []string{"warning PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE Statement[0].Resource"}},
		{"PassRole but", lint.Identity, allow(`"Action":"iam:PassRole","NotResource":"arn:aws:iam::111122223333:role/x"`),
			[]string{"warning PASS_ROLE_WITH_NOT_RESOURCE Statement[0].NotResource", "warning ALLOW_WITH_NOT_RESOURCE Statement[0].NotResource"}},
		{"PassRole by pattern but", lint.Identity, allow(`"Action":"*","NotResource":"arn:aws:iam::111122223333:role/x"`),
			[]string{"warning PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE Statement[0].NotResource", "warning ALLOW_WITH_NOT_RESOURCE Statement[0].NotResource"}},
		{"PassRole of one role", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/x"`), nil},
		{"PassRole for one service", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`), nil},
		{"PassRole for one service or none", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"*","Condition":{"StringEqualsIfExists":{"iam:PassedToService":"ec2.amazonaws.com"}}`),
			[]string{"warning PASS_ROLE_WITH_STAR_IN_RESOURCE Statement[0].Resource"}},

		{"unknown key", lint.Identity, condition(`{"StringEquals":{"aws:UserNam":"x","s3:whatever":"y"}}`), []string{"error INVALID_GLOBAL_CONDITION_KEY " + condAt + "StringEquals.aws:UserNam"}},
		{"tags", lint.Identity, condition(`{"StringEquals":{"aws:PrincipalTag/Team":"x","aws:RequestTag/A":"b","aws:ResourceTag/":"y"}}`), []string{"error INVALID_GLOBAL_CONDITION_KEY " + condAt + "StringEquals.aws:ResourceTag/"}},
		{"type", lint.Identity, condition(`{"NumericEquals":{"aws:username":"1"},"IpAddress":{"aws:SourceArn":"203.0.113.1"},"DateLessThan":{"aws:CurrentTime":"2030-01-01","aws:EpochTime":"2030"},"NumericLessThan":{"aws:EpochTime":"1","aws:MultiFactorAuthAge":"2"}}`),
			[]string{"error TYPE_MISMATCH " + condAt + "NumericEquals.aws:username", "error TYPE_MISMATCH " + condAt + "IpAddress.aws:SourceArn"}},
		{"type as text", lint.Identity, condition(`{"StringEquals":{"aws:SecureTransport":"true","aws:PrincipalArn":"arn:aws:iam::111122223333:role/x"},"Null":{"aws:SourceIp":"false"}}`),
			[]string{"warning TYPE_MISMATCH " + condAt + "StringEquals.aws:SecureTransport"}},
		{"several values", lint.Identity, condition(`{"StringEquals":{"aws:TagKeys":"a"}}`), []string{"error MISSING_QUALIFIER " + condAt + "StringEquals.aws:TagKeys"}},
		{"one value", lint.Identity, condition(`{"ForAllValues:StringEquals":{"aws:username":"a"}}`), []string{"warning FORALLVALUES_WITH_SINGLE_VALUED_KEY " + condAt + "ForAllValues:StringEquals.aws:username"}},
		{"ForAllValues", lint.Identity, condition(`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}`), []string{"warning FORALLVALUES_WITHOUT_NULL_CHECK " + condAt + "ForAllValues:StringEquals.aws:TagKeys"}},
		{"ForAllValues, checked", lint.Identity, condition(`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"AWS:tagkeys":false}}`), nil},
		{"ForAllValues, checked the wrong way", lint.Identity, condition(`{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:TagKeys":true}}`),
			[]string{"warning FORALLVALUES_WITHOUT_NULL_CHECK " + condAt + "ForAllValues:StringEquals.aws:TagKeys"}},
		{"ForAllValues in a Deny", lint.Identity, deny(`"Action":"s3:GetObject","Resource":"*","Condition":{"ForAllValues:StringNotEquals":{"aws:TagKeys":"a"}}`), nil},
		{"wildcard", lint.Identity, condition(`{"StringEquals":{"aws:username":["a*","${*}"]},"StringLike":{"aws:userid":"a*"}}`), []string{"warning WILDCARD_WITHOUT_LIKE_OPERATOR " + condAt + "StringEquals.aws:username"}},
		{"address", lint.Identity, condition(`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.7/24","192.168.0.1","203.0.113.9"],"aws:VpcSourceIp":"10.0.0.0/8"}}`),
			[]string{"warning PRIVATE_IP_ADDRESS " + condAt + "IpAddress.aws:SourceIp", "suggestion IMPROVE_IP_RANGE " + condAt + "IpAddress.aws:SourceIp", "warning PRIVATE_IP_ADDRESS " + condAt + "IpAddress.aws:SourceIp"}},
		{"no values", lint.Identity, condition(`{"StringEquals":{"aws:username":[]}}`), []string{"warning EMPTY_ARRAY_CONDITION " + condAt + "StringEquals.aws:username"}},
		{"no keys", lint.Identity, condition(`{"StringEquals":{}}`), []string{"suggestion EMPTY_OBJECT_CONDITION " + condAt + "StringEquals"}},
		{"no operators", lint.Identity, condition(`{}`), []string{"suggestion EMPTY_OBJECT_CONDITION Statement[0].Condition"}},
		{"second factor", lint.Identity, deny(`"Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`), []string{"warning MFA_DENY_WITHOUT_IF_EXISTS " + condAt + "Bool.aws:MultiFactorAuthPresent"}},
		{"second factor, well", lint.Identity, deny(`"Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`), nil},
		{"second factor for those who have", lint.Identity, condition(`{"BoolIfExists":{"aws:MultiFactorAuthPresent":true}}`), []string{"warning MFA_ALLOW_WITH_IF_EXISTS " + condAt + "BoolIfExists.aws:MultiFactorAuthPresent"}},

		{"everybody", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject"`), []string{"warning PUBLIC_ACCESS Statement[0].Principal"}},
		{"everybody of an organization", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), nil},
		{"everybody, loosely", lint.Resource, allow(`"Principal":{"AWS":"*"},"Action":"s3:GetObject","Condition":{"StringLike":{"aws:PrincipalArn":"*"},"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}`),
			[]string{"warning PUBLIC_ACCESS Statement[0].Principal.AWS"}},
		{"everybody, from everywhere", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject","Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/0"]}}`),
			[]string{"warning PUBLIC_ACCESS Statement[0].Principal"}},
		{"everybody, from somewhere", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`), nil},
		{"everybody in any organization", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject","Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`),
			[]string{"warning PUBLIC_ACCESS Statement[0].Principal"}},
		{"everybody in any account", lint.Resource, allow(`"Principal":"*","Action":"s3:GetObject","Condition":{"StringLike":{"aws:PrincipalAccount":"1*"}}`),
			[]string{"warning PUBLIC_ACCESS Statement[0].Principal"}},
		{"role of any account", lint.Trust, allow(`"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ci"}}`),
			[]string{"error TRUST_ANYONE Statement[0].Principal.AWS"}},
		{"roles of an account", lint.Trust, allow(`"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci-*"}}`), nil},
		{"PassRole for any service", lint.Identity, allow(`"Action":"iam:PassRole","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":"*"}}`),
			[]string{"warning PASS_ROLE_WITH_STAR_IN_RESOURCE Statement[0].Resource"}},
		{"audience of anybody", lint.Trust, web("x.example.com", `"StringLike":{"x.example.com:aud":"*"},"StringEquals":{"x.example.com:sub":"me"}`),
			[]string{"warning MISSING_AUDIENCE Statement[0].Principal.Federated"}},
		{"PassRole of no role", lint.Identity, allow(`"Action":"iam:*","NotResource":"arn:aws:iam::*:role/*"`), []string{"warning ALLOW_WITH_NOT_RESOURCE Statement[0].NotResource"}},
		{"nobody", lint.Resource, allow(`"Principal":{"AWS":[],"Service":"jobs.example.com"},"Action":"s3:GetObject"`), []string{"suggestion EMPTY_ARRAY_PRINCIPAL Statement[0].Principal.AWS"}},
		{"denied to everybody", lint.Resource, deny(`"Principal":"*","Action":"s3:GetObject"`), nil},
		{"role for everybody", lint.Trust, allow(`"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"`), []string{"error TRUST_ANYONE Statement[0].Principal.AWS"}},
		{"role for an account", lint.Trust, allow(`"Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession"]`), nil},
		{"wrong action for a user", lint.Trust, allow(`"Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRoleWithSAML"`), []string{"error MISMATCHED_ACTION_FOR_PRINCIPAL Statement[0].Principal.AWS"}},
		{"wrong action for a token", lint.Trust, allow(`"Principal":{"Federated":"` + provider + `x.example.com"},"Action":"sts:AssumeRole"`), []string{"error MISMATCHED_ACTION_FOR_PRINCIPAL Statement[0].Principal.Federated"}},
		{"assertion", lint.Trust, allow(`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/idp"},"Action":"sts:AssumeRoleWithSAML"`), []string{"suggestion MISSING_AUDIENCE Statement[0].Principal.Federated"}},
		{"assertion, well", lint.Trust, allow(`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/idp"},"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`), nil},

		{"GitHub", lint.Trust, web(github, `"Bool":{"aws:SecureTransport":"true"}`), []string{"warning MISSING_AUDIENCE Statement[0].Principal.Federated", "error MISSING_SUBJECT Statement[0].Principal.Federated"}},
		{"GitHub, one repository", lint.Trust, hub(`"StringLike":{"` + github + `:sub":"repo:acme/app:*"}`), nil},
		{"GitHub, by its number", lint.Trust, hub(`"StringEqualsIgnoreCase":{"` + github + `:repository_owner_id":"17"}`), nil},
		{"GitHub, any repository", lint.Trust, hub(`"StringLike":{"` + github + `:sub":["repo:acme/app:*","repo:*"]}`), []string{"error SUBJECT_TOO_WIDE Statement[0].Principal.Federated"}},
		{"GitHub, any owner that begins so", lint.Trust, hub(`"StringLike":{"` + github + `:sub":"repo:acme*/app:*"}`), []string{"error SUBJECT_TOO_WIDE Statement[0].Principal.Federated"}},
		{"GitHub, if it says", lint.Trust, hub(`"StringLikeIfExists":{"` + github + `:sub":"repo:acme/app:*"}`), []string{"error MISSING_SUBJECT Statement[0].Principal.Federated"}},
		{"GitHub, not one", lint.Trust, hub(`"StringNotLike":{"` + github + `:sub":"repo:acme/app:*"}`), []string{"error MISSING_SUBJECT Statement[0].Principal.Federated"}},
		{"cluster", lint.Trust, web("oidc.eks.eu-west-1.amazonaws.com/id/A1", `"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/A1:aud":"sts.amazonaws.com"}`), []string{"warning MISSING_SUBJECT Statement[0].Principal.Federated"}},
		{"cluster, one account", lint.Trust, web("oidc.eks.eu-west-1.amazonaws.com/id/A1", `"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/A1:aud":"sts.amazonaws.com"},"StringLike":{"oidc.eks.eu-west-1.amazonaws.com/id/A1:sub":"system:serviceaccount:prod:*"}`), nil},
		{"cluster, any", lint.Trust, web("oidc.eks.eu-west-1.amazonaws.com/id/A1", `"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/A1:aud":"sts.amazonaws.com"},"StringLike":{"oidc.eks.eu-west-1.amazonaws.com/id/A1:sub":"*"}`),
			[]string{"warning SUBJECT_TOO_WIDE Statement[0].Principal.Federated"}},
		{"identity pool", lint.Trust, allow(`"Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:x"}}`),
			[]string{"suggestion MISSING_AMR Statement[0].Principal.Federated"}},
		{"identity pool, well", lint.Trust, allow(`"Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:x"},
			"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}`), nil},
		{"audience as a list", lint.Trust, web("x.example.com", `"ForAnyValue:StringEquals":{"x.example.com:aud":"me"},"StringEquals":{"x.example.com:sub":"me"}`),
			[]string{"error FORANYVALUE_AUDIENCE_CLAIM_TYPE " + condAt + "ForAnyValue:StringEquals.x.example.com:aud"}},
	} {
		got := lint.Lint([]byte(c.document), c.kind, options())
		if diff := cmp.Diff(c.want, codes(got)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		for _, f := range got {
			if f.Message == "" {
				t.Errorf("%s: %s says nothing", c.name, f.Code)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for kind, want := range map[lint.Kind]string{
		lint.Identity: "", lint.ServiceControl: "", lint.Resource: "", lint.Trust: "warning POLICY_SIZE_EXCEEDS_TRUST_POLICY_QUOTA ", lint.Session: "warning POLICY_SIZE_EXCEEDS_SESSION_POLICY_QUOTA ",
	} {
		more := `"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("a", 2000) + `"`
		switch kind {
		case lint.Trust:
			more = `"Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"` + strings.Repeat("a", 2000) + `"}}`
		case lint.Resource:
			more = `"Principal":{"AWS":"111122223333"},` + more
		}
		if got := strings.Join(codes(lint.Lint([]byte(allow(more)), kind, options())), ","); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
	long := allow(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("a", 6200) + `"`)
	if got := codes(lint.Lint([]byte(long), lint.Identity, options())); len(got) != 1 || got[0] != "warning POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA " {
		t.Error(got)
	}
}

// TestRefusedSaysWhy holds the one finding about a refused document to place and reason.
func TestRefusedSaysWhy(t *testing.T) {
	got := lint.Lint([]byte(allow(`"Action":"GetObject","Resource":"*"`)), lint.Identity, options())
	want := []lint.Finding{{Severity: lint.Error, Code: "INVALID_POLICY", Path: "Statement[0].Action[0]",
		Message: "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (an action is written <service>:<action>)"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzRedundant takes what is called redundant out: the policy must decide as before.
func FuzzRedundant(f *testing.F) {
	f.Add("s3:Get*", "s3:GetObject", "s3:?et*", "s3:GetObject")
	f.Add("a:*b*", "a:?b", "a:**", "a:xbx")
	f.Fuzz(func(t *testing.T, first, second, third, action string) {
		list := []string{first, second, third}
		read := func(list []string) *iampolicy.Policy {
			p, err := iampolicy.Parse([]byte(allow(`"Action":["`+strings.Join(list, `","`)+`"],"Resource":"*"`)), iampolicy.IdentityPolicy)
			if err != nil {
				return nil
			}
			return p
		}
		whole := read(list)
		if whole == nil || len(whole.Elements()[0].Actions) != 3 {
			return
		}
		var kept []string
		redundant := map[string]bool{}
		for _, f := range lint.Lint([]byte(whole.String()), lint.Identity, lint.Options{}) {
			redundant[f.Path] = redundant[f.Path] || f.Code == "REDUNDANT_ACTION"
		}
		for i, a := range list {
			if !redundant["Statement[0].Action["+string(rune('0'+i))+"]"] {
				kept = append(kept, a)
			}
		}
		part := read(kept)
		decide := func(p *iampolicy.Policy) bool {
			return iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{Policy: p}}}, &iampolicy.Request{Action: action, Resource: "*",
				Principal: iampolicy.Principal{Type: iampolicy.User, Account: "111122223333"}, ResourceAccount: "111122223333"}).Allowed
		}
		if part == nil || decide(whole) != decide(part) {
			t.Fatalf("%q without what is redundant is %q, and decides another way about %q", list, kept, action)
		}
	})
}

// FuzzLint holds findings to paths of the document and to the severities there are.
func FuzzLint(f *testing.F) {
	f.Add(hub(`"StringLike":{"`+github+`:sub":"repo:*"}`), uint8(2))
	f.Add(allow(`"NotAction":"iam:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.1/8"}}`), uint8(0))
	f.Fuzz(func(t *testing.T, document string, k uint8) {
		kind := lint.Kinds()[int(k)%len(lint.Kinds())]
		for _, found := range lint.Lint([]byte(document), kind, options()) {
			if found.Code == "" || found.Message == "" || found.Severity != lint.Error && found.Severity != lint.Warning && found.Severity != lint.Suggestion {
				t.Fatalf("%+v", found)
			}
		}
	})
}
