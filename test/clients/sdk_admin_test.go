package clients

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	identitytypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// userPool makes a pool with one app client and gives both ids.
func userPool(t *testing.T, c *sdk, in idp.CreateUserPoolClientInput) (pool string, client *types.UserPoolClientType) {
	t.Helper()
	made := must[*idp.CreateUserPoolOutput](t)(c.idp.CreateUserPool(t.Context(), &idp.CreateUserPoolInput{PoolName: aws.String("made here")}))
	in.UserPoolId, in.ClientName = made.UserPool.Id, aws.String("app")
	out := must[*idp.CreateUserPoolClientOutput](t)(c.idp.CreateUserPoolClient(t.Context(), &in))
	return *made.UserPool.Id, out.UserPoolClient
}

// TestSDKAdmin makes a world from nothing and follows a user whom an administrator made through SRP with a client secret, the first password and a
// group's role to credentials.
func TestSDKAdmin(t *testing.T) {
	t.Parallel()
	f := start(t)
	root, c := f.sdk(t, f.root()), f.sdk(t, keys{})
	ctx := t.Context()
	pool, client := userPool(t, root, idp.CreateUserPoolClientInput{
		GenerateSecret: true, ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	must[*idp.AdminCreateUserOutput](t)(root.idp.AdminCreateUser(ctx, &idp.AdminCreateUserInput{
		UserPoolId: &pool, Username: aws.String("ada"), TemporaryPassword: aws.String("Temporary-1"), MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{{Name: aws.String("email"), Value: aws.String("ada@example.com")}},
	}))
	hash := secretHash(client, "ada")
	s := newSRPClient(t)
	first := must[*idp.InitiateAuthOutput](t)(c.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserSrpAuth, ClientId: client.ClientId,
		AuthParameters: map[string]string{"USERNAME": "ada", "SRP_A": s.valueA(), "SECRET_HASH": hash, "CHALLENGE_NAME": "SRP_A"},
	}))
	answer := s.answer(t, pool, "Temporary-1", first.ChallengeParameters, time.Now())
	_, err := answerSRP(ctx, c, *client.ClientId, answer)
	wantError[*types.NotAuthorizedException](t, err, "")
	answer["SECRET_HASH"] = hash
	next := must[*idp.RespondToAuthChallengeOutput](t)(answerSRP(ctx, c, *client.ClientId, answer))
	if next.ChallengeName != types.ChallengeNameTypeNewPasswordRequired || next.Session == nil || next.AuthenticationResult != nil {
		t.Fatalf("the temporary password led to %q, tokens %t", next.ChallengeName, next.AuthenticationResult != nil)
	}
	done := must[*idp.RespondToAuthChallengeOutput](t)(c.idp.RespondToAuthChallenge(ctx, &idp.RespondToAuthChallengeInput{
		ChallengeName: next.ChallengeName, ClientId: client.ClientId, Session: next.Session,
		ChallengeResponses: map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Permanent-2", "SECRET_HASH": hash},
	}))
	user := must[*idp.AdminGetUserOutput](t)(root.idp.AdminGetUser(ctx, &idp.AdminGetUserInput{UserPoolId: &pool, Username: aws.String("ada")}))
	if user.UserStatus != types.UserStatusTypeConfirmed || !user.Enabled {
		t.Errorf("the user is %s, enabled %t", user.UserStatus, user.Enabled)
	}
	exchange(t, f, root, pool, *client.ClientId, *done.AuthenticationResult.IdToken)
}

// secretHash is SECRET_HASH: base64 HMAC-SHA-256, with the client secret, over user name and client id.
func secretHash(c *types.UserPoolClientType, name string) string {
	h := hmac.New(sha256.New, []byte(*c.ClientSecret))
	h.Write([]byte(name + *c.ClientId))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// exchange makes an identity pool with a role, and lets an id token through it.
func exchange(t *testing.T, f *firstRun, root *sdk, pool, client, idToken string) {
	t.Helper()
	ctx, c := t.Context(), f.sdk(t, keys{})
	provider := "cognito-idp." + f.Region + ".amazonaws.com/" + pool
	identities := must[*cognitoidentity.CreateIdentityPoolOutput](t)(root.identity.CreateIdentityPool(ctx, &cognitoidentity.CreateIdentityPoolInput{
		IdentityPoolName: aws.String("made here"), CognitoIdentityProviders: []identitytypes.CognitoIdentityProvider{{ProviderName: &provider, ClientId: &client}},
	}))
	get := cognitoidentity.GetIdInput{IdentityPoolId: identities.IdentityPoolId, Logins: map[string]string{provider: idToken}}
	id := must[*cognitoidentity.GetIdOutput](t)(c.identity.GetId(ctx, &get))
	in := &cognitoidentity.GetCredentialsForIdentityInput{IdentityId: id.IdentityId, Logins: get.Logins}
	_, err := c.identity.GetCredentialsForIdentity(ctx, in)
	wantError[*identitytypes.InvalidIdentityPoolConfigurationException](t, err, "")

	federated := func(pool string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity",` +
			`"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"` + pool + `"}}}]}`
	}
	assign := func(arn string) {
		t.Helper()
		must[*cognitoidentity.SetIdentityPoolRolesOutput](t)(root.identity.SetIdentityPoolRoles(ctx, &cognitoidentity.SetIdentityPoolRolesInput{
			IdentityPoolId: identities.IdentityPoolId, Roles: map[string]string{"authenticated": arn},
		}))
	}
	assign(role(t, root, "for-another-pool", federated(f.IdentityPoolID), ""))
	_, err = c.identity.GetCredentialsForIdentity(ctx, in)
	wantError[*identitytypes.InvalidIdentityPoolConfigurationException](t, err, "")
	assign(role(t, root, "for-this-pool", federated(*identities.IdentityPoolId), ""))
	got := must[*cognitoidentity.GetCredentialsForIdentityOutput](t)(c.identity.GetCredentialsForIdentity(ctx, in)).Credentials
	who := must[*gciOut](t)(f.sdk(t, keys{*got.AccessKeyId, *got.SecretKey, *got.SessionToken}).sts.GetCallerIdentity(ctx, nil))
	if !strings.Contains(*who.Arn, ":assumed-role/for-this-pool/") {
		t.Errorf("the caller is %s", *who.Arn)
	}
}

// TestSDKSignUp registers a person, with the code that the outbox shows.
func TestSDKSignUp(t *testing.T) {
	t.Parallel()
	f := start(t, "--fixed-code", "123456")
	root, c := f.sdk(t, f.root()), f.sdk(t, keys{})
	ctx := t.Context()
	made := must[*idp.CreateUserPoolOutput](t)(root.idp.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("public"), AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
	}))
	client := must[*idp.CreateUserPoolClientOutput](t)(root.idp.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: made.UserPool.Id, ClientName: aws.String("app"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth},
	})).UserPoolClient.ClientId
	name, password := aws.String("grace"), aws.String("Permanent-1")
	out := must[*idp.SignUpOutput](t)(c.idp.SignUp(ctx, &idp.SignUpInput{
		ClientId: client, Username: name, Password: password, UserAttributes: []types.AttributeType{{Name: aws.String("email"), Value: aws.String("grace@example.com")}},
	}))
	if out.UserConfirmed || aws.ToString(out.CodeDeliveryDetails.AttributeName) != "email" {
		t.Errorf("sign-up: confirmed %t, code to %s", out.UserConfirmed, aws.ToString(out.CodeDeliveryDetails.AttributeName))
	}
	s := newSRPClient(t)
	begun := must[*idp.InitiateAuthOutput](t)(beginSRP(ctx, c, *client, *name, s.valueA()))
	_, err := answerSRP(ctx, c, *client, s.answer(t, *made.UserPool.Id, *password, begun.ChallengeParameters, time.Now()))
	wantError[*types.UserNotConfirmedException](t, err, "")
	confirm := func(code string) error {
		_, err := c.idp.ConfirmSignUp(ctx, &idp.ConfirmSignUpInput{ClientId: client, Username: name, ConfirmationCode: &code})
		return err
	}
	wantError[*types.CodeMismatchException](t, confirm("654321"), "")
	if !strings.Contains(string(get(t, f.Endpoint+"/_mayfly/outbox")), "123456") {
		t.Error("the outbox does not show the code")
	}
	if err := confirm("123456"); err != nil {
		t.Fatal(err)
	}
	srpSignIn(t, c, *made.UserPool.Id, *client, *name, *password)
}
