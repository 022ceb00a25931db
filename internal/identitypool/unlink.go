package identitypool

import (
	"context"
	"errors"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// UnlinkIdentity takes logins away from an identity, for somebody who holds one of them: the next time they are somebody new. Without logins the identity is
// nobody's.
func (s *Service) UnlinkIdentity(ctx context.Context, in *api.UnlinkIdentityInput) (*wire.Empty, error) {
	i, p, err := s.identity(ctx, in.IdentityId)
	if err != nil {
		return nil, err
	}
	if len(in.Logins) == 0 {
		return nil, errNoMatch()
	}
	who, err := s.verifyLogins(ctx, p, in.Logins)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, name := range in.LoginsToRemove {
		key := s.key(name)
		if key == p.Developer {
			return nil, api.InvalidParameterException.New("Logins of the developer provider are removed with UnlinkDeveloperIdentity.")
		}
		gone = append(gone, key)
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := identities.Get(ctx, w, i.ID)
		if err != nil {
			return found(err, noIdentity(i.ID))
		}
		if err := owns(ctx, w, p, i.ID, who); err != nil {
			return err
		}
		for _, provider := range gone {
			if !row.Doc.has(provider) {
				return noProvider(provider)
			}
			if err := removeLogins(ctx, w, p, i.ID, provider); err != nil {
				return err
			}
		}
		return drop(ctx, w, &row, func(provider string) bool { return slices.Contains(gone, provider) })
	})
	return &wire.Empty{}, err
}

// owns checks that every login of the request belongs to the identity.
func owns(ctx context.Context, w store.Writer, p *Pool, id string, who []verified) error {
	for _, v := range who {
		if v.own != nil {
			if v.own.IdentityID != id {
				return errNoMatch()
			}
			continue
		}
		l, err := logins.Get(ctx, w, p.ID, v.provider, v.Subject)
		if errors.Is(err, store.ErrNotFound) || err == nil && l.Doc.IdentityID != id {
			return errNoMatch()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeLogins removes an identity's logins of one provider.
func removeLogins(ctx context.Context, w store.Writer, p *Pool, id, provider string) error {
	page, err := logins.List(ctx, w, store.Query{Index: "by_provider", Prefix: []string{id, provider}, Limit: maxLogins})
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if err := logins.Delete(ctx, w, p.ID, provider, row.Doc.Subject); err != nil {
			return err
		}
	}
	return nil
}
