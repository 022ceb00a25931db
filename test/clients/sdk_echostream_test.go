package clients

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// beginSRP sends the first message of an SRP sign-in.
func beginSRP(ctx context.Context, c *sdk, client, user, a string) (*idp.InitiateAuthOutput, error) {
	return c.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserSrpAuth, ClientId: &client, AuthParameters: map[string]string{"USERNAME": user, "SRP_A": a},
	})
}

func answerSRP(ctx context.Context, c *sdk, client string, answer map[string]string) (*idp.RespondToAuthChallengeOutput, error) {
	return c.idp.RespondToAuthChallenge(ctx, &idp.RespondToAuthChallengeInput{
		ChallengeName: types.ChallengeNameTypePasswordVerifier, ClientId: &client, ChallengeResponses: answer,
	})
}

// srpSignIn signs a user in and gives the whole result and its id token.
func srpSignIn(t *testing.T, c *sdk, pool, client, user, password string) (*types.AuthenticationResultType, string) {
	t.Helper()
	s := newSRPClient(t)
	first := must[*idp.InitiateAuthOutput](t)(beginSRP(t.Context(), c, client, user, s.valueA()))
	if first.ChallengeName != types.ChallengeNameTypePasswordVerifier || first.Session != nil {
		t.Fatalf("the challenge is %s with session %t, want PASSWORD_VERIFIER without one", first.ChallengeName, first.Session != nil)
	}
	out := must[*idp.RespondToAuthChallengeOutput](t)(answerSRP(t.Context(), c, client, s.answer(t, pool, password, first.ChallengeParameters, time.Now())))
	r := out.AuthenticationResult
	if r == nil || r.IdToken == nil || r.AccessToken == nil || r.RefreshToken == nil || aws.ToString(r.TokenType) != "Bearer" || r.ExpiresIn != 3600 {
		t.Fatalf("the sign-in did not give three tokens: next challenge %q", out.ChallengeName)
	}
	return r, *r.IdToken
}

// TestSDKEchoStream is the journey from user name and password to an API call with the access token, and its renewal.
func TestSDKEchoStream(t *testing.T) {
	t.Parallel()
	f := start(t)
	c := f.sdk(t, keys{})
	r, _ := srpSignIn(t, c, f.UserPoolID, f.ClientID, f.APIAccessKey, f.APISecretKey)
	verifyTokens(t, f, *r.IdToken, *r.AccessToken)
	callWith(t, f, *r.AccessToken)

	again := must[*idp.InitiateAuthOutput](t)(c.idp.InitiateAuth(t.Context(), &idp.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeRefreshTokenAuth, ClientId: &f.ClientID, AuthParameters: map[string]string{"REFRESH_TOKEN": *r.RefreshToken},
	})).AuthenticationResult
	if again.RefreshToken != nil {
		t.Error("a refresh token came back although rotation is off")
	}
	verifyTokens(t, f, *again.IdToken, *again.AccessToken)
	callWith(t, f, *again.AccessToken)

	third := must[*idp.GetTokensFromRefreshTokenOutput](t)(c.idp.GetTokensFromRefreshToken(t.Context(), &idp.GetTokensFromRefreshTokenInput{
		ClientId: &f.ClientID, RefreshToken: r.RefreshToken,
	})).AuthenticationResult
	verifyTokens(t, f, *third.IdToken, *third.AccessToken)
	callWith(t, f, *third.AccessToken)

	_, err := c.idp.GetTokensFromRefreshToken(t.Context(), &idp.GetTokensFromRefreshTokenInput{ClientId: &f.ClientID, RefreshToken: aws.String(tamper(*r.RefreshToken))})
	wantError[*types.NotAuthorizedException](t, err, "")
	must[*idp.RevokeTokenOutput](t)(c.idp.RevokeToken(t.Context(), &idp.RevokeTokenInput{ClientId: &f.ClientID, Token: r.RefreshToken}))
	_, err = c.idp.GetTokensFromRefreshToken(t.Context(), &idp.GetTokensFromRefreshTokenInput{ClientId: &f.ClientID, RefreshToken: r.RefreshToken})
	wantError[*types.NotAuthorizedException](t, err, "revoked")
	if status, _ := bearerCall(t, f, *third.AccessToken); status != http.StatusUnauthorized {
		t.Errorf("an access token of a revoked sign-in got %d, want 401", status)
	}
}

// claims are those that clients of these tokens read.
type claims struct {
	Use      string `json:"token_use"`
	Client   string `json:"client_id"`
	Username string `json:"username"`
	IDName   string `json:"cognito:username"`
}

// verifyTokens lets two libraries that the server does not use judge the tokens by the published documents.
func verifyTokens(t *testing.T, f *firstRun, id, access string) {
	t.Helper()
	issuer := f.Endpoint + "/" + f.UserPoolID
	provider := must[*oidc.Provider](t)(oidc.NewProvider(t.Context(), issuer))
	var c claims
	tok := must[*oidc.IDToken](t)(provider.Verifier(&oidc.Config{ClientID: f.ClientID}).Verify(t.Context(), id))
	if err := tok.Claims(&c); err != nil || c.Use != "id" || c.IDName != f.APIAccessKey {
		t.Errorf("the id token is for %q, user %q: %v", c.Use, c.IDName, err)
	}
	if _, err := provider.Verifier(&oidc.Config{ClientID: f.ClientID}).Verify(t.Context(), tamper(id)); err == nil {
		t.Error("a changed id token was accepted by the published keys")
	}
	if _, err := provider.Verifier(&oidc.Config{ClientID: f.ClientID}).Verify(t.Context(), access); err == nil {
		t.Error("the access token passes for an id token")
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(get(t, issuer+"/.well-known/jwks.json"), &set); err != nil {
		t.Fatal(err)
	}
	parsed := must[*jwt.JSONWebToken](t)(jwt.ParseSigned(access, []jose.SignatureAlgorithm{jose.RS256}))
	keys := set.Key(parsed.Headers[0].KeyID)
	if len(keys) != 1 || keys[0].Use != "sig" || keys[0].Algorithm != "RS256" || !keys[0].IsPublic() {
		t.Fatalf("%d published keys have the token's kid, want one public RS256 signing key", len(keys))
	}
	var registered jwt.Claims
	c = claims{}
	if err := parsed.Claims(keys[0].Key, &registered, &c); err != nil {
		t.Fatal(err)
	}
	if err := registered.Validate(jwt.Expected{Issuer: issuer, Subject: tok.Subject, Time: time.Now()}); err != nil {
		t.Error(err)
	}
	if c.Use != "access" || c.Client != f.ClientID || c.Username != f.APIAccessKey || registered.Audience != nil {
		t.Errorf("the access token's claims are wrong: use %q, client %q, user %q", c.Use, c.Client, c.Username)
	}
}

// callWith makes an API call with the access token as EchoStream's clients do, and with the usual scheme.
func callWith(t *testing.T, f *firstRun, access string) {
	t.Helper()
	for _, scheme := range []string{"", "Bearer "} {
		status, answer := bearerCall(t, f, scheme+access)
		if status != http.StatusOK || answer["username"] != f.APIAccessKey || answer["clientId"] != f.ClientID || answer["userPoolId"] != f.UserPoolID {
			t.Errorf("the call with scheme %q got %d %v", scheme, status, answer)
		}
		if status, _ := bearerCall(t, f, scheme+tamper(access)); status != http.StatusUnauthorized {
			t.Errorf("a changed token with scheme %q got %d, want 401", scheme, status)
		}
	}
}

func bearerCall(t *testing.T, f *firstRun, authorization string) (int, map[string]any) {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, f.Endpoint+"/_mayfly/caller", nil))
	r.Header.Set("Authorization", authorization)
	return send(t, r)
}
