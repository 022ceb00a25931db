package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// postJSON sends an awsJson 1.1 request, signed when there are keys.
func postJSON(t *testing.T, f *firstRun, k keys, service, target, body string) (int, map[string]any) {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, f.Endpoint+"/", strings.NewReader(body)))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	if k.id != "" {
		sum := sha256.Sum256([]byte(body))
		c := aws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret, SessionToken: k.token}
		if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hex.EncodeToString(sum[:]), service, f.Region, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return send(t, r)
}

const (
	idpTarget      = "AWSCognitoIdentityProviderService."
	identityTarget = "AWSCognitoIdentityService."
)

// TestNullMembers sends what stock clients of some languages send: null for every member that they leave out.
func TestNullMembers(t *testing.T) {
	t.Parallel()
	f := start(t)
	status, out := postJSON(t, f, keys{}, "", idpTarget+"InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"`+f.ClientID+`","AuthParameters":{"USERNAME":"`+f.APIAccessKey+
		`","PASSWORD":"`+f.APISecretKey+`"},"ClientMetadata":null,"AnalyticsMetadata":null,"UserContextData":null,"Session":null}`)
	tokens, _ := out["AuthenticationResult"].(map[string]any)
	if status != http.StatusOK || tokens["IdToken"] == nil {
		t.Fatalf("InitiateAuth with null members got %d %v", status, out["__type"])
	}
	id, _ := tokens["IdToken"].(string)
	status, out = postJSON(t, f, keys{}, "", identityTarget+"GetId", `{"AccountId":null,"IdentityPoolId":"`+f.IdentityPoolID+`","Logins":{"`+f.login()+`":"`+id+`"}}`)
	if status != http.StatusOK || out["IdentityId"] == nil {
		t.Errorf("GetId with null members got %d %v", status, out)
	}
	status, out = postJSON(t, f, f.root(), "cognito-idp", idpTarget+"CreateUserPool", `{"PoolName":"nulls","Policies":null,"LambdaConfig":{"PreSignUp":null},"AliasAttributes":null,`+
		`"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true,"InviteMessageTemplate":null,"UnusedAccountValidityDays":null},"UserPoolTags":null,"Schema":null}`)
	if status != http.StatusOK || out["UserPool"] == nil {
		t.Errorf("CreateUserPool with null members got %d %v", status, out)
	}
}

// TestNullRequired shows that null for a required member is the same as leaving it out.
func TestNullRequired(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, body := range []string{`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":null}`, `{"AuthFlow":"USER_PASSWORD_AUTH"}`} {
		status, out := postJSON(t, f, keys{}, "", idpTarget+"InitiateAuth", body)
		message, _ := out["message"].(string)
		if status != http.StatusBadRequest || out["__type"] != "InvalidParameterException" ||
			!strings.Contains(message, "Value null at 'clientId' failed to satisfy constraint: Member must not be null") {
			t.Errorf("%s got %d %v", body, status, out)
		}
	}
	for _, body := range []string{`{"AuthFlow":`, `[]`, `{"AuthFlow":1}`, `null`} {
		if status, out := postJSON(t, f, keys{}, "", idpTarget+"InitiateAuth", body); status != http.StatusBadRequest || out["__type"] != "SerializationException" {
			t.Errorf("%s got %d %v", body, status, out)
		}
	}
	if status, out := postJSON(t, f, keys{}, "", idpTarget+"NoSuchOperation", `{}`); status < 400 || status >= 500 || out["__type"] != "UnknownOperationException" {
		t.Errorf("an unknown operation got %d %v", status, out)
	}
}
