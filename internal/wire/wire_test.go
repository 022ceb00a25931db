package wire_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/rolesanywhereapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssoapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func registry() *wire.Registry {
	return wire.NewRegistry(stsapi.Service(), iamapi.Service(), cognitoidpapi.Service(), ssoapi.Service(), rolesanywhereapi.Service())
}

func entry(t testing.TB, service, operation string) *wire.Entry {
	t.Helper()
	r := registry()
	for _, s := range r.Services() {
		if s.Name == service {
			if e := r.Operation(s, operation); e != nil {
				return e
			}
		}
	}
	t.Fatalf("no operation %s of %s", operation, service)
	return nil
}

func ptr[T any](v T) *T { return &v }

func TestDecodeQuery(t *testing.T) {
	e := entry(t, "sts", "AssumeRole")
	form, err := wire.ParseForm("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=s&DurationSeconds=900" +
		"&Tags.member.2.Key=b&Tags.member.2.Value=2&Tags.member.10.Key=c&Tags.member.10.Value=&Tags.member.1.Key=a&Tags.member.1.Value=1&TransitiveTagKeys.member.1=a&ExternalId=0012")
	if err != nil {
		t.Fatal(err)
	}
	in, missing, err := e.DecodeQuery(form)
	if err != nil || missing != nil {
		t.Fatal(missing, err)
	}
	want := &stsapi.AssumeRoleRequest{
		RoleArn: "arn:aws:iam::1:role/r", RoleSessionName: "s", DurationSeconds: ptr(900), ExternalId: ptr("0012"),
		Tags: []stsapi.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}, {Key: "c"}}, TransitiveTagKeys: []string{"a"},
	}
	if d := cmp.Diff(want, in); d != "" {
		t.Error(d)
	}
}

func TestFormIsStrict(t *testing.T) {
	for _, bad := range []string{"a=1&a=2", "a=%", "a=%zz", "a;b=1", "%61=1&a=2"} {
		if _, err := wire.ParseForm(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	e := entry(t, "sts", "AssumeRole")
	for _, bad := range []string{"Tags.member.0.Key=a", "Tags.member.x.Key=a", "Tags.member.01.Key=a", "DurationSeconds=1e3", "DurationSeconds=9999999999", "RoleArn=%ff"} {
		form, err := wire.ParseForm(bad)
		if err != nil {
			t.Fatal(err)
		}
		var syntax *wire.SyntaxError
		if _, _, err := e.DecodeQuery(form); !errors.As(err, &syntax) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDecodeJSON(t *testing.T) {
	e := entry(t, "cognitoidp", "InitiateAuth")
	in, missing, err := e.DecodeJSON([]byte(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"abc","UserContextData":null,"Unknown":{"x":[1,2.5e3,"\u00e9\ud83d\ude00"]},
		"AuthParameters":{"USERNAME":"u\n\"q\"","PASSWORD":"p"}}`))
	if err != nil || missing != nil {
		t.Fatal(missing, err)
	}
	want := &cognitoidpapi.InitiateAuthRequest{
		AuthFlow: cognitoidpapi.AuthFlowTypeUserPasswordAuth, ClientId: "abc", AuthParameters: map[string]string{"USERNAME": "u\n\"q\"", "PASSWORD": "p"},
	}
	if d := cmp.Diff(want, in); d != "" {
		t.Error(d)
	}
}

func TestJSONIsStrict(t *testing.T) {
	e := entry(t, "cognitoidp", "InitiateAuth")
	deep := strings.Repeat(`{"x":`, 100) + "1" + strings.Repeat("}", 100)
	for _, bad := range []string{
		`{`, `{"ClientId":"a"`, `{"ClientId":"a",}`, `{"ClientId":"a"}x`, `{"ClientId":"a","ClientId":"b"}`, `{"ClientId":1}`, `{"ClientId":["a"]}`, `[]`, `"x"`, `{"AuthParameters":{"A":"1","A":"2"}}`,
		"{\"ClientId\":\"\xff\"}", `{"ClientId":"\ud800"}`, `{"ClientId":"\x"}`, "{\"ClientId\":\"a\nb\"}", `{'ClientId':'a'}`, `{"ClientId" "a"}`, `{"a":01}`, `{"a":1.}`, `{"a":+1}`, `{"a":tru}`,
		`{"Y":` + deep + `}`, `{"AuthParameters":"x"}`, `nul`, `{"a":1 "b":2}`,
	} {
		var syntax *wire.SyntaxError
		if _, _, err := e.DecodeJSON([]byte(bad)); !errors.As(err, &syntax) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	many := `{"AuthParameters":{`
	var b strings.Builder
	b.WriteString(many)
	for i := range wire.MaxElements + 1 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.Repeat("k", i%50) + string(rune('a'+i%26)) + time.Duration(i).String() + `":"v"`)
	}
	b.WriteString("}}")
	if _, _, err := e.DecodeJSON([]byte(b.String())); err == nil {
		t.Error("a map without bound was accepted")
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ name, service, operation, json, query, want string }{
		{name: "missing", service: "cognitoidp", operation: "DescribeUserPool", json: `{}`,
			want: "InvalidParameterException: 1 validation error detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null"},
		{name: "null is missing", service: "cognitoidp", operation: "DescribeUserPool", json: `{"UserPoolId":null}`,
			want: "InvalidParameterException: 1 validation error detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null"},
		{name: "pattern", service: "cognitoidp", operation: "DescribeUserPool", json: `{"UserPoolId":"nope"}`,
			want: `InvalidParameterException: 1 validation error detected: Value 'nope' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+`},
		{name: "sensitive values do not show", service: "cognitoidp", operation: "AdminSetUserPassword", json: `{"UserPoolId":"us-east-1_a","Username":"u","Password":" "}`,
			want: `InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+`},
		{name: "enum", service: "cognitoidp", operation: "InitiateAuth", json: `{"AuthFlow":"X","ClientId":"a"}`,
			want: "InvalidParameterException: 1 validation error detected: Value 'X' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"},
		{name: "range and length", service: "sts", operation: "AssumeRole", query: "RoleArn=short&RoleSessionName=s&DurationSeconds=1",
			want: "ValidationError: 3 validation errors detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900; " +
				"Value at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; " +
				"Value at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"},
		{name: "nested", service: "sts", operation: "AssumeRole", query: "RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=ss&Tags.member.1.Key=%23&Tags.member.1.Value=v&Tags.member.2.Key=k",
			want: `ValidationError: 2 validation errors detected: Value at 'tags.2.member.value' failed to satisfy constraint: Member must not be null; ` +
				`Value at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{name: "list of scalars", service: "sts", operation: "AssumeRole", query: "RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=ss&TransitiveTagKeys.member.1=%23",
			want: `ValidationError: 1 validation error detected: Value at 'transitiveTagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+]`},
		{name: "escapes of the model", service: "iam", operation: "CreateUser", query: "UserName=u&Path=/%C3%A9/",
			want: "ValidationError: The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{name: "an ARN for a name", service: "iam", operation: "GetRole", query: "RoleName=arn:aws:iam::123456789012:role/r",
			want: "ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{name: "what else is wrong comes first", service: "iam", operation: "CreateUser", query: "UserName=a%20b&Path=x&PermissionsBoundary=short",
			want: "ValidationError: 1 validation error detected: Value at 'permissionsBoundary' failed to satisfy constraint: Member must have length greater than or equal to 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := entry(t, c.service, c.operation)
			var in any
			var missing wire.Missing
			var err error
			if c.json != "" {
				in, missing, err = e.DecodeJSON([]byte(c.json))
			} else {
				form, ferr := wire.ParseForm(c.query)
				if ferr != nil {
					t.Fatal(ferr)
				}
				in, missing, err = e.DecodeQuery(form)
			}
			if err != nil {
				t.Fatal(err)
			}
			err = e.Validate(in, missing)
			if err == nil {
				t.Fatal("no violation found")
			}
			if d := cmp.Diff(c.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEncodeXML(t *testing.T) {
	e := entry(t, "sts", "GetSessionToken")
	out := &stsapi.GetSessionTokenResponse{Credentials: &stsapi.Credentials{AccessKeyId: "A<B>&", SecretAccessKey: "s", SessionToken: "t", Expiration: time.Unix(1700000000, 5e8)}}
	want := `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials><AccessKeyId>A&lt;B&gt;&amp;</AccessKeyId>` +
		`<Expiration>2023-11-14T22:13:20Z</Expiration><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></GetSessionTokenResult>` +
		`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetSessionTokenResponse>`
	if d := cmp.Diff(want, string(e.EncodeXML(nil, out, "id-1"))); d != "" {
		t.Error(d)
	}
	e = entry(t, "iam", "ListEntitiesForPolicy")
	want = `<ListEntitiesForPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListEntitiesForPolicyResult><PolicyGroups></PolicyGroups><PolicyRoles></PolicyRoles>` +
		`<PolicyUsers><member><UserName>ada</UserName></member></PolicyUsers></ListEntitiesForPolicyResult><ResponseMetadata><RequestId>id-3</RequestId></ResponseMetadata></ListEntitiesForPolicyResponse>`
	if d := cmp.Diff(want, string(e.EncodeXML(nil, &iamapi.ListEntitiesForPolicyResponse{PolicyUsers: []iamapi.PolicyUser{{UserName: ptr("ada")}}}, "id-3"))); d != "" {
		t.Error(d)
	}
	e = entry(t, "iam", "CreateSAMLProvider")
	want = `<CreateSAMLProviderResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateSAMLProviderResult><SAMLProviderArn>arn</SAMLProviderArn></CreateSAMLProviderResult>` +
		`<ResponseMetadata><RequestId>id-4</RequestId></ResponseMetadata></CreateSAMLProviderResponse>`
	if d := cmp.Diff(want, string(e.EncodeXML(nil, &iamapi.CreateSAMLProviderResponse{SAMLProviderArn: ptr("arn")}, "id-4"))); d != "" {
		t.Error(d)
	}
	e = entry(t, "iam", "DeleteUser")
	want = `<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>id-2</RequestId></ResponseMetadata></DeleteUserResponse>`
	if d := cmp.Diff(want, string(e.EncodeXML(nil, &wire.Empty{}, "id-2"))); d != "" {
		t.Error(d)
	}
}

func TestEncodeJSON(t *testing.T) {
	e := entry(t, "cognitoidp", "InitiateAuth")
	out := &cognitoidpapi.InitiateAuthResponse{
		ChallengeParameters:  map[string]string{"b": "2", "a": "\"\\\n\u2028"},
		AuthenticationResult: &cognitoidpapi.AuthenticationResultType{ExpiresIn: ptr(3600), AccessToken: ptr("x\x00y")},
	}
	want := `{"AuthenticationResult":{"AccessToken":"x\u0000y","ExpiresIn":3600},"ChallengeParameters":{"a":"\"\\\n` + "\u2028" + `","b":"2"}}`
	if d := cmp.Diff(want, string(e.EncodeJSON(nil, out))); d != "" {
		t.Error(d)
	}
}

func TestErrors(t *testing.T) {
	r := registry()
	err := iamapi.NoSuchEntityException.New("The user with name %s cannot be found.", "<x>").Because(errors.New("secret cause"))
	if !errors.Is(err, iamapi.NoSuchEntityException) || errors.Is(err, iamapi.EntityAlreadyExistsException) {
		t.Error("errors.Is does not tell the types apart")
	}
	h := http.Header{}
	status, body := r.QueryVersion("2010-05-08").EncodeError(h, err, "id")
	want := `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name &lt;x&gt; cannot be found.</Message></Error><RequestId>id</RequestId></ErrorResponse>`
	if status != 404 || string(body) != want {
		t.Errorf("%d %s", status, body)
	}
	status, body = r.Target("AWSCognitoIdentityProviderService").EncodeError(h, cognitoidpapi.NotAuthorizedException.New("no"), "id")
	if status != 400 || string(body) != `{"__type":"NotAuthorizedException","message":"no"}` || h.Get("X-Amzn-Errortype") != "NotAuthorizedException" {
		t.Errorf("%d %s %v", status, body, h)
	}
}

func TestRoute(t *testing.T) {
	r := registry()
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/crl/abc", "GetCrl"}, {"DELETE", "/crl/abc", "DeleteCrl"}, {"POST", "/crl/abc/enable", "EnableCrl"}, {"GET", "/crl/", ""}, {"GET", "/crls", "ListCrls"},
		{"GET", "/assignment/accounts", "ListAccounts"}, {"GET", "/nothing", ""}, {"PUT", "/crls", ""},
	} {
		e, labels := r.Route(c.method, c.path)
		got := ""
		if e != nil {
			got = e.Operation.Name
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, got, c.want)
		}
		if c.want == "GetCrl" && labels["crlId"] != "abc" {
			t.Errorf("labels: %v", labels)
		}
	}
	e := entry(t, "sso", "GetRoleCredentials")
	form, err := wire.ParseForm("account_id=123456789012&role_name=r")
	if err != nil {
		t.Fatal(err)
	}
	in, missing, err := e.DecodeREST(nil, form, http.Header{"X-Amz-Sso_bearer_token": {"tok"}}, nil)
	want := &ssoapi.GetRoleCredentialsRequest{AccountId: "123456789012", RoleName: "r", AccessToken: "tok"}
	if err != nil || missing != nil || !cmp.Equal(want, in) {
		t.Errorf("%+v %v %v", in, missing, err)
	}
	if _, missing, _ := e.DecodeREST(nil, nil, http.Header{}, nil); len(missing) != 3 {
		t.Errorf("missing: %v", missing)
	}
}

func TestBind(t *testing.T) {
	r := registry()
	b := wire.Bind(stsapi.GetCallerIdentity, GetCallerIdentity)
	if b.Method != "GetCallerIdentity" {
		t.Errorf("method %q", b.Method)
	}
	r.Bind(b)
	s := r.QueryVersion("2011-06-15")
	asks, err := r.Operation(s, "GetCallerIdentity").Binding.Asks(t.Context(), s, &stsapi.GetCallerIdentityRequest{})
	if err != nil || len(asks) != 1 || asks[0].Action != "sts:GetCallerIdentity" || asks[0].Resource != "*" {
		t.Errorf("%+v %v", asks, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("an operation was bound twice")
		}
	}()
	r.Bind(b)
}

func GetCallerIdentity(context.Context, *stsapi.GetCallerIdentityRequest) (*stsapi.GetCallerIdentityResponse, error) {
	return &stsapi.GetCallerIdentityResponse{}, nil
}

// TestEveryOperationDecodes walks all operations of the models: an empty request never fails but by missing members, and every pattern compiles.
func TestEveryOperationDecodes(t *testing.T) {
	r := registry()
	for _, s := range r.Services() {
		for _, e := range r.Entries(s) {
			var in any
			var missing wire.Missing
			var err error
			switch s.Protocol {
			case wire.Query:
				in, missing, err = e.DecodeQuery(nil)
			case wire.JSON:
				in, missing, err = e.DecodeJSON([]byte("{}"))
			default:
				in, missing, err = e.DecodeREST(nil, nil, http.Header{}, nil)
			}
			if err != nil {
				t.Errorf("%s %s: %v", s.Name, e.Operation.Name, err)
				continue
			}
			if err := e.Validate(in, missing); (err == nil) != (len(missing) == 0) {
				t.Errorf("%s %s: missing %v, validation %v", s.Name, e.Operation.Name, missing, err)
			}
		}
	}
}
