package factor

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

// visitor is who an operation is about: a user of a pool, and the client they came by; nil for an administrator's operation. Pool and client
// are shared rows: not to be changed.
type visitor struct {
	pool   *directory.Pool
	client *directory.Client
	user   store.Row[directory.User]
}

// bearer verifies an access token and reads whose it is.
func (s *Service) bearer(ctx context.Context, token string) (visitor, error) {
	c, err := s.Tokens.VerifyAccess(ctx, directory.Token(token))
	if err != nil {
		return visitor{}, accessError(err)
	}
	if !c.HasScope(directory.ScopeUser) {
		return visitor{}, api.NotAuthorizedException.New("Access Token does not have required scopes")
	}
	p, err := directory.Pools.GetCached(ctx, s.Store, c.PoolID)
	if errors.Is(err, store.ErrNotFound) {
		return visitor{}, poolUnknown(c.PoolID)
	}
	if err != nil {
		return visitor{}, err
	}
	client, err := directory.Clients.GetCached(ctx, s.Store, c.ClientID)
	if errors.Is(err, store.ErrNotFound) {
		return visitor{}, clientUnknown(c.ClientID)
	}
	if err != nil {
		return visitor{}, err
	}
	u, err := directory.Users.Get(ctx, s.Store, c.PoolID, c.Sub)
	return visitor{&p.Doc, &client.Doc, u}, userError(err)
}

// subject finds the user that an administrator means. Pools of other accounts and regions do not exist.
func (s *Service) subject(ctx context.Context, poolID, username string) (visitor, error) {
	p, err := s.ownPool(ctx, poolID)
	if err != nil {
		return visitor{}, err
	}
	u, err := directory.FindUser(ctx, s.Store, p, username)
	return visitor{pool: p, user: u}, userError(err)
}

func (s *Service) ownPool(ctx context.Context, id string) (*directory.Pool, error) {
	p, err := directory.Pools.GetCached(ctx, s.Store, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, poolUnknown(id)
	case err != nil:
		return nil, err
	case p.Doc.Account != caller.PrincipalFrom(ctx).Account || p.Doc.Region != s.region(ctx):
		return nil, poolUnknown(id)
	}
	return &p.Doc, nil
}

// region is the region of the request.
func (s *Service) region(ctx context.Context) string {
	if r := caller.RequestFrom(ctx).Region; r != "" {
		return r
	}
	return s.Region
}

// onPool is the ask of an administrator's operation: the pool by the ARN it has, or would have in the caller's account. Whether it is there is
// for those who may know.
func onPool[In any](s *Service, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		keys := iampolicy.MapContext{}
		p, err := s.ownPool(ctx, id(in))
		switch {
		case err == nil:
			caller.AddTags(keys, "aws:resourcetag/", p.Tags)
		case !errors.Is(err, api.ResourceNotFoundException):
			return nil, err // a policy may deny by the tags that cannot be read
		}
		arn := "arn:aws:cognito-idp:" + s.region(ctx) + ":" + caller.PrincipalFrom(ctx).Account + ":userpool/" + id(in)
		return []caller.Ask{{Resource: arn, Context: keys}}, nil
	}
}

// changeUser changes the user's record in one transaction, as it is by then. also is what else belongs to it; nil: nothing.
func (s *Service) changeUser(ctx context.Context, v visitor, change func(*directory.User) error, also func(context.Context, store.Writer) error) error {
	return userError(s.Store.Update(ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(ctx, w, v.pool.ID, v.user.Doc.Sub)
		if err != nil {
			return err
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		if err := directory.UpdateUser(ctx, w, v.pool, &row); err != nil {
			return err
		}
		if also == nil {
			return nil
		}
		return also(ctx, w)
	}))
}
