package account

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Bearer verifies the access token of a self-service operation.
func (s *Core) Bearer(ctx context.Context, token string) (directory.AccessClaims, error) {
	c, err := s.Tokens.VerifyAccess(ctx, directory.Token(token))
	if err != nil {
		return c, AccessError(err)
	}
	if !c.HasScope(directory.ScopeUser) {
		return c, api.NotAuthorizedException.New("Access Token does not have required scopes")
	}
	return c, nil
}

// BearerUser verifies the access token and reads its user and the Door they came in by.
func (s *Core) BearerUser(ctx context.Context, token string) (Door, store.Row[directory.User], error) {
	var none store.Row[directory.User]
	c, err := s.Bearer(ctx, token)
	if err != nil {
		return Door{}, none, err
	}
	d, err := s.Open(ctx, c.ClientID)
	if err != nil {
		return Door{}, none, err
	}
	row, err := directory.Users.Get(ctx, s.Store, c.PoolID, c.Sub)
	return d, row, WriteError(err)
}

// PoolAsk is what an administrator's operation on a pool asks for.
func (s *Core) PoolAsk(ctx context.Context, poolID string) []caller.Ask {
	ask := caller.Ask{Resource: "arn:aws:cognito-idp:" + caller.RequestFrom(ctx).Region + ":" + caller.PrincipalFrom(ctx).Account + ":userpool/" + poolID}
	if p, err := directory.Pools.GetCached(ctx, s.Store, poolID); err == nil && p.Doc.Account == caller.PrincipalFrom(ctx).Account {
		ask.Resource = "arn:aws:cognito-idp:" + p.Doc.Region + ":" + p.Doc.Account + ":userpool/" + poolID
	}
	return []caller.Ask{ask}
}
