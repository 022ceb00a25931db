package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// awsLogin gives the credentials of a session of "aws login" out of the cache that AWS's own programs use, and renews them there. The refresh token serves once, and
// another program may have used it: the file is read again before.
type awsLogin struct {
	c       *World
	server  *credentials.Client
	store   credentials.Store // for its lock
	cache   *awsfile.Cache
	session string
	command string
}

// renewLoginBefore is how long before their end botocore renews such credentials.
const renewLoginBefore = 5 * time.Minute

// awsLoginOf gives the credentials of a session that the active profile names; nil where nothing can be locked.
func (c *World) awsLoginOf(shared *awsfile.Shared, profile, session string) aws.CredentialsProvider {
	store, err := c.vault()
	if err != nil {
		return nil
	}
	p, _ := shared.Profile(profile)
	region, _ := shared.Region(p)
	if region == "" {
		return nil
	}
	server := c.server(region, "")
	if url, _ := shared.Endpoint(p, "Signin"); url != "" {
		server.Endpoints = map[string]string{"signin": url}
	}
	return &awsLogin{c: c, server: server, store: store, cache: shared.Cache(), session: session, command: "aws login --profile " + profile}
}

// Retrieve implements aws.CredentialsProvider.
func (a *awsLogin) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if t, err := a.cache.LoginToken(a.session); err == nil && a.left(t) > renewLoginBefore {
		return loginToken(t).Credentials(), nil
	}
	sum := sha256.Sum256([]byte(a.cache.LoginPath(a.session)))
	unlock, err := a.store.Lock(ctx, "aws-login-"+hex.EncodeToString(sum[:16]))
	if err != nil {
		return aws.Credentials{}, err
	}
	defer unlock()
	t, err := a.cache.LoginToken(a.session)
	if errors.Is(err, awsfile.ErrAbsent) {
		return aws.Credentials{}, credentials.LoginRequired(a.session, a.command, err)
	}
	if err != nil {
		return aws.Credentials{}, err
	}
	if a.left(t) > renewLoginBefore {
		return loginToken(t).Credentials(), nil
	}
	return a.renew(ctx, t)
}

func (a *awsLogin) left(t *awsfile.LoginToken) time.Duration { return t.ExpiresAt.Sub(a.c.Now()) }

// renew brings a new token and writes it. While that fails for a reason that may go away, the old credentials serve to their end.
func (a *awsLogin) renew(ctx context.Context, old *awsfile.LoginToken) (aws.Credentials, error) {
	t, err := a.server.RefreshLogin(ctx, loginToken(old))
	switch {
	case err == nil:
	case IsLoginRequired(err):
		if now, again := a.cache.LoginToken(a.session); again == nil && now.RefreshToken != old.RefreshToken && a.left(now) > 0 {
			return loginToken(now).Credentials(), nil // another program was faster
		}
		return aws.Credentials{}, credentials.LoginRequired(a.session, a.command, err)
	case a.left(old) > 0:
		return loginToken(old).Credentials(), nil
	default:
		return aws.Credentials{}, err
	}
	old.AccessKeyID, old.SecretAccessKey, old.SessionToken = t.AccessKeyID, awsfile.Secret(t.SecretAccessKey), awsfile.Secret(t.SessionToken)
	old.ExpiresAt, old.RefreshToken, old.IDToken, old.TokenType = t.Expires, awsfile.Secret(t.RefreshToken), awsfile.Secret(t.IDToken), t.TokenType
	if err := a.cache.WriteLoginToken(a.session, old); err != nil {
		a.c.notKept(err)
	}
	return t.Credentials(), nil
}

func loginToken(t *awsfile.LoginToken) *credentials.LoginToken {
	return &credentials.LoginToken{
		AccessKeyID: t.AccessKeyID, SecretAccessKey: credentials.Secret(t.SecretAccessKey), SessionToken: credentials.Secret(t.SessionToken), AccountID: t.AccountID,
		Expires: t.ExpiresAt, TokenType: t.TokenType, ClientID: t.ClientID, RefreshToken: credentials.Secret(t.RefreshToken), IDToken: credentials.Secret(t.IDToken),
		DPoPKey: credentials.Secret(t.DPoPKey),
	}
}
