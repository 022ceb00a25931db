package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestSDKUserPoolErrors shows that the SDK recognises user pools' refusals as its own types.
func TestSDKUserPoolErrors(t *testing.T) {
	t.Parallel()
	f := start(t)
	root, c := f.sdk(t, f.root()), f.sdk(t, keys{})
	ctx := t.Context()
	pool, client := userPool(t, root, idp.CreateUserPoolClientInput{
		PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesLegacy, ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth},
	})
	ada := aws.String("ada")
	must[*idp.AdminCreateUserOutput](t)(root.idp.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: &pool, Username: ada}))
	_, err := root.idp.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: &pool, Username: ada})
	wantError[*types.UsernameExistsException](t, err, "")
	_, err = root.idp.AdminGetUser(ctx, &idp.AdminGetUserInput{UserPoolId: &pool, Username: aws.String("bob")})
	wantError[*types.UserNotFoundException](t, err, "User does not exist.")
	_, err = root.idp.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: &pool, Username: ada, Password: aws.String("weak"), Permanent: true})
	wantError[*types.InvalidPasswordException](t, err, "Password did not conform with policy")
	_, err = root.idp.DescribeUserPool(ctx, &idp.DescribeUserPoolInput{UserPoolId: aws.String(f.Region + "_absent000")})
	wantError[*types.ResourceNotFoundException](t, err, "does not exist")
	_, err = root.idp.ListUserPools(ctx, &idp.ListUserPoolsInput{MaxResults: aws.Int32(61)})
	wantError[*types.InvalidParameterException](t, err, "maxResults")
	group := &idp.CreateGroupInput{UserPoolId: &pool, GroupName: aws.String("staff")}
	must[*idp.CreateGroupOutput](t)(root.idp.CreateGroup(ctx, group))
	_, err = root.idp.CreateGroup(ctx, group)
	wantError[*types.GroupExistsException](t, err, "")
	signIn := func(user string, flow types.AuthFlowType, more map[string]string) error {
		params := map[string]string{"USERNAME": user, "PASSWORD": "Wrong-pass-1"}
		for k, v := range more {
			params[k] = v
		}
		_, err := c.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{AuthFlow: flow, ClientId: client.ClientId, AuthParameters: params})
		return err
	}
	wantError[*types.UserNotFoundException](t, signIn("bob", types.AuthFlowTypeUserPasswordAuth, nil), "User does not exist.")
	wantError[*types.NotAuthorizedException](t, signIn("ada", types.AuthFlowTypeUserPasswordAuth, nil), "Incorrect username or password.")
	wantError[*types.InvalidParameterException](t, signIn("ada", types.AuthFlowTypeUserSrpAuth, map[string]string{"SRP_A": "2"}), "USER_SRP_AUTH")
	_, err = c.idp.GetUser(ctx, &idp.GetUserInput{AccessToken: aws.String("e30.e30.e30")})
	wantError[*types.NotAuthorizedException](t, err, "Invalid Access Token")
	_, err = f.sdk(t, robot(t, root, "robot", "")).idp.AdminGetUser(ctx, &idp.AdminGetUserInput{UserPoolId: &pool, Username: ada})
	wantCode(t, err, "AccessDeniedException", "cognito-idp:AdminGetUser")
	_, err = c.idp.AdminGetUser(ctx, &idp.AdminGetUserInput{UserPoolId: &pool, Username: ada})
	wantCode(t, err, "MissingAuthenticationTokenException", "")
}

// TestSDKIAMErrors does the same for IAM, whose errors come as XML.
func TestSDKIAMErrors(t *testing.T) {
	t.Parallel()
	f := start(t)
	root := f.sdk(t, f.root())
	ctx := t.Context()
	robot(t, root, "robot", allow(`"iam:Get*"`, "*"))
	name := aws.String("robot")
	_, err := root.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name})
	wantError[*iamtypes.EntityAlreadyExistsException](t, err, "robot")
	_, err = root.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("absent")})
	wantError[*iamtypes.NoSuchEntityException](t, err, "absent")
	_, err = root.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("absent")})
	wantError[*iamtypes.NoSuchEntityException](t, err, "absent")
	_, err = root.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	wantError[*iamtypes.DeleteConflictException](t, err, "")
	must[*iam.CreateAccessKeyOutput](t)(root.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))
	_, err = root.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	wantError[*iamtypes.LimitExceededException](t, err, "")
	_, err = root.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("bad"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17"}`)})
	wantError[*iamtypes.MalformedPolicyDocumentException](t, err, "")
	_, err = root.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("not a name")})
	wantCode(t, err, "ValidationError", "userName")
	_, err = root.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE"), Status: iamtypes.StatusTypeInactive})
	wantError[*iamtypes.NoSuchEntityException](t, err, "")
	_, err = f.sdk(t, keys{}).iam.ListUsers(ctx, nil)
	wantCode(t, err, "MissingAuthenticationToken", "")
}
