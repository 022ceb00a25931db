package clients

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestRestart stops a server with an embedded store and starts it again: what was handed out holds on, and no secret is printed twice.
func TestRestart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	flags := []string{"--data", data, "--output", "json"}
	first := launch(t, flags...)
	f := first.firstRun(t)
	root := f.sdk(t, f.root())
	user := robot(t, root, "robot", "")
	session := fromSTS(must[*sts.GetSessionTokenOutput](t)(f.sdk(t, user).sts.GetSessionToken(t.Context(), nil)).Credentials)
	tokens, _ := srpSignIn(t, f.sdk(t, keys{}), f.UserPoolID, f.ClientID, f.APIAccessKey, f.APISecretKey)
	first.stop(t)

	// Tokens name the address as their issuer, so it has to stay the same.
	second := launch(t, append(flags, "--listen", strings.TrimPrefix(f.Endpoint, "http://"))...)
	again := second.firstRun(t)
	if again.SecretAccessKey != "" || again.APISecretKey != "" || again.AccessKeyID != "" || again.APIAccessKey != "" {
		t.Error("the second start printed a key")
	}
	if again.Account != f.Account || again.UserPoolID != f.UserPoolID || again.ClientID != f.ClientID || again.Endpoint != f.Endpoint || again.IdentityPoolID != f.IdentityPoolID {
		t.Error("the second start printed another account or tenant")
	}
	for what, k := range map[string]keys{"the root key": f.root(), "an access key": user, "a session of before": session} {
		if _, err := f.sdk(t, k).sts.GetCallerIdentity(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if status, answer := bearerCall(t, f, *tokens.AccessToken); status != http.StatusOK {
		t.Errorf("an access token of before got %d %v", status, answer)
	}
	must[*idp.GetTokensFromRefreshTokenOutput](t)(f.sdk(t, keys{}).idp.GetTokensFromRefreshToken(t.Context(), &idp.GetTokensFromRefreshTokenInput{
		ClientId: &f.ClientID, RefreshToken: tokens.RefreshToken,
	}))
	srpSignIn(t, f.sdk(t, keys{}), f.UserPoolID, f.ClientID, f.APIAccessKey, f.APISecretKey)
}

// TestReset takes an ephemeral server back to the state after its start.
func TestReset(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	user := robot(t, root, "robot", "")
	session := fromSTS(must[*sts.GetSessionTokenOutput](t)(f.sdk(t, user).sts.GetSessionToken(t.Context(), nil)).Credentials)
	pool, _ := userPool(t, root, idp.CreateUserPoolClientInput{})
	if status := reset(t, f, "http://evil.example"); status != http.StatusForbidden {
		t.Errorf("a web page's reset got %d, want 403", status)
	}
	must[*iam.GetUserOutput](t)(root.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("robot")}))
	if status := reset(t, f, ""); status/100 != 2 {
		t.Fatalf("the reset got %d", status)
	}
	_, err := root.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("robot")})
	wantError[*iamtypes.NoSuchEntityException](t, err, "")
	_, err = root.idp.DescribeUserPool(t.Context(), &idp.DescribeUserPoolInput{UserPoolId: &pool})
	wantError[*idptypes.ResourceNotFoundException](t, err, "")
	for what, k := range map[string]keys{"key": user, "session": session} {
		t.Run("the "+what+" of a user that is no more", func(t *testing.T) {
			_, err := f.sdk(t, k).sts.GetCallerIdentity(t.Context(), nil)
			wantCode(t, err, "InvalidClientTokenId", "")
		})
	}
	srpSignIn(t, f.sdk(t, keys{}), f.UserPoolID, f.ClientID, f.APIAccessKey, f.APISecretKey)
}

func reset(t *testing.T, f *firstRun, origin string) int {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, f.Endpoint+"/_mayfly/reset", nil))
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	resp := must[*http.Response](t)(http.DefaultClient.Do(r))
	resp.Body.Close()
	return resp.StatusCode
}
