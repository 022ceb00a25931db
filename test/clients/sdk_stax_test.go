package clients

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	identitytypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// staxProvider is the credentials provider that a program of this journey writes: everything from the sign-in on is repeated when they expire.
type staxProvider struct {
	f *firstRun
	c *sdk
	t *testing.T
}

// Retrieve implements aws.CredentialsProvider.
func (p staxProvider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	_, idToken := srpSignIn(p.t, p.c, p.f.UserPoolID, p.f.ClientID, p.f.APIAccessKey, p.f.APISecretKey)
	logins := map[string]string{p.f.login(): idToken}
	id, err := p.c.identity.GetId(ctx, &cognitoidentity.GetIdInput{IdentityPoolId: &p.f.IdentityPoolID, Logins: logins})
	if err != nil {
		return aws.Credentials{}, err
	}
	out, err := p.c.identity.GetCredentialsForIdentity(ctx, &cognitoidentity.GetCredentialsForIdentityInput{IdentityId: id.IdentityId, Logins: logins})
	if err != nil {
		return aws.Credentials{}, err
	}
	k := out.Credentials
	return aws.Credentials{AccessKeyID: *k.AccessKeyId, SecretAccessKey: *k.SecretKey, SessionToken: *k.SessionToken, CanExpire: true, Expires: *k.Expiration}, nil
}

// TestSDKStax is the journey of an API token with SRP, as the vendor's own clients do it, to a call signed for API Gateway.
func TestSDKStax(t *testing.T) {
	t.Parallel()
	f := start(t)
	cache := aws.NewCredentialsCache(staxProvider{f, f.sdk(t, keys{}), t})
	who := must[*gciOut](t)(f.sdkWith(t, cache).sts.GetCallerIdentity(t.Context(), nil))
	if !strings.HasSuffix(*who.Arn, "/CognitoIdentityCredentials") || *who.Account != f.Account {
		t.Errorf("the caller is %s of %s", *who.Arn, *who.Account)
	}
	k := must[aws.Credentials](t)(cache.Retrieve(t.Context()))
	if left := time.Until(k.Expires); left < 59*time.Minute || left > time.Hour+time.Minute {
		t.Errorf("the credentials live for %s, want an hour", left)
	}
	status, answer := signedCall(t, f, k, "execute-api", nil)
	if status != http.StatusOK || answer["arn"] != *who.Arn || answer["service"] != "execute-api" {
		t.Errorf("the signed call got %d %v", status, answer)
	}
	if id, _ := answer["cognitoIdentityId"].(string); !strings.HasPrefix(id, f.Region+":") {
		t.Errorf("the signed call names the identity %q", id)
	}
	for what, spoil := range map[string]func(*http.Request){
		"another path":  func(r *http.Request) { r.URL.RawQuery = "more=1" },
		"another token": func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", tamper(k.SessionToken)) },
		"no token":      func(r *http.Request) { r.Header.Del("X-Amz-Security-Token") },
		"another date":  func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") },
		"another name":  func(r *http.Request) { r.Host = "api.example.com" },
	} {
		if status, _ := signedCall(t, f, k, "execute-api", spoil); status != http.StatusForbidden {
			t.Errorf("%s: the call got %d, want 403", what, status)
		}
	}
}

// signedCall signs a request with the SDK's own signer, lets spoil change it, and sends it.
func signedCall(t *testing.T, f *firstRun, k aws.Credentials, service string, spoil func(*http.Request)) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.Endpoint+"/_mayfly/caller", nil)
	if err != nil {
		t.Fatal(err)
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if err := v4.NewSigner().SignHTTP(t.Context(), k, r, empty, service, f.Region, time.Now()); err != nil {
		t.Fatal(err)
	}
	if spoil != nil {
		spoil(r)
	}
	return send(t, r)
}

// send sends a request and reads the JSON object that answers it.
func send(t *testing.T, r *http.Request) (int, map[string]any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatalf("%s %s: %s without a JSON object: %v", r.Method, r.URL.Path, resp.Status, err)
	}
	return resp.StatusCode, v
}

// TestSDKIdentityErrors shows that the SDK recognises the refusals of identity pools as its own types.
func TestSDKIdentityErrors(t *testing.T) {
	t.Parallel()
	f := start(t)
	c := f.sdk(t, keys{})
	_, id := srpSignIn(t, c, f.UserPoolID, f.ClientID, f.APIAccessKey, f.APISecretKey)
	getID := func(pool, provider, token string) error {
		_, err := c.identity.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: &pool, Logins: map[string]string{provider: token}})
		return err
	}
	wantError[*identitytypes.NotAuthorizedException](t, getID(f.IdentityPoolID, f.login(), tamper(id)), "Couldn't verify signed token")
	wantError[*identitytypes.NotAuthorizedException](t, getID(f.IdentityPoolID, f.login()+"x", id), "")
	wantError[*identitytypes.ResourceNotFoundException](t, getID(f.Region+":00000000-0000-4000-8000-000000000000", f.login(), id), "")
	wantCode(t, getID("no-pool", f.login(), id), "ValidationException", "identityPoolId")
	_, err := c.idp.InitiateAuth(t.Context(), &idp.InitiateAuthInput{AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth, ClientId: &f.ClientID,
		AuthParameters: map[string]string{"USERNAME": f.APIAccessKey, "PASSWORD": "wrong"}})
	wantError[*idptypes.NotAuthorizedException](t, err, "Incorrect username or password.")
}
