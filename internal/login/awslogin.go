package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// awsLoginOf gives the credentials of a session of "aws login" that a profile names, out of the cache that AWS's own programs use, and renewed there. nil where nothing can be
// locked, or where there is no Region to ask in.
func (c *World) awsLoginOf(shared *awsfile.Shared, profile, session string) aws.CredentialsProvider {
	p, _ := shared.Profile(profile)
	region, _ := shared.Region(p)
	store, err := c.vault()
	if err != nil || region == "" {
		return nil
	}
	server := c.server(region, "")
	if url, _ := shared.Endpoint(p, "Signin"); url != "" {
		server.Endpoints = map[string]string{"signin": url}
	}
	cache, command := shared.Cache(), "aws login --profile "+profile
	sum := sha256.Sum256([]byte(cache.LoginPath(session)))
	var file *awsfile.LoginToken // as it was read last: what else it has is kept
	return &credentials.LoginSession{
		Client: server, Store: store, Name: "aws-login-" + hex.EncodeToString(sum[:16]), Title: session, Command: command, Warn: c.notKept,
		Load: func(context.Context) (*credentials.LoginToken, error) {
			t, err := cache.LoginToken(session)
			if errors.Is(err, awsfile.ErrAbsent) {
				err = credentials.LoginRequired(session, command, err)
			}
			if err != nil {
				return nil, err
			}
			file = t
			return loginToken(t), nil
		},
		Save: func(_ context.Context, t *credentials.LoginToken) error {
			file.AccessKeyID, file.SecretAccessKey, file.SessionToken = t.AccessKeyID, t.SecretAccessKey, t.SessionToken
			file.ExpiresAt, file.RefreshToken, file.IDToken, file.TokenType = t.Expires, t.RefreshToken, t.IDToken, t.TokenType
			return cache.WriteLoginToken(session, file)
		},
	}
}

func loginToken(t *awsfile.LoginToken) *credentials.LoginToken {
	return &credentials.LoginToken{
		AccessKeyID: t.AccessKeyID, SecretAccessKey: credentials.Secret(t.SecretAccessKey), SessionToken: credentials.Secret(t.SessionToken), AccountID: t.AccountID,
		Expires: t.ExpiresAt, TokenType: t.TokenType, ClientID: t.ClientID, RefreshToken: credentials.Secret(t.RefreshToken), IDToken: credentials.Secret(t.IDToken),
		DPoPKey: credentials.Secret(t.DPoPKey),
	}
}
