package credentials

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// IdentityPool exchanges the id token of a sign-in for credentials, by the enhanced flow of an identity pool.
type IdentityPool struct {
	Client *Client
	ID     string // such as "eu-west-1:01234567-…"
	// Provider names who signed the token, as the pool knows it. Empty: the user pool of UserPoolID.
	Provider   string
	UserPoolID string
	Tokens     TokenSource
	RoleARN    string // a role that the token has a claim to; empty: the pool chooses
}

const (
	identityPrefix = "cognito-identity"
	identityTarget = "AWSCognitoIdentityService"
)

// Retrieve implements aws.CredentialsProvider. A token that looked good and is refused is renewed once, where Tokens is a Renewer: somebody has ended it at the
// server.
func (p *IdentityPool) Retrieve(ctx context.Context) (aws.Credentials, error) {
	return exchange(ctx, p.Tokens, p.with, refusesToken)
}

// refusesToken tells whether an identity pool says of a token that it has ended, has been revoked, or has an old signature. Every other refusal has the same code.
func refusesToken(err error) bool {
	var refused *ServiceError
	return errors.As(err, &refused) && refused.Code == "NotAuthorizedException" && strings.HasPrefix(refused.Message, "Invalid login token. Token ")
}

// with exchanges a token.
func (p *IdentityPool) with(ctx context.Context, t *Tokens) (aws.Credentials, error) {
	logins := map[string]string{p.provider(): string(t.ID)}
	var identity struct{ IdentityId string }
	err := p.Client.json(ctx, identityPrefix, identityTarget, "GetId", map[string]any{"IdentityPoolId": p.ID, "Logins": logins}, &identity)
	if err != nil {
		return aws.Credentials{}, err
	}
	in := map[string]any{"IdentityId": identity.IdentityId, "Logins": logins}
	if p.RoleARN != "" {
		in["CustomRoleArn"] = p.RoleARN
	}
	var out struct {
		Credentials struct {
			AccessKeyId, SecretKey, SessionToken string
			Expiration                           float64
		}
	}
	if err := p.Client.json(ctx, identityPrefix, identityTarget, "GetCredentialsForIdentity", in, &out); err != nil {
		return aws.Credentials{}, err
	}
	c := out.Credentials
	if c.Expiration <= 0 || c.Expiration > latestTime {
		return aws.Credentials{}, errIncomplete
	}
	return complete(aws.Credentials{
		AccessKeyID: c.AccessKeyId, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken, CanExpire: true,
		Expires: time.Unix(int64(c.Expiration), 0).UTC(), Source: "IdentityPool",
	})
}

// provider names the user pool as identity pools know it, whichever server it is on.
func (p *IdentityPool) provider() string {
	if p.Provider != "" {
		return p.Provider
	}
	return "cognito-idp." + p.Client.Region + ".amazonaws.com/" + p.UserPoolID
}
