package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/discovery"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// FirstRun is what a first start hands out, once. The members are those of the JSON form.
type FirstRun struct {
	Endpoint        string `json:"endpoint"`
	Region          string `json:"region"`
	Account         string `json:"account"`
	AccessKeyID     string `json:"accessKeyId,omitempty"`
	SecretAccessKey string `json:"secretAccessKey,omitempty"`
	UserPoolID      string `json:"userPoolId"`
	ClientID        string `json:"clientId"`
	IdentityPoolID  string `json:"identityPoolId"`
	APIAccessKey    string `json:"apiAccessKey,omitempty"`
	APISecretKey    string `json:"apiSecretKey,omitempty"`
}

const (
	tenantName   = "api"
	tenantRole   = "mayfly-api-user"
	tenantPolicy = "invoke-api"
)

// prepare makes the account's root key and the first tenant, through the same operations an administrator would use.
func (a *App) prepare(ctx context.Context, s *services) (*FirstRun, error) {
	out := &FirstRun{Endpoint: a.cfg.URL, Region: a.deployment.Region, Account: a.deployment.Account}
	root := &caller.Principal{
		Kind: caller.Root, Account: out.Account, UserID: out.Account, UniqueID: out.Account,
		ARN: "arn:aws:iam::" + out.Account + ":root", EntityARN: "arn:aws:iam::" + out.Account + ":root",
	}
	ctx = caller.WithPrincipal(ctx, root)
	ctx = caller.WithRequest(ctx, &caller.Request{ID: a.requestID(), Time: a.now(), Region: out.Region})
	if err := a.discard(ctx, s); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *services, *FirstRun) error{a.rootAccessKey, a.firstUserPool, a.firstIdentityPool, a.firstToken} {
		if err := step(ctx, s, out); err != nil {
			return nil, err
		}
	}
	return out, a.saveTenant(ctx, discovery.Tenant{Region: out.Region, UserPoolID: out.UserPoolID, ClientID: out.ClientID, IdentityPoolID: out.IdentityPoolID})
}

func (a *App) rootAccessKey(ctx context.Context, s *services, out *FirstRun) (err error) {
	out.AccessKeyID, out.SecretAccessKey = a.cfg.FirstRun.AccessKeyID, a.cfg.FirstRun.SecretAccessKey
	if out.AccessKeyID == "" {
		if out.AccessKeyID, err = caller.NewAccessKeyID(a.random, "AKIA", out.Account); err != nil {
			return err
		}
		if out.SecretAccessKey, err = draw.Text(a.random, draw.Alphanumeric, 40); err != nil {
			return err
		}
	}
	return s.credential.EnsureRoot(ctx, out.Account, out.AccessKeyID, caller.Secret(out.SecretAccessKey))
}

func (a *App) firstUserPool(ctx context.Context, s *services, out *FirstRun) error {
	yes := true
	pool, err := s.userpool.CreateUserPool(ctx, &cognitoidpapi.CreateUserPoolRequest{
		PoolName: tenantName, AdminCreateUserConfig: &cognitoidpapi.AdminCreateUserConfigType{AllowAdminCreateUserOnly: &yes},
	})
	if err != nil {
		return fmt.Errorf("user pool: %w", err)
	}
	out.UserPoolID = *pool.UserPool.Id
	hide := cognitoidpapi.PreventUserExistenceErrorTypes("ENABLED")
	client, err := s.userpool.CreateUserPoolClient(ctx, &cognitoidpapi.CreateUserPoolClientRequest{
		UserPoolId: out.UserPoolID, ClientName: tenantName, PreventUserExistenceErrors: &hide,
		ExplicitAuthFlows: []cognitoidpapi.ExplicitAuthFlowsType{"ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	})
	if err != nil {
		return fmt.Errorf("app client: %w", err)
	}
	out.ClientID = *client.UserPoolClient.ClientId
	return nil
}

// firstIdentityPool makes the identity pool and the role of its users, which trusts this pool alone.
func (a *App) firstIdentityPool(ctx context.Context, s *services, out *FirstRun) error {
	provider := "cognito-idp." + out.Region + ".amazonaws.com/" + out.UserPoolID
	pool, err := s.identitypool.CreateIdentityPool(ctx, &cognitoidentityapi.CreateIdentityPoolInput{
		IdentityPoolName: tenantName, CognitoIdentityProviders: []cognitoidentityapi.CognitoIdentityProvider{{ProviderName: &provider, ClientId: &out.ClientID}},
	})
	if err != nil {
		return fmt.Errorf("identity pool: %w", err)
	}
	out.IdentityPoolID = pool.IdentityPoolId
	role := tenantRole + "-" + strings.ToLower(out.UserPoolID[strings.IndexByte(out.UserPoolID, '_')+1:])
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity",` +
		`"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"` + out.IdentityPoolID + `"},"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}}]}`
	about := "Role of API tokens, made at the first start"
	made, err := s.identity.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: role, AssumeRolePolicyDocument: trust, Description: &about})
	if err != nil {
		return fmt.Errorf("role: %w", err)
	}
	_, err = s.policy.PutRolePolicy(ctx, &iamapi.PutRolePolicyRequest{
		RoleName: role, PolicyName: tenantPolicy,
		PolicyDocument: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}`,
	})
	if err != nil {
		return fmt.Errorf("role policy: %w", err)
	}
	_, err = s.identitypool.SetIdentityPoolRoles(ctx, &cognitoidentityapi.SetIdentityPoolRolesInput{
		IdentityPoolId: out.IdentityPoolID, Roles: map[string]string{"authenticated": made.Role.Arn},
	})
	return err
}

// firstToken makes an API token: a user of the pool whose name is a UUID and whose password has 32 characters.
func (a *App) firstToken(ctx context.Context, s *services, out *FirstRun) (err error) {
	if out.APIAccessKey, err = draw.UUID(a.random); err != nil {
		return err
	}
	if out.APISecretKey, err = a.secretKey(); err != nil {
		return err
	}
	quiet := cognitoidpapi.MessageActionType("SUPPRESS")
	_, err = s.pooluser.AdminCreateUser(ctx, &cognitoidpapi.AdminCreateUserRequest{UserPoolId: out.UserPoolID, Username: out.APIAccessKey, MessageAction: &quiet})
	if err != nil {
		return fmt.Errorf("API token: %w", err)
	}
	permanent := true
	_, err = s.pooluser.AdminSetUserPassword(ctx, &cognitoidpapi.AdminSetUserPasswordRequest{
		UserPoolId: out.UserPoolID, Username: out.APIAccessKey, Password: out.APISecretKey, Permanent: &permanent,
	})
	if err != nil {
		return fmt.Errorf("API token: %w", err)
	}
	return nil
}

// secretKey draws 32 characters that every shell takes unquoted and that satisfy the default password policy.
func (a *App) secretKey() (string, error) {
	for {
		s, err := draw.Text(a.random, draw.URLSafe, 32)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(s, "-_") && strings.ContainsAny(s, "0123456789") && s[0] != '-' {
			return s, nil
		}
	}
}
