package credentials_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// exampleT stands for the *testing.T that examples have none of. In a test, mayflytest.New(t) is all.
type exampleT struct {
	testing.TB
	ctx  context.Context
	ends []func()
}

func (e *exampleT) Helper()                   {}
func (e *exampleT) Log(args ...any)           { fmt.Println(args...) }
func (e *exampleT) Error(args ...any)         { fmt.Println(args...) }
func (e *exampleT) Fatal(args ...any)         { panic(fmt.Sprint(args...)) }
func (e *exampleT) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (e *exampleT) Context() context.Context  { return e.ctx }
func (e *exampleT) Cleanup(end func())        { e.ends = append(e.ends, end) }

// TempDir makes a folder that goes with the example.
func (e *exampleT) TempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		e.Fatal(err)
	}
	e.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			e.Error(err)
		}
	})
	return dir
}

// exampleServer runs an example's body with a server, which ends with it.
func exampleServer(body func(ctx context.Context, t testing.TB, s *mayflytest.Server)) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	t := &exampleT{ctx: ctx}
	defer func() {
		for i := range t.ends {
			t.ends[len(t.ends)-1-i]()
		}
	}()
	body(ctx, t, mayflytest.New(t, mayflytest.Region("eu-west-1")))
}

// From an API token to the credentials of an aws.Config, in whose place the SDK's own would be.
func Example() {
	exampleServer(func(ctx context.Context, t testing.TB, s *mayflytest.Server) {
		server, err := credentials.Discover(ctx, nil, s.URL)
		if err != nil {
			t.Fatal(err)
		}
		client := &credentials.Client{Region: server.Region, Endpoint: server.Endpoint}
		config := aws.Config{Region: server.Region, BaseEndpoint: aws.String(server.Endpoint), Credentials: &credentials.IdentityPool{
			Client: client, ID: server.IdentityPoolID, UserPoolID: server.UserPoolID, Tokens: &credentials.APIToken{
				Pool:      &credentials.UserPool{Client: client, ID: server.UserPoolID, ClientID: server.ClientID},
				AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey),
			},
		}}
		keys, err := config.Credentials.Retrieve(ctx)
		if err != nil {
			t.Fatal(err)
		}
		who, err := client.WhoAmI(ctx, keys)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(strings.HasPrefix(keys.AccessKeyID, "ASIA"), who.Account == s.Account, strings.Contains(who.ARN, ":assumed-role/mayfly-api-user-"))
	})
	// Output: true true true
}

// One sign-in and one exchange for all threads and processes that share a folder.
func ExampleCached() {
	exampleServer(func(ctx context.Context, t testing.TB, s *mayflytest.Server) {
		store := &credentials.Files{Dir: t.TempDir()}
		open := func() aws.CredentialsProvider { // as each process does
			client := s.Client()
			pool := &credentials.UserPool{Client: client, ID: s.UserPoolID, ClientID: s.ClientID}
			session := &credentials.Session{
				Login: &credentials.APIToken{Pool: pool, AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey)},
				Refresh: func(old *credentials.Tokens) credentials.TokenSource {
					return &credentials.Refresh{Pool: pool, Token: old.Refresh, Username: old.Username}
				},
				Store: store, Name: "work.tokens", Title: "work",
			}
			return &credentials.Cached{
				Provider: &credentials.IdentityPool{Client: client, ID: s.IdentityPoolID, UserPoolID: s.UserPoolID, Tokens: session}, Store: store, Name: "work.keys",
			}
		}
		first, err := open().Retrieve(ctx)
		if err != nil {
			t.Fatal(err)
		}
		second, err := open().Retrieve(ctx)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(first.AccessKeyID == second.AccessKeyID)
	})
	// Output: true
}

// A role for whoever has a token of an OpenID Connect provider, which somebody keeps fresh in a file.
func ExampleWebIdentityRole() {
	exampleServer(func(ctx context.Context, t testing.TB, s *mayflytest.Server) {
		role := webIdentityRole(t, s, "deploy")
		token := filepath.Join(t.TempDir(), "token") // AWS_WEB_IDENTITY_TOKEN_FILE
		if err := os.WriteFile(token, []byte(idToken(ctx, t, s)), 0o600); err != nil {
			t.Fatal(err)
		}
		client := s.Client()
		provider := &credentials.WebIdentityRole{
			Client: client, Tokens: &credentials.TokenFile{Path: token}, RoleARN: role, Options: credentials.RoleOptions{SessionName: "ci", Duration: time.Hour},
		}
		keys, err := provider.Retrieve(ctx)
		if err != nil {
			t.Fatal(err)
		}
		who, err := client.WhoAmI(ctx, keys)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(strings.Replace(who.ARN, s.Account, "ACCOUNT", 1))
	})
	// Output: arn:aws:sts::ACCOUNT:assumed-role/deploy/ci
}

// A session of a role that has tags, for policies that ask for them, and for the trail.
func ExampleAssumeRole() {
	exampleServer(func(ctx context.Context, t testing.TB, s *mayflytest.Server) {
		base := user(t, s, "anna", `["sts:AssumeRole","sts:TagSession"]`)
		asRoot(t, s, url.Values{"Action": {"CreateRole"}, "RoleName": {"reader"}, "AssumeRolePolicyDocument": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + s.Account + `:root"},"Action":["sts:AssumeRole","sts:TagSession"],` +
				`"Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}}]}`,
		}})
		client := s.Client()
		for _, team := range []string{"blue", "red"} {
			provider := &credentials.AssumeRole{
				Client: client, RoleARN: "arn:aws:iam::" + s.Account + ":role/reader",
				Base:    aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return base, nil }),
				Options: credentials.RoleOptions{SessionName: "anna", Duration: 15 * time.Minute, Tags: map[string]string{"team": team}, TransitiveTagKeys: []string{"team"}},
			}
			keys, err := provider.Retrieve(ctx)
			switch {
			case credentials.IsCode(err, "AccessDenied"):
				fmt.Println(team, "may not")
			case err != nil:
				t.Fatal(err)
			default:
				fmt.Println(team, "in account", strings.Replace(keys.AccountID, s.Account, "ACCOUNT", 1))
			}
		}
	})
	// Output:
	// blue in account ACCOUNT
	// red may not
}

// A person signs in to IAM Identity Center on whichever device they like, and takes a role that they are assigned.
func ExampleSSODevice() {
	service := httptest.NewServer(http.HandlerFunc(identityCenter)) // of AWS, or of a server: Client.Endpoint says
	defer service.Close()
	client := &credentials.Client{Region: "eu-west-1", Endpoint: service.URL}
	sso := &credentials.SSO{Client: client, StartURL: "https://d-1234567890.awsapps.com/start", Store: &credentials.Memory{}}
	session := &credentials.Session{
		Login: &credentials.SSODevice{SSO: sso, Show: func(_ context.Context, v credentials.Verification) error {
			fmt.Println("open", v.URI, "and type", v.UserCode)
			return nil
		}},
		Refresh: func(old *credentials.Tokens) credentials.TokenSource {
			return &credentials.SSORefresh{SSO: sso, Token: old.Refresh, Registration: old.Registration}
		},
		Store: sso.Store, Name: "sso", Title: "my-sso", Command: "mayfly login my-sso",
	}
	keys, err := (&credentials.SSORole{Client: client, Tokens: session, AccountID: "123456789012", RoleName: "Reader"}).Retrieve(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(keys.AccountID, keys.AccessKeyID)
	// Output:
	// open https://d-1234567890.awsapps.com/start/#/device and type ABCD-EFGH
	// 123456789012 ASIAEXAMPLE
}

// identityCenter answers as the models of SSO OIDC and SSO say, for a person who has confirmed at once.
func identityCenter(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/client/register":
		answer(w, map[string]any{"clientId": "c", "clientSecret": "s", "clientSecretExpiresAt": time.Now().Add(90 * 24 * time.Hour).Unix()})
	case "/device_authorization":
		answer(w, map[string]any{
			"deviceCode": "d", "userCode": "ABCD-EFGH", "verificationUri": "https://d-1234567890.awsapps.com/start/#/device", "expiresIn": 600, "interval": 1,
		})
	case "/token":
		answer(w, map[string]any{"accessToken": "a", "refreshToken": "r", "expiresIn": 28800})
	case "/federation/credentials":
		answer(w, map[string]any{"roleCredentials": map[string]any{
			"accessKeyId": "ASIAEXAMPLE", "secretAccessKey": "s", "sessionToken": "t", "expiration": time.Now().Add(time.Hour).UnixMilli(),
		}})
	default:
		http.NotFound(w, r)
	}
}

// idToken signs the first tenant's API token in at its user pool, which is an OpenID Connect provider like any other.
func idToken(ctx context.Context, t testing.TB, s *mayflytest.Server) string {
	t.Helper()
	tokens, err := (&credentials.APIToken{
		Pool:      &credentials.UserPool{Client: s.Client(), ID: s.UserPoolID, ClientID: s.ClientID},
		AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey),
	}).Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(tokens.ID)
}

// webIdentityRole makes a role that trusts the tokens of the first tenant's user pool.
func webIdentityRole(t testing.TB, s *mayflytest.Server, name string) string {
	t.Helper()
	issuer := strings.TrimPrefix(s.URL, "http://") + "/" + s.UserPoolID
	asRoot(t, s, url.Values{"Action": {"CreateOpenIDConnectProvider"}, "Url": {s.URL + "/" + s.UserPoolID}, "ClientIDList.member.1": {s.ClientID}})
	asRoot(t, s, url.Values{"Action": {"CreateRole"}, "RoleName": {name}, "AssumeRolePolicyDocument": {
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + s.Account + `:oidc-provider/` + issuer + `"},` +
			`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"` + issuer + `:aud":"` + s.ClientID + `"}}}]}`,
	}})
	return "arn:aws:iam::" + s.Account + ":role/" + name
}
