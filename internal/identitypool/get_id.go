package identitypool

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
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
		return nil, errNoGuests()
	}
	who, err := s.verifyLogins(ctx, p, in.Logins)
	if err != nil {
		return nil, err
	}
	id, err := s.known(ctx, p, who)
	if err != nil {
		return nil, err
	}
	if id == "" {
		if id, err = s.link(ctx, p, wish{}, who); err != nil {
			return nil, err
		}
	}
	return &api.GetIdResponse{IdentityId: &id}, nil
}

// known finds the one identity of logins in the cache. It is empty when one of them has none yet, or another one: then there is something to link.
func (s *Service) known(ctx context.Context, p *Pool, who []verified) (string, error) {
	found := ""
	for i := range who {
		v := &who[i]
		id := ""
		if v.own != nil {
			id = v.own.IdentityID
		} else {
			row, err := logins.GetCached(ctx, s.Store, p.ID, v.provider, v.Subject)
			if errors.Is(err, store.ErrNotFound) {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			id = row.Doc.IdentityID
		}
		if found != "" && found != id {
			return "", nil
		}
		found = id
	}
	return found, nil
}

// present verifies that the request speaks for an identity, and gives the one that it speaks for from now on: the same, or the one that it was merged into.
// Without logins it speaks for a guest alone.
func (s *Service) present(ctx context.Context, p *Pool, i *Identity, in map[string]string) (id string, who []verified, err error) {
	if len(in) == 0 {
		if !i.guest() {
			return "", nil, forbidden(i.ID)
		}
		if !p.AllowGuests {
			return "", nil, errNoGuests()
		}
		return i.ID, nil, nil
	}
	if who, err = s.verifyLogins(ctx, p, in); err != nil {
		return "", nil, err
	}
	if id, err = s.known(ctx, p, who); err != nil || id == i.ID {
		return id, who, err
	}
	id, err = s.link(ctx, p, wish{id: i.ID}, who)
	return id, who, err
}

func errNoGuests() error {
	return api.NotAuthorizedException.New("Unauthenticated access is not supported for this identity pool.")
}
