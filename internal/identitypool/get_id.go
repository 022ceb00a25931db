package identitypool

import (
	"context"
	"errors"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GetId gives the identity of a login, and makes it the first time. Without logins it makes a guest, where the pool allows them.
func (s *Service) GetId(ctx context.Context, in *api.GetIdInput) (*api.GetIdResponse, error) {
	p, err := s.pool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if in.AccountId != nil && *in.AccountId != p.Account {
		return nil, noPool(in.IdentityPoolId)
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
			return "", false, errConflict()
		default:
			id = row.Doc.IdentityID
		}
	}
	return id, missing, nil
}

// link makes the identity of logins that have none, or adds the new ones to it, in one transaction: two requests at once make one identity, and a pool that
// is gone gets none.
func (s *Service) link(ctx context.Context, p *Pool, who []verified) (string, error) {
	fresh, err := draw.UUID(s.Random)
	if err != nil {
		return "", err
	}
	now := caller.RequestFrom(ctx).Time
	var id string
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := pools.Get(ctx, w, p.ID); errors.Is(err, store.ErrNotFound) {
			return noPool(p.ID)
		} else if err != nil {
			return err
		}
		row, add, err := linked(ctx, w, p, who)
		if err != nil {
			return err
		}
		isNew := row.Doc.ID == ""
		if isNew {
			row.Doc = Identity{ID: p.Region + ":" + fresh, PoolID: p.ID, Created: now}
		}
		id, row.Doc.Modified = row.Doc.ID, now
		for _, v := range add {
			if !slices.Contains(row.Doc.Logins, v.provider) {
				row.Doc.Logins = append(slices.Clone(row.Doc.Logins), v.provider)
			}
			if err := logins.Insert(ctx, w, &login{PoolID: p.ID, Provider: v.provider, Subject: v.Subject, IdentityID: id}); err != nil {
				return err
			}
		}
		if isNew {
			return identities.Insert(ctx, w, &row.Doc)
		}
		return identities.Update(ctx, w, &row)
	})
	return id, err
}

// linked reads the one identity of the logins, empty when there is none yet, and which logins are to be added to it.
func linked(ctx context.Context, w store.Writer, p *Pool, who []verified) (row store.Row[Identity], add []verified, err error) {
	for _, v := range who {
		l, err := logins.Get(ctx, w, p.ID, v.provider, v.Subject)
		if errors.Is(err, store.ErrNotFound) {
			add = append(add, v)
			continue
		}
		if err != nil {
			return row, nil, err
		}
		if row.Doc.ID != "" && row.Doc.ID != l.Doc.IdentityID {
			return row, nil, errConflict()
		}
		if row, err = identities.Get(ctx, w, l.Doc.IdentityID); err != nil {
			return row, nil, err
		}
	}
	return row, add, nil
}

func errConflict() error {
	return api.ResourceConflictException.New("The logins belong to different identities.")
}
