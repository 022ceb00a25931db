package identitypool

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// credentialLife is the life of an identity's credentials
// (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html).
const credentialLife = time.Hour

// sessionName is the name of every session of an identity, as AWS has it.
const sessionName = "CognitoIdentityCredentials"

// providerName is the principal and the prefix of condition keys of identity pools in trust policies.
const providerName = "cognito-identity.amazonaws.com"

// GetCredentialsForIdentity gives temporary credentials of the identity's role (the enhanced flow).
func (s *Service) GetCredentialsForIdentity(ctx context.Context, in *api.GetCredentialsForIdentityInput) (*api.GetCredentialsForIdentityResponse, error) {
	row, err := identities.GetCached(ctx, s.Store, in.IdentityId)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.ResourceNotFoundException.New("Identity '%s' not found.", in.IdentityId)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.pool(ctx, row.Doc.PoolID)
	if err != nil {
		return nil, err
	}
	who, err := s.holder(ctx, p, &row.Doc, in.Logins)
	if err != nil {
		return nil, err
	}
	arn, err := chooseRole(p, who, in.CustomRoleArn)
	if err != nil {
		return nil, err
	}
	c, err := s.assume(ctx, p, &row.Doc, arn, len(who) > 0)
	if err != nil {
		return nil, err
	}
	secret, token := string(c.SecretAccessKey), string(c.SessionToken)
	return &api.GetCredentialsForIdentityResponse{
		IdentityId:  &row.Doc.ID,
		Credentials: &api.Credentials{AccessKeyId: &c.AccessKeyID, SecretKey: &secret, SessionToken: &token, Expiration: &c.Expiration},
	}, nil
}

// holder verifies that the request speaks for the identity: with a login of it, or as a guest for one that never had a login.
func (s *Service) holder(ctx context.Context, p *Pool, i *Identity, in map[string]string) ([]verified, error) {
	if len(in) == 0 {
		if len(i.Logins) > 0 {
			return nil, api.NotAuthorizedException.New("Access to Identity '%s' is forbidden.", i.ID)
		}
		if !p.AllowGuests {
			return nil, api.NotAuthorizedException.New("Unauthenticated access is not supported for this identity pool.")
		}
		return nil, nil
	}
	who, err := s.verifyLogins(ctx, p, in)
	if err != nil {
		return nil, err
	}
	id, _, err := s.known(ctx, p, who)
	if err != nil {
		return nil, err
	}
	if id != i.ID {
		return nil, api.NotAuthorizedException.New("Logins don't match. Please include at least one valid login for this identity or identity pool.")
	}
	return who, nil
}

// chooseRole gives the ARN of the role. A role of the caller's choice must be among those that their token names.
func chooseRole(p *Pool, who []verified, custom *string) (string, error) {
	arn := p.AuthenticatedTo
	if len(who) == 0 {
		arn = p.GuestRole
	}
	if custom != nil {
		if !slices.ContainsFunc(who, func(v verified) bool { return slices.Contains(v.Roles, *custom) }) {
			return "", api.NotAuthorizedException.New("Specified role is not allowed by the login token.")
		}
		arn = *custom
	}
	if arn == "" {
		return "", badConfiguration()
	}
	return arn, nil
}

func badConfiguration() error {
	return api.InvalidIdentityPoolConfigurationException.New("Invalid identity pool configuration. Check assigned IAM roles for this pool.")
}

// assume asks the role's trust policy as sts:AssumeRoleWithWebIdentity would, and mints.
func (s *Service) assume(ctx context.Context, p *Pool, i *Identity, arn string, authenticated bool) (caller.Credentials, error) {
	role, err := s.Roles.LoginRole(ctx, arn)
	if errors.Is(err, caller.ErrUnknown) {
		return caller.Credentials{}, badConfiguration()
	}
	if err != nil {
		return caller.Credentials{}, err
	}
	amr := "unauthenticated"
	if authenticated {
		amr = "authenticated"
	}
	claims := map[string][]string{providerName + ":aud": {p.ID}, providerName + ":sub": {i.ID}, providerName + ":amr": {amr}}
	if !trusts(ctx, &role, claims) {
		return caller.Credentials{}, badConfiguration()
	}
	now := caller.RequestFrom(ctx).Time
	session := &caller.Session{
		Name: sessionName, IssuedAt: now, RootIssuedAt: now, Expires: now.Add(credentialLife),
		Provider: providerName, FederatedContext: claims,
	}
	if !authenticated {
		session.InlinePolicy = guestPolicy
	}
	return s.Minter.Mint(caller.Principal{Kind: caller.AssumedRole, Account: role.Account, UniqueID: role.UniqueID, Name: role.Name, EntityARN: role.ARN, Session: session})
}

// trustContext answers the condition keys of a trust policy: the claims of the identity, and what every request answers.
type trustContext struct {
	request *caller.Request
	claims  map[string][]string
}

// Lookup implements iampolicy.Context.
func (c *trustContext) Lookup(key string) ([]string, bool) {
	if v, ok := c.claims[key]; ok {
		return v, true
	}
	if key == "sts:rolesessionname" {
		return []string{sessionName}, true
	}
	if v, ok := c.request.Lookup(key); ok {
		return []string{v}, true
	}
	return nil, false
}

// trusts reports whether the role's trust policy lets the identity in.
func trusts(ctx context.Context, role *Role, claims map[string][]string) bool {
	d := iampolicy.Evaluate(
		&iampolicy.Set{Resource: &iampolicy.Named{ID: role.ARN, Policy: role.Trust}, ResourceKind: iampolicy.RoleTrust},
		&iampolicy.Request{
			Action: "sts:AssumeRoleWithWebIdentity", Resource: role.ARN, ResourceAccount: role.Account, Context: &trustContext{caller.RequestFrom(ctx), claims},
			Principal: iampolicy.Principal{Type: iampolicy.WebIdentity, Federated: providerName},
		})
	return d.Allowed
}

// guestPolicy is what guests can do at most, whatever their role allows
// (https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html#access-policies-scope-down-services).
const guestPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rum:PutRumEvents","polly:*","comprehend:*","translate:*",` +
	`"transcribe:*","rekognition:*","mobiletargeting:*","firehose:*","appsync:*","personalize:*","sagemaker:InvokeEndpoint","cognito-sync:*",` +
	`"cognito-idp:*","cognito-identity:*","sts:GetCallerIdentity","execute-api:*","mobileanalytics:PutEvents","dynamodb:*","iot:*","kinesis:*",` +
	`"kinesisanalytics:*","lex:*","logs:*","s3:*","sdb:*","ses:*","sns:*","sqs:*","lambda:InvokeFunction","machinelearning:*","geo:*","geo-maps:*",` +
	`"geo-places:*","geo-routes:*","evidently:*"],"Resource":"*"}]}`
