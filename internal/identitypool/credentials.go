package identitypool

import (
	"context"
	"errors"
	"strings"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// credentialLife is the life of an identity's credentials
// (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html).
const credentialLife = time.Hour

// sessionName is the name of every session of an identity, as AWS has it.
const sessionName = "CognitoIdentityCredentials"

// providerName is the principal and the prefix of condition keys of identity pools in trust policies, and the key of this service's own tokens in logins.
const providerName = "cognito-identity.amazonaws.com"

// GetCredentialsForIdentity gives temporary credentials of the identity's role (the enhanced flow). The identity that it answers is another one than
// the request's where that was merged.
func (s *Service) GetCredentialsForIdentity(ctx context.Context, in *api.GetCredentialsForIdentityInput) (*api.GetCredentialsForIdentityResponse, error) {
	i, p, err := s.identity(ctx, in.IdentityId)
	if err != nil {
		return nil, err
	}
	id, who, err := s.present(ctx, p, i, in.Logins)
	if err != nil {
		return nil, err
	}
	arn, err := p.chooseRole(who, in.CustomRoleArn)
	if err != nil {
		return nil, err
	}
	c, err := s.assume(ctx, p, id, arn, who)
	if err != nil {
		return nil, err
	}
	secret, token := string(c.SecretAccessKey), string(c.SessionToken)
	return &api.GetCredentialsForIdentityResponse{
		IdentityId:  &id,
		Credentials: &api.Credentials{AccessKeyId: &c.AccessKeyID, SecretKey: &secret, SessionToken: &token, Expiration: &c.Expiration},
	}, nil
}

func badConfiguration() error {
	return api.InvalidIdentityPoolConfigurationException.New("Invalid identity pool configuration. Check assigned IAM roles for this pool.")
}

// maxAMR bounds the names of providers and users that a session carries, in bytes. A session token is sealed into a header, and one that is longer than
// sessions are read would be credentials that open nothing.
const maxAMR = 4096

// assume asks the role's trust policy as sts:AssumeRoleWithWebIdentity would, and mints.
func (s *Service) assume(ctx context.Context, p *Pool, id, arn string, who []verified) (caller.Credentials, error) {
	role, err := s.Roles.LoginRole(ctx, arn)
	if errors.Is(err, caller.ErrUnknown) {
		return caller.Credentials{}, badConfiguration()
	}
	if err != nil {
		return caller.Credentials{}, err
	}
	tags, err := p.sessionTags(who)
	if err != nil {
		return caller.Credentials{}, err
	}
	how := amr(who)
	if size := len(strings.Join(how, ",")); size > maxAMR {
		return caller.Credentials{}, api.InvalidParameterException.New("The session of these logins would be too long.")
	}
	claims := map[string][]string{providerName + ":aud": {p.ID}, providerName + ":sub": {id}, providerName + ":amr": how}
	a := &assumption{request: caller.RequestFrom(ctx), role: &role, pool: p, identity: id, claims: claims, tags: tags}
	if err := s.decide(ctx, a); err != nil {
		return caller.Credentials{}, err
	}
	now := a.request.Time
	session := &caller.Session{
		Name: sessionName, IssuedAt: now, RootIssuedAt: now, Expires: now.Add(credentialLife),
		Provider: providerName, FederatedContext: claims, Tags: tags,
	}
	if len(who) == 0 {
		session.InlinePolicy = guestPolicy
	}
	return s.Minter.Mint(caller.Principal{Kind: caller.AssumedRole, Account: role.Account, UniqueID: role.UniqueID, Name: role.Name, EntityARN: role.ARN, Session: session})
}

// guestPolicy is what guests can do at most, whatever their role allows
// (https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html#access-policies-scope-down-services).
const guestPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["rum:PutRumEvents","polly:*","comprehend:*","translate:*",` +
	`"transcribe:*","rekognition:*","mobiletargeting:*","firehose:*","appsync:*","personalize:*","sagemaker:InvokeEndpoint","cognito-sync:*",` +
	`"cognito-idp:*","cognito-identity:*","sts:GetCallerIdentity","execute-api:*","mobileanalytics:PutEvents","dynamodb:*","iot:*","kinesis:*",` +
	`"kinesisanalytics:*","lex:*","logs:*","s3:*","sdb:*","ses:*","sns:*","sqs:*","lambda:InvokeFunction","machinelearning:*","geo:*","geo-maps:*",` +
	`"geo-places:*","geo-routes:*","evidently:*"],"Resource":"*"}]}`
