package identitypool

import (
	"context"
	"errors"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GetId gives the identity of a login, and makes it the first time. Without logins it makes a guest, where the pool allows them.
func (s *Service) GetId(ctx context.Context, in *api.GetIdInput) (*api.GetIdResponse, error) {
	p, err := s.pool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if in.AccountId != nil && *in.AccountId != p.Account {
		return nil, api.ResourceNotFoundException.New("IdentityPool '%s' not found.", in.IdentityPoolId)
	}
	if len(in.Logins) == 0 && !p.AllowGuests {
		return nil, api.NotAuthorizedException.New("Unauthenticated access is not supported for this identity pool.")
	}
	who, err := s.verifyLogins(ctx, p, in.Logins)
	if err != nil {
		return nil, err
	}
	id, missing, err := s.known(ctx, p, who)
	if err != nil {
		return nil, err
	}
	if id == "" || missing {
		if id, err = s.link(ctx, p, who); err != nil {
			return nil, err
		}
	}
	return &api.GetIdResponse{IdentityId: &id}, nil
}

// known finds the identity of logins in the cache; missing tells that some of them have none yet.
func (s *Service) known(ctx context.Context, p *Pool, who []verified) (id string, missing bool, err error) {
	for _, v := range who {
		row, err := logins.GetCached(ctx, s.Store, p.ID, v.provider, v.Subject)
		switch {
		case errors.Is(err, store.ErrNotFound):
			missing = true
		case err != nil:
			return "", false, err
		case id != "" && id != row.Doc.IdentityID:
			return "", false, api.ResourceConflictException.New("The logins belong to different identities.")
		default:
			id = row.Doc.IdentityID
		}
	}
	return id, missing, nil
}

// link makes the identity of logins that have none, or adds the new ones to it, in one transaction: two requests at once make one identity.
func (s *Service) link(ctx context.Context, p *Pool, who []verified) (string, error) {
	fresh, err := uuid(s.Random)
	if err != nil {
		return "", err
	}
	now := caller.RequestFrom(ctx).Time
	var id string
	err = s.Store.Update(ctx, func(w store.Writer) error {
		identity := Identity{ID: p.Region + ":" + fresh, PoolID: p.ID, Created: now, Modified: now}
		var row *store.Row[Identity]
		var add []verified
		for _, v := range who {
			l, err := logins.Get(ctx, w, p.ID, v.provider, v.Subject)
			if errors.Is(err, store.ErrNotFound) {
				add = append(add, v)
				continue
			}
			if err != nil {
				return err
			}
			r, err := identities.Get(ctx, w, l.Doc.IdentityID)
			if err != nil {
				return err
			}
			if row != nil && row.Doc.ID != r.Doc.ID {
				return api.ResourceConflictException.New("The logins belong to different identities.")
			}
			row = &r
		}
		if row != nil {
			identity = row.Doc
			identity.Modified = now
		}
		id = identity.ID
		for _, v := range add {
			if !slices.Contains(identity.Logins, v.provider) {
				identity.Logins = append(slices.Clone(identity.Logins), v.provider)
			}
			if err := logins.Insert(ctx, w, &login{PoolID: p.ID, Provider: v.provider, Subject: v.Subject, IdentityID: id}); err != nil {
				return err
			}
		}
		if row == nil {
			return identities.Insert(ctx, w, &identity)
		}
		row.Doc = identity
		return identities.Update(ctx, w, row)
	})
	return id, err
}
