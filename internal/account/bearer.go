package account

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
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

// OnPool is what an administrator's operation on a pool, named by its id, asks for: the ARN that the pool has, or would have in the caller's account, and
// its tags, by which policies may allow or deny.
func OnPool[In any](s *Core, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) { return s.poolAsk(ctx, id(in)) }
}

func (s *Core) poolAsk(ctx context.Context, poolID string) ([]caller.Ask, error) {
	region, tags := caller.RequestFrom(ctx).Region, iampolicy.MapContext{}
	p, err := s.OwnPool(ctx, poolID)
	switch {
	case err == nil:
		region = p.Region
		caller.AddTags(tags, "aws:resourcetag/", p.Tags)
	case !errors.Is(err, api.ResourceNotFoundException):
		return nil, err // a policy may deny by the tags that cannot be read
	}
	arn := "arn:aws:cognito-idp:" + region + ":" + caller.PrincipalFrom(ctx).Account + ":userpool/" + poolID
	return []caller.Ask{{Resource: arn, Context: tags}}, nil
}
