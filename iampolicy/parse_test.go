package iampolicy

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

// identityStatement, trustStatement and resourceStatement wrap the elements of one statement into a document.
func identityStatement(elements string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",` + elements + `}]}`
}

func trustStatement(elements string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + elements + `}]}`
}

func TestParseAccepts(t *testing.T) {
	statement := func(elements string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + elements + `}}`
	}
	tests := []struct {
		name     string
		grammar  Grammar
		document string
	}{
		{"statement object", IdentityPolicy, statement(`"Action":"*","Resource":"*"`)},
		{"elements in any order", IdentityPolicy, `{"Statement":[{"Resource":"*","Action":["ec2:*"],"Effect":"Deny"}],"Version":"2012-10-17"}`},
		{"session policy", SessionPolicy, statement(`"NotAction":["iam:*"],"Resource":"*"`)},
		{"id", IdentityPolicy, `{"Version":"2012-10-17","Id":"a policy","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
		{"wildcards everywhere", IdentityPolicy, statement(`"Action":["s3:?et*","*:*"],"Resource":["arn:aws:s3:::b*/?","arn:*:s3:::x","arn:aws:ec2:*"]`)},
		{"not resource", IdentityPolicy, statement(`"Action":"s3:*","NotResource":["arn:aws:s3:::a"]`)},
		{"short ARN", IdentityPolicy, statement(`"Action":"ec2:*","Resource":"arn:aws:ec2"`)},
		{"IAM resources", IdentityPolicy, statement(`"Action":"iam:*","Resource":["arn:aws:iam::123456789012:user/${aws:username}",
			"arn:aws:iam::*:role/x","arn:aws:iam::123456789012:*","arn:aws:iam::123456789012:u2f/k","arn:aws:iam::123456789012:delegation-request/*","arn:aws:iam::123456789012:root","arn:aws:iam::1:r*"]`)},
		{"other partitions", IdentityPolicy, statement(`"Action":"s3:*","Resource":["arn:aws-cn:s3:::a","arn:aws-us-gov:s3:::a","arn:aws*:s3:::a"]`)},
		{"empty condition", IdentityPolicy, identityStatement(`"Condition":{}`)},
		{"empty operator", IdentityPolicy, identityStatement(`"Condition":{"StringEquals":{}}`)},
		{"empty values", IdentityPolicy, identityStatement(`"Condition":{"StringEquals":{"aws:username":[]}}`)},
		{"scalar values", IdentityPolicy, identityStatement(`"Condition":{"NumericEquals":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":[true,"FALSE"]},
			"StringEquals":{"aws:x":[1,true,"a"]}}`)},
		{"operators in any case", IdentityPolicy, identityStatement(`"Condition":{"forallvalues:STRINGLIKEIFEXISTS":{"AWS:TagKeys":"*"}}`)},
		{"dates", IdentityPolicy, identityStatement(`"Condition":{"DateLessThan":{"aws:CurrentTime":["2020","2020-02-29","2020-01-01T00:00:00Z","1580000000"]}}`)},
		{"key of an OpenID Connect provider", TrustPolicy, trustStatement(`"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/id.example.com/realm"},
			"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],"Condition":{"StringEquals":{"id.example.com/realm:aud":"app"}}`)},
		{"trust policy of 2008", TrustPolicy, `{"Version":"2008-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"},
			{"Sid":"","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole*"}]}`},
		{"no version", TrustPolicy, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}`},
		{"every kind of principal", ResourcePolicy, trustStatement(`"Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root",
			"arn:aws:iam::123456789012:user/team/Bob","arn:aws:iam::123456789012:role/R","arn:aws:sts::123456789012:assumed-role/R/s",
			"arn:aws:sts::123456789012:federated-user/Bob","AIDAQWERTYUIOPASDFGHJ","AROAQWERTYUIOPASDFGHJ"],
			"Federated":["cognito-identity.amazonaws.com","arn:aws:iam::123456789012:saml-provider/P"],"Service":["s3.amazonaws.com"],
			"CanonicalUser":"` + strings.Repeat("a1", 32) + `"},"Action":"s3:*"`)},
		{"vendors with a dash or a dot", IdentityPolicy, statement(`"Action":["execute-api:*","a.b:*"],"Resource":"*"`)},
		{"as many wildcards and variables as may be", IdentityPolicy, statement(`"Action":"s3:` + strings.Repeat("a*", maxWildcards) + `","Resource":"arn:aws:s3:::` +
			strings.Repeat("${aws:username}", maxVariables) + `"`)},
		{"ids at their bounds", TrustPolicy, trustStatement(`"Action":"sts:AssumeRole","Principal":{"AWS":["AIDA` + strings.Repeat("A", 12) + `","AROA` + strings.Repeat("9", 124) + `"]}`)},
		{"characters at their bounds", ResourcePolicy, trustStatement(`"Action":"app:!~","Principal":{"AWS":"arn:aws:iam::123456789012:user/!~"}`)},
		{"everyone", ResourcePolicy, trustStatement(`"Principal":"*","Action":"s3:*","Resource":"*"`)},
		{"not principal", ResourcePolicy, `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:*"}}`},
		{"free statement id", ResourcePolicy, trustStatement(`"Sid":"a statement, free","Principal":"*","Action":"s3:*"`)},
		{"variables", IdentityPolicy, statement(`"Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/cost center, 'no one'}/${*}${?}${$}"`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse([]byte(tt.document), tt.grammar)
			if err != nil {
				t.Fatal(err)
			}
			if p.Grammar() != tt.grammar {
				t.Errorf("grammar %d", p.Grammar())
			}
			again, err := Parse([]byte(p.String()), tt.grammar)
			if err != nil || again.String() != p.String() {
				t.Errorf("%s parses again as %v, %v", p, again, err)
			}
		})
	}
}

// rejection is a document and the error it must give.
type rejection struct {
	name     string
	document string
	message  string
	path     string
}

func testRejections(t *testing.T, g Grammar, tests []rejection) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.document), g)
			var p *ParseError
			if !errors.As(err, &p) {
				t.Fatalf("error %v", err)
			}
			if p.Message != tt.message || p.Path != tt.path {
				t.Errorf("got  %q at %q\nwant %q at %q", p.Message, p.Path, tt.message, tt.path)
			}
		})
	}
}

func TestParseRejectsShape(t *testing.T) {
	deep := strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)
	testRejections(t, IdentityPolicy, []rejection{
		{"not JSON", `This is not JSON`, msgSyntax, ""},
		{"two documents", `{} {}`, msgSyntax, ""},
		{"nothing", ``, msgSyntax, ""},
		{"not an object", `[]`, msgSyntax, ""},
		{"null", `null`, msgSyntax, ""},
		{"too deep", deep, msgSyntax, ""},
		{"too long", `{"Id":"` + strings.Repeat("x", maxDocumentBytes) + `"}`, msgTooLarge, ""},
		{"too many values", identityStatement(`"Condition":{"StringEquals":{"aws:x":[` + strings.Repeat(`1,`, maxValues) + `1]}}`), msgSyntax, ""},
		{"too many members", identityStatement(`"Condition":{` + members(maxValues+1) + `}`), msgSyntax, ""},
		{"too many statements", `{"Version":"2012-10-17","Statement":[` + strings.Repeat(`{},`, maxStatements) + `{}]}`, msgSyntax, "Statement"},
		{"bad UTF-8", "{\"Id\":\"\xff\"}", msgSyntax, ""},
		{"half a surrogate pair", `{"Id":"\ud800"}`, msgSyntax, ""},
		{"half a surrogate pair in a name", `{"\ud800":1}`, msgSyntax, ""},
		{"member twice", `{"Version":"2012-10-17","Version":"2012-10-17"}`, msgSyntax, ""},
		{"member twice, escaped", `{"Version":"2012-10-17","\u0056ersion":"2012-10-17"}`, msgSyntax, ""},
		{"effect twice", identityStatement(`"Effect":"Deny"`), msgSyntax, ""},
		{"no statement", `{"Version":"2012-10-17"}`, msgSyntax, "Statement"},
		{"statement of the wrong type", `{"Version":"2012-10-17","Statement":"x"}`, msgSyntax, "Statement"},
		{"no statements", `{"Version":"2012-10-17","Statement":[]}`, msgSyntax, "Statement"},
		{"statement a string", `{"Version":"2012-10-17","Statement":["x"]}`, msgSyntax, "Statement[0]"},
		{"element in lower case", identityStatement(`"sid":"x"`), msgSyntax, "Statement[0].sid"},
		{"unknown element", `{"Version":"2012-10-17","Statement":[],"Extra":1}`, msgSyntax, "Extra"},
		{"id not a string", `{"Version":"2012-10-17","Id":[],"Statement":{}}`, msgSyntax, "Id"},
		{"version unknown", `{"Version":"2013-10-17","Statement":{"Effect":"Allow"}}`, msgSyntax, "Version"},
		{"version a number", `{"Version":2012,"Statement":{"Effect":"Allow"}}`, msgSyntax, "Version"},
		{"version old", `{"Version":"2008-10-17","Statement":{"Effect":"Allow"}}`, msgVersion, "Version"},
		{"no version", `{"Statement":{"Effect":"Allow"}}`, msgVersion, "Version"},
		{"no effect", `{"Version":"2012-10-17","Statement":{"Action":"s3:*","Resource":"*"}}`, msgSyntax, "Statement[0]"},
		{"effect unknown", `{"Version":"2012-10-17","Statement":{"Effect":"Maybe","Action":"s3:*","Resource":"*"}}`, msgSyntax, "Statement[0].Effect"},
		{"effect in lower case", `{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}`, msgLegacy, "Statement[0].Effect"},
		{"effect a boolean", `{"Version":"2012-10-17","Statement":{"Effect":true,"Action":"s3:*","Resource":"*"}}`, msgSyntax, "Statement[0].Effect"},
		{"sid not a string", identityStatement(`"Sid":1`), msgSyntax, "Statement[0].Sid"},
		{"action and not action", identityStatement(`"NotAction":"s3:*"`), msgSyntax, "Statement[0].NotAction"},
		{"resource and not resource", identityStatement(`"NotResource":[]`), msgSyntax, "Statement[0].NotResource"},
		{"action an object", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":{},"Resource":"*"}}`, msgSyntax, "Statement[0].Action"},
		{"action in a list in a list", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[[]],"Resource":"*"}}`, msgSyntax, "Statement[0].Action"},
		{"resource null", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":null}}`, msgSyntax, "Statement[0].Resource"},
		{"sid with a space", identityStatement(`"Sid":"a b"`),
			"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*", "Statement[0].Sid"},
		{"sid twice", `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]}`,
			"Statement IDs (SID) in a single policy must be unique.", "Statement[1].Sid"},
		{"principal", identityStatement(`"Principal":"*"`), msgNoPrincipals, "Statement[0]"},
	})
}

// members returns n members of an object, all different.
func members(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = `"k` + strconv.Itoa(i) + `":{}`
	}
	return strings.Join(out, ",")
}

func TestParseRejectsActionsAndResources(t *testing.T) {
	with := func(elements string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + elements + `}}`
	}
	action := func(a string) string { return with(`"Action":"` + a + `","Resource":"*"`) }
	resource := func(r string) string { return with(`"Action":"s3:*","Resource":"` + r + `"`) }
	iamPath := `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, ` +
		`server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
	vendor := "Resource vendor must be fully qualified and cannot contain regexes."
	testRejections(t, IdentityPolicy, []rejection{
		{"no action", with(`"Resource":"*"`), msgNoActions, "Statement[0]"},
		{"empty actions", with(`"Action":[],"Resource":"*"`), msgNoActions, "Statement[0]"},
		{"no resource", with(`"Action":"s3:*"`), msgNoResources, "Statement[0]"},
		{"empty resources", with(`"Action":"s3:*","Resource":[]`), msgNoResources, "Statement[0]"},
		{"no vendor", action("GetObject"), msgVendor, "Statement[0].Action[0]"},
		{"empty action", action(""), msgVendor, "Statement[0].Action[0]"},
		{"vendor before resource", with(`"Action":"invalid"`), msgVendor, "Statement[0].Action[0]"},
		{"vendor with a space", action("a a:Get"), "Vendor a a is not valid", "Statement[0].Action[0]"},
		{"vendor with a wildcard", action("s3*:Get"), "Vendor s3* is not valid", "Statement[0].Action[0]"},
		{"empty vendor", action(":Get"), "Vendor  is not valid", "Statement[0].Action[0]"},
		{"two colons", action("s3:Get:Object"), "Actions/Condition can contain only one colon.", "Statement[0].Action[0]"},
		{"empty name", action("s3:"), msgLegacy, "Statement[0].Action[0]"},
		{"name outside ASCII", action("s3:Get\u212aey"), msgLegacy, "Statement[0].Action[0]"},
		{"too many wildcards", action("s3:" + strings.Repeat("a*", maxWildcards+1)), msgLegacy, "Statement[0].Action[0]"},
		{"resource not an ARN", resource("somewhere"), `Resource somewhere must be in ARN format or "*".`, "Statement[0].Resource[0]"},
		{"resource empty", resource(""), `Resource  must be in ARN format or "*".`, "Statement[0].Resource[0]"},
		{"resource before action", with(`"Action":"s:3:x","Resource":"somewhere"`), `Resource somewhere must be in ARN format or "*".`, "Statement[0].Resource[0]"},
		{"partition missing", resource("a:b"), `Partition "b" is not valid for resource "arn:b:*:*:*:*".`, "Statement[0].Resource[0]"},
		{"partition short", resource("a:b:c"), `Partition "b" is not valid for resource "arn:b:c:*:*:*".`, "Statement[0].Resource[0]"},
		{"partition unknown", resource("arn:other:s3:::x:y"), `Partition "other" is not valid for resource "arn:other:s3:::x:y".`, "Statement[0].Resource[0]"},
		{"partition that begins well", resource("arn:awsome:s3:::x"), `Partition "awsome" is not valid for resource "arn:awsome:s3:::x".`, "Statement[0].Resource[0]"},
		{"partition with other characters", resource("arn:aws-x!:s3:::x"), `Partition "aws-x!" is not valid for resource "arn:aws-x!:s3:::x".`, "Statement[0].Resource[0]"},
		{"no service", resource("arn:aws"), vendor, "Statement[0].Resource[0]"},
		{"any service", resource("arn:aws:*"), vendor, "Statement[0].Resource[0]"},
		{"empty service", resource("arn:aws::::x"), vendor, "Statement[0].Resource[0]"},
		{"colon missing", resource("arn:aws:s3::bucket"), msgLegacy, "Statement[0].Resource[0]"},
		{"IAM with a region", resource("arn:aws:iam:eu:123456789012:user/a"),
			"IAM resource arn:aws:iam:eu:123456789012:user/a cannot contain region information.", "Statement[0].Resource[0]"},
		{"IAM with an unknown kind", resource("arn:aws:iam:::example"), iamPath, "Statement[0].Resource[0]"},
		{"variable open", resource("arn:aws:s3:::b/${aws:username"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable without vendor", resource("arn:aws:s3:::b/${username}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable in a variable", resource("arn:aws:s3:::b/${aws:${aws:x}}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable with an empty vendor", resource("arn:aws:s3:::b/${:username}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable with an unquoted default", resource("arn:aws:s3:::b/${aws:username, x}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable with an open default", resource("arn:aws:s3:::b/${aws:username, 'x}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable with two defaults", resource("arn:aws:s3:::b/${aws:username, 'x' 'y'}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable with space around", resource("arn:aws:s3:::b/${ aws:username}"), msgLegacy, "Statement[0].Resource[0]"},
		{"variable as account", resource("arn:aws:sqs:eu:${aws:PrincipalAccount}:q"), msgLegacy, "Statement[0].Resource[0]"},
		{"too many variables", resource("arn:aws:s3:::b/" + strings.Repeat("${aws:username}", maxVariables+1)), msgLegacy, "Statement[0].Resource[0]"},
	})
}

func TestParseRejectsConditions(t *testing.T) {
	condition := func(c string) string { return identityStatement(`"Condition":` + c) }
	at := "Statement[0].Condition"
	testRejections(t, IdentityPolicy, []rejection{
		{"an array", condition(`[]`), msgSyntax, at},
		{"a string", condition(`"a"`), msgSyntax, at},
		{"operator unknown", condition(`{"StringAlmost":{"aws:x":"y"}}`), msgSyntax, at + ".StringAlmost"},
		{"numeric relation unknown", condition(`{"NumericAlmost":{"aws:x":"1"}}`), msgSyntax, at + ".NumericAlmost"},
		{"prefix unknown", condition(`{"ForSomeValues:StringEquals":{"aws:x":"y"}}`), msgSyntax, at + ".ForSomeValues:StringEquals"},
		{"Null with IfExists", condition(`{"NullIfExists":{"aws:x":"true"}}`), msgSyntax, at + ".NullIfExists"},
		{"Null of a set", condition(`{"ForAllValues:Null":{"aws:x":"true"}}`), msgSyntax, at + ".ForAllValues:Null"},
		{"operator without keys", condition(`{"StringEquals":"x"}`), msgSyntax, at + ".StringEquals"},
		{"value null", condition(`{"StringEquals":{"aws:x":null}}`), msgSyntax, at + ".StringEquals.aws:x"},
		{"value an object", condition(`{"StringEquals":{"aws:x":{}}}`), msgSyntax, at + ".StringEquals.aws:x"},
		{"value a list in a list", condition(`{"StringEquals":{"aws:x":[[]]}}`), msgSyntax, at + ".StringEquals.aws:x"},
		{"key twice but for case", condition(`{"StringEquals":{"aws:x":"1","AWS:X":"1"}}`), msgSyntax, at + ".StringEquals.AWS:X"},
		{"operator twice but for case", condition(`{"StringEquals":{"aws:x":"1"},"stringequals":{"aws:x":"1"}}`), msgSyntax, at + ".stringequals.aws:x"},
		{"key without vendor", condition(`{"StringEquals":{"x":"1"}}`), msgVendor, at + ".StringEquals.x"},
		{"key with an empty vendor", condition(`{"StringEquals":{":x":"1"}}`), msgVendor, at + ".StringEquals.:x"},
		{"key without name", condition(`{"StringEquals":{"aws:":"1"}}`), msgVendor, at + ".StringEquals.aws:"},
		{"number", condition(`{"NumericEquals":{"aws:x":"1e3"}}`), msgLegacy, at + ".NumericEquals.aws:x"},
		{"date", condition(`{"DateEquals":{"aws:x":["2020-01-01","2020-02-30"]}}`), msgLegacy, at + ".DateEquals.aws:x"},
		{"boolean", condition(`{"Bool":{"aws:x":"yes"}}`), msgLegacy, at + ".Bool.aws:x"},
		{"null", condition(`{"Null":{"aws:x":"${aws:y}"}}`), msgLegacy, at + ".Null.aws:x"},
		{"base 64", condition(`{"BinaryEquals":{"aws:x":"***"}}`), msgLegacy, at + ".BinaryEquals.aws:x"},
		{"address", condition(`{"IpAddress":{"aws:x":"10.0.0.0/33"}}`), msgLegacy, at + ".IpAddress.aws:x"},
		{"address without a range", condition(`{"NotIpAddress":{"aws:x":"somewhere"}}`), msgLegacy, at + ".NotIpAddress.aws:x"},
		{"ARN with an open variable", condition(`{"ArnLike":{"aws:x":"arn:aws:s3:::${aws:y"}}`), msgLegacy, at + ".ArnLike.aws:x"},
		{"text with an open variable", condition(`{"StringLike":{"aws:x":"${aws:y"}}`), msgLegacy, at + ".StringLike.aws:x"},
	})
}

func TestParseRejectsPrincipals(t *testing.T) {
	trust := func(principal string) string {
		return trustStatement(`"Action":"sts:AssumeRole","Principal":` + principal)
	}
	invalid := func(kind, value string) string { return `Invalid principal in policy: "` + kind + `":"` + value + `"` }
	tests := []rejection{
		{"not JSON", `{`, msgJSON, ""},
		{"no statements", `{"Statement":[]}`, "Could not parse the policy: Statement is empty!", "Statement"},
		{"no effect", `{"Statement":{"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`, "Missing required field Effect", "Statement[0]"},
		{"no action", trustStatement(`"Principal":{"AWS":"*"}`), "Missing required field Action", "Statement[0]"},
		{"no principal", trustStatement(`"Action":"sts:AssumeRole"`), "Missing required field Principal", "Statement[0]"},
		{"empty principal", trust(`{}`), "Missing required field Principal cannot be empty!", "Statement[0].Principal"},
		{"empty list", trust(`{"AWS":[]}`), "Missing required field Principal cannot be empty!", "Statement[0].Principal"},
		{"bare star", trust(`"*"`), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`, "Statement[0].Principal"},
		{"bare account", trust(`"123456789012"`), "Invalid principal in policy", "Statement[0].Principal"},
		{"a number", trust(`{"AWS":123456789012}`), msgSyntax, "Statement[0].Principal.AWS"},
		{"canonical user", trust(`{"CanonicalUser":"` + strings.Repeat("a", 64) + `"}`), invalid("CanonicalUser", strings.Repeat("a", 64)), "Statement[0].Principal"},
		{"principal and not principal", trustStatement(`"Action":"sts:AssumeRole","Principal":{"AWS":"*"},"NotPrincipal":{"AWS":"*"}`), msgSyntax, "Statement[0].NotPrincipal"},
		{"not principal", `{"Statement":{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"}}}`,
			"AssumeRole policy must not contain NotPrincipal field.", "Statement[0]"},
		{"resource", trustStatement(`"Action":"sts:AssumeRole","Principal":{"AWS":"*"},"Resource":"*"`), "Has prohibited field Resource", "Statement[0]"},
		{"not resource", trustStatement(`"Action":"sts:AssumeRole","Principal":{"AWS":"*"},"NotResource":"*"`), "AssumeRole policy must not contain resources.", "Statement[0]"},
		{"any action", trustStatement(`"Action":"*","Principal":{"AWS":"*"}`), "AssumeRole policy may only specify STS AssumeRole actions.", "Statement[0].Action[0]"},
		{"other action", trustStatement(`"Action":"sts:Get*","Principal":{"AWS":"*"}`), "AssumeRole policy may only specify STS AssumeRole actions.", "Statement[0].Action[0]"},
		{"sid with a dash", trustStatement(`"Sid":"a-b","Action":"sts:AssumeRole","Principal":{"AWS":"*"}`),
			"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*", "Statement[0].Sid"},
	}
	for kind, list := range map[string][]string{
		"AWS": {"", "12345", "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:user/", "arn:aws:iam::123456789012:group/g",
			"arn:aws:iam::*:root", "arn:*:iam::123456789012:root", "arn:aws:iam:eu:123456789012:root", "arn:aws:sts::123456789012:assumed-role/R",
			"arn:aws:sts::123456789012:assumed-role/R/s/t", "arn:aws:sts::123456789012:assumed-role//s", "arn:aws:sts::123456789012:federated-user/a/b",
			"arn:aws:iam::123456789012:user/${aws:username}", "AGPAQWERTYUIOPASDFGHJ", "AIDA", "AIDA" + strings.Repeat("A", 11), "AIDA" + strings.Repeat("A", 125), "aidaqwertyuiopasdfghj", "Bob"},
		"Federated": {"", "*", "arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:saml-provider/*", "a b", "id.example.com/*"},
		"Service":   {"", "*", "a b"},
		"Group":     {"g"},
	} {
		for _, value := range list {
			tests = append(tests, rejection{kind + " " + value, trust(`{"` + kind + `":"` + value + `"}`), invalid(kind, value), "Statement[0].Principal"})
		}
	}
	testRejections(t, TrustPolicy, tests)
	testRejections(t, ResourcePolicy, []rejection{
		{"allow all but some", trustStatement(`"Action":"s3:*","NotPrincipal":{"AWS":"123456789012"}`), "Allow with NotPrincipal is not allowed.", "Statement[0].NotPrincipal"},
		{"empty resources", trustStatement(`"Action":"s3:*","Principal":"*","Resource":[]`), msgNoResources, "Statement[0]"},
		{"canonical user too short", trustStatement(`"Action":"s3:*","Principal":{"CanonicalUser":"a"}`), invalid("CanonicalUser", "a"), "Statement[0].Principal"},
	})
}

func TestParseErrorText(t *testing.T) {
	if got := (&ParseError{Message: "m"}).Error(); got != "m" {
		t.Error(got)
	}
	if got := (&ParseError{Message: "m", Path: "p"}).Error(); got != "m (p)" {
		t.Error(got)
	}
}

func TestSize(t *testing.T) {
	if got := Size([]byte("{ \"a\" :\t\"\u00e9 b\"\r\n}")); got != 10 {
		t.Errorf("size %d", got)
	}
}

func TestPolicyAccessors(t *testing.T) {
	p, err := Parse([]byte(`{"Version":"2012-10-17","Id":"<id>","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::${aws:username}"]},
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"${AWS:Flag}"},"StringLike":{"aws:x":"${aws:username}"},
		"StringEquals":{"aws:y":"${aws:z}"},"NumericEquals":{"s3:max-keys":1},"ArnLike":{"aws:SourceArn":["${aws:whole}","arn:aws:s3:::${aws:part}"]}}}]}`), IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if p.ID() != "<id>" || p.Version() != version2012 {
		t.Error(p.ID(), p.Version())
	}
	if s := p.Statements(); len(s) != 2 || s[0].Sid != "A" || s[0].Effect != "Allow" || s[1].Sid != "" || s[1].Index != 1 || s[1].Effect != "Deny" {
		t.Error(s)
	}
	want := "AWS:Flag aws:MultiFactorAuthPresent aws:SourceArn aws:part aws:username aws:whole aws:x aws:y aws:z s3:max-keys"
	if got := strings.Join(p.ContextKeys(), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !strings.Contains(p.String(), `"Id":"<id>"`) {
		t.Error(p.String())
	}
}
