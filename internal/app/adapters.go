package app

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/gateway"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/sts"
)

// roles gives IAM's entities to the services that hand out sessions of roles.
type roles struct{ *principal.Principals }

// Role implements sts.Roles.
func (r roles) Role(ctx context.Context, arn string) (sts.Role, error) {
	e, err := r.Principals.Role(ctx, arn)
	if err != nil {
		return sts.Role{}, err
	}
	return sts.Role{ARN: e.ARN, Name: e.Name, UniqueID: e.UniqueID, Account: e.Account, MaxDuration: e.MaxDuration, Trust: e.Trust, Tags: e.Tags}, nil
}

// LoginRole implements identitypool.Roles.
func (r roles) LoginRole(ctx context.Context, arn string) (identitypool.Role, error) {
	e, err := r.Principals.Role(ctx, arn)
	if err != nil {
		return identitypool.Role{}, err
	}
	return identitypool.Role{ARN: e.ARN, Name: e.Name, UniqueID: e.UniqueID, Account: e.Account, Trust: e.Trust}, nil
}

// logins verifies id tokens for identity pools.
type logins struct{ tokens *idtoken.Service }

// VerifyLogin implements identitypool.Verifier.
func (l logins) VerifyLogin(ctx context.Context, userPool, token string, revocation bool) (identitypool.Login, error) {
	c, err := l.tokens.VerifyID(ctx, directory.Token(token), userPool)
	if err == nil && revocation {
		err = l.tokens.CheckSignedIn(ctx, c)
	}
	switch {
	case err == nil:
	case errors.Is(err, directory.ErrTokenInvalid):
		return identitypool.Login{}, errors.Join(identitypool.ErrBadSignature, err)
	case errors.Is(err, directory.ErrTokenExpired):
		return identitypool.Login{}, errors.Join(identitypool.ErrExpired, err)
	case errors.Is(err, directory.ErrTokenRevoked), errors.Is(err, directory.ErrUserGone), errors.Is(err, directory.ErrUserDisabled):
		return identitypool.Login{}, errors.Join(identitypool.ErrRevoked, err)
	default:
		return identitypool.Login{}, err
	}
	out := identitypool.Login{Subject: c.Sub, Audience: c.ClientID, Claims: c.All}
	if list, ok := c.All["cognito:roles"].([]any); ok {
		for _, r := range list {
			if arn, ok := r.(string); ok {
				out.Roles = append(out.Roles, arn)
			}
		}
	}
	return out, nil
}

// bearers verifies access tokens for the caller endpoint.
type bearers struct{ tokens *idtoken.Service }

// VerifyAccessToken implements gateway.Tokens.
func (b bearers) VerifyAccessToken(ctx context.Context, token string) (gateway.AccessToken, error) {
	c, err := b.tokens.VerifyAccess(ctx, directory.Token(token))
	for _, refused := range []error{directory.ErrTokenInvalid, directory.ErrTokenExpired, directory.ErrTokenRevoked, directory.ErrUserGone, directory.ErrUserDisabled} {
		if errors.Is(err, refused) {
			return gateway.AccessToken{}, errors.Join(gateway.ErrRefused, err)
		}
	}
	if err != nil {
		return gateway.AccessToken{}, err
	}
	return gateway.AccessToken{UserPoolID: c.PoolID, ClientID: c.ClientID, Subject: c.Sub, Username: c.Username, Scope: c.Scope, Expires: c.Expires.Unix()}, nil
}

// addressCodes sends the codes for addresses that an administrator has changed.
type addressCodes struct{ core *account.Core }

// SendVerification implements pooluser.Codes.
func (a addressCodes) SendVerification(ctx context.Context, p *directory.Pool, u *directory.User, attribute string, metadata map[string]string) error {
	c, err := a.core.NewCode(p, u, account.VerifyKind(attribute), attribute, "UpdateUserAttribute")
	if err != nil {
		return err
	}
	c.Message.Metadata = metadata
	_, err = a.core.StoreAndSend(ctx, c)
	return err
}
