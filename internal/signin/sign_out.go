package signin

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GlobalSignOut ends all sign-ins of the caller.
func (s *Service) GlobalSignOut(ctx context.Context, in *api.GlobalSignOutRequest) (*api.GlobalSignOutResponse, error) {
	c, err := s.core.Bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.signOut(ctx, c.PoolID, c.Sub); err != nil {
		return nil, err
	}
	return &api.GlobalSignOutResponse{}, nil
}

// AdminUserGlobalSignOut ends all sign-ins of a user.
func (s *Service) AdminUserGlobalSignOut(ctx context.Context, in *api.AdminUserGlobalSignOutRequest) (*api.AdminUserGlobalSignOutResponse, error) {
	p, err := s.core.OwnPool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := directory.FindUser(ctx, s.core.Store, p, in.Username)
	if errors.Is(err, store.ErrNotFound) {
		return nil, account.UserUnknown()
	}
	if err != nil {
		return nil, err
	}
	if err := s.signOut(ctx, p.ID, row.Doc.Sub); err != nil {
		return nil, err
	}
	return &api.AdminUserGlobalSignOutResponse{}, nil
}

// signOut ends the families and marks the instant, for access tokens that name no family.
func (s *Service) signOut(ctx context.Context, poolID, sub string) error {
	now := s.core.Now()
	return account.WriteError(s.core.Store.Update(ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(ctx, w, poolID, sub)
		if err != nil {
			return err
		}
		row.Doc.SignedOutAt = now
		if err := directory.Users.Update(ctx, w, &row); err != nil {
			return err
		}
		return s.tokens.RevokeUser(ctx, w, poolID, sub)
	}))
}
