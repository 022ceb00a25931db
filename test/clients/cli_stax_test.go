package clients

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestCLIStax is the journey of an API token through the AWS CLI: sign in, get the identity, get its credentials, sign a call.
func TestCLIStax(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	id := c.run("cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", f.ClientID,
		"--auth-parameters", "USERNAME="+f.APIAccessKey+",PASSWORD="+f.APISecretKey).text("AuthenticationResult", "IdToken")
	for _, spelling := range []string{f.login(), strings.TrimPrefix(f.Endpoint, "http://") + "/" + f.UserPoolID} {
		logins := spelling + "=" + id
		identity := c.run("cognito-identity", "get-id", "--identity-pool-id", f.IdentityPoolID, "--logins", logins).text("IdentityId")
		o := c.run("cognito-identity", "get-credentials-for-identity", "--identity-id", identity, "--logins", logins)
		k := keys{o.text("Credentials", "AccessKeyId"), o.text("Credentials", "SecretKey"), o.text("Credentials", "SessionToken")}
		if strings.ContainsAny(k.secret, "/+") {
			t.Error("the secret of temporary keys holds a character that a URL would change")
		}
		who := c.as(k).run("sts", "get-caller-identity")
		who.want(f.Account, "Account")
		if arn := who.text("Arn"); !strings.HasPrefix(arn, "arn:aws:sts::"+f.Account+":assumed-role/") || !strings.HasSuffix(arn, "/CognitoIdentityCredentials") {
			t.Errorf("%s: the caller is %s, want the pool's role", spelling, arn)
		}
		c.as(keys{k.id, k.secret, tamper(k.token)}).refused("InvalidClientTokenId", "", "sts", "get-caller-identity")
		c.as(keys{k.id, k.secret[1:] + "A", k.token}).refused("SignatureDoesNotMatch", "", "sts", "get-caller-identity")
		c.as(k).refused("AccessDenied", "iam:ListUsers", "iam", "list-users")
	}
}

// TestCLIStaxRefusals shows the CLI's view of a wrong token, and of logins that do not hold.
func TestCLIStaxRefusals(t *testing.T) {
	t.Parallel()
	awsCLI(t)
	f := start(t)
	c := newCLI(t, f)
	signIn := func(user, secret string) []string {
		return []string{"cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", f.ClientID,
			"--auth-parameters", "USERNAME=" + user + ",PASSWORD=" + secret}
	}
	c.refused("NotAuthorizedException", "Incorrect username or password.", signIn(f.APIAccessKey, "wrong")...)
	c.refused("NotAuthorizedException", "Incorrect username or password.", signIn("nobody", f.APISecretKey)...)
	c.refused("ResourceNotFoundException", "", "cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH",
		"--client-id", "0123456789abcdefghijklmnop", "--auth-parameters", "USERNAME=a,PASSWORD=b")
	id := c.run(signIn(f.APIAccessKey, f.APISecretKey)...).text("AuthenticationResult", "IdToken")
	getID := func(token string) []string {
		return []string{"cognito-identity", "get-id", "--identity-pool-id", f.IdentityPoolID, "--logins", f.login() + "=" + token}
	}
	c.refused("NotAuthorizedException", "", getID(tamper(id))...)
	c.refused("NotAuthorizedException", "", "cognito-identity", "get-id", "--identity-pool-id", f.IdentityPoolID)
	identity := c.run(getID(id)...).text("IdentityId")
	c.refused("NotAuthorizedException", "", "cognito-identity", "get-credentials-for-identity", "--identity-id", identity)
	c.refused("ResourceNotFoundException", "", "cognito-identity", "get-credentials-for-identity",
		"--identity-id", f.Region+":00000000-0000-4000-8000-000000000000", "--logins", f.login()+"="+id)
}

// TestPublicConfiguration reads the public configuration in both of its forms.
func TestPublicConfiguration(t *testing.T) {
	t.Parallel()
	f := start(t)
	plain := get(t, f.Endpoint+"/20190206/public/config")
	coded := get(t, f.Endpoint)
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(coded)))
	if err != nil {
		t.Fatal(err)
	}
	for form, text := range map[string][]byte{"JSON": plain, "base64": decoded} {
		var d struct{ ApiAuth map[string]any }
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		for member, want := range map[string]any{
			"region": f.Region, "userPoolId": f.UserPoolID, "userPoolWebClientId": f.ClientID, "identityPoolId": f.IdentityPoolID, "mandatorySignIn": true,
		} {
			if d.ApiAuth[member] != want {
				t.Errorf("%s: ApiAuth.%s = %v, want %v", form, member, d.ApiAuth[member], want)
			}
		}
	}
}

// tamper changes one character in the middle of a token to another of the same alphabet.
func tamper(token string) string {
	b := []byte(token)
	i := len(b) / 2
	for b[i] == '.' {
		i++
	}
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}

// get fetches a page, which must answer 200.
func get(t *testing.T, url string) []byte {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, r.Status)
	}
	return b
}
