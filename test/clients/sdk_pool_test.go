package clients

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// strictPool is a user pool as EchoStream's Terraform declares it: passwords of sixty characters, users whom only an administrator makes, an attribute
// that only a developer may write.
func strictPool() *idp.CreateUserPoolInput {
	return &idp.CreateUserPoolInput{
		PoolName:              aws.String("api"),
		AdminCreateUserConfig: &types.AdminCreateUserConfigType{AllowAdminCreateUserOnly: true},
		AccountRecoverySetting: &types.AccountRecoverySettingType{RecoveryMechanisms: []types.RecoveryOptionType{
			{Name: types.RecoveryOptionNameTypeAdminOnly, Priority: aws.Int32(1)},
		}},
		Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{
			MinimumLength: aws.Int32(60), RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true,
		}},
		Schema: []types.SchemaAttributeType{{
			Name: aws.String("tenant"), AttributeDataType: types.AttributeDataTypeString, DeveloperOnlyAttribute: aws.Bool(true), Mutable: aws.Bool(false),
			StringAttributeConstraints: &types.StringAttributeConstraintsType{MinLength: aws.String("8"), MaxLength: aws.String("80")},
		}},
	}
}

// TestSDKStrictPool signs in to such a pool, and tries its limits.
func TestSDKStrictPool(t *testing.T) {
	t.Parallel()
	f := start(t)
	root, c := f.sdk(t, f.root()), f.sdk(t, keys{})
	ctx := t.Context()
	pool := must[*idp.CreateUserPoolOutput](t)(root.idp.CreateUserPool(ctx, strictPool())).UserPool.Id
	client := must[*idp.CreateUserPoolClientOutput](t)(root.idp.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: aws.String("api"), PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesEnabled,
		ExplicitAuthFlows:   []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
		AccessTokenValidity: aws.Int32(60), IdTokenValidity: aws.Int32(60), RefreshTokenValidity: 30,
		TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: types.TimeUnitsTypeMinutes, IdToken: types.TimeUnitsTypeMinutes, RefreshToken: types.TimeUnitsTypeDays},
	})).UserPoolClient
	tenant := func(value string) []types.AttributeType {
		return []types.AttributeType{{Name: aws.String("dev:custom:tenant"), Value: &value}}
	}
	user := aws.String("api-user")
	create := func(value string) error {
		_, err := root.idp.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: pool, Username: user, MessageAction: types.MessageActionTypeSuppress, UserAttributes: tenant(value)})
		return err
	}
	wantError[*types.InvalidParameterException](t, create("short"), "tenant")
	if err := create("tenant-of-many"); err != nil {
		t.Fatal(err)
	}
	password := strings.Repeat("Aa1-", 16)
	set := func(password string) error {
		_, err := root.idp.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: pool, Username: user, Password: &password, Permanent: true})
		return err
	}
	wantError[*types.InvalidPasswordException](t, set(password[:59]), "")
	if err := set(password); err != nil {
		t.Fatal(err)
	}
	tokens, _ := srpSignIn(t, c, *pool, *client.ClientId, *user, password)
	_, err := root.idp.AdminUpdateUserAttributes(ctx, &idp.AdminUpdateUserAttributesInput{UserPoolId: pool, Username: user, UserAttributes: tenant("another-tenant")})
	wantError[*types.InvalidParameterException](t, err, "")
	_, err = c.idp.UpdateUserAttributes(ctx, &idp.UpdateUserAttributesInput{AccessToken: tokens.AccessToken, UserAttributes: tenant("another-tenant")})
	wantError[*types.NotAuthorizedException](t, err, "")
	_, err = c.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{AuthFlow: types.AuthFlowTypeUserPasswordAuth, ClientId: client.ClientId,
		AuthParameters: map[string]string{"USERNAME": *user, "PASSWORD": password}})
	wantError[*types.InvalidParameterException](t, err, "USER_PASSWORD_AUTH")
	_, err = c.idp.SignUp(ctx, &idp.SignUpInput{ClientId: client.ClientId, Username: aws.String("stranger"), Password: &password})
	wantError[*types.NotAuthorizedException](t, err, "SignUp is not permitted")
	// The client hides who exists, so everybody seems to be sent a code; nobody is.
	must[*idp.ForgotPasswordOutput](t)(c.idp.ForgotPassword(ctx, &idp.ForgotPasswordInput{ClientId: client.ClientId, Username: user}))
	var sent []any
	if err := json.Unmarshal(get(t, f.Endpoint+"/_mayfly/outbox"), &sent); err != nil || len(sent) != 0 {
		t.Errorf("%d messages were sent although only an administrator may reset the password: %v", len(sent), err)
	}
}
