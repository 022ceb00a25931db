package signin

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GlobalSignOut ends all sign-ins of the caller.
func (s *Service) GlobalSignOut(ctx context.Context, in *api.GlobalSignOutRequest) (*api.GlobalSignOutResponse, error) {
	c, err := s.bearer(ctx, in.AccessToken)
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
	p, err := s.ownPool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := directory.FindUser(ctx, s.db, p, in.Username)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userUnknown()
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
	now := s.now()
	return writeError(s.db.Update(ctx, func(w store.Writer) error {
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

// bearer verifies the access token of a self-service operation.
func (s *Service) bearer(ctx context.Context, token string) (directory.AccessClaims, error) {
	c, err := s.tokens.VerifyAccess(ctx, directory.Token(token))
	if err != nil {
		return c, accessError(err)
	}
	if !hasScope(c.Scope, "aws.cognito.signin.user.admin") {
		return c, api.NotAuthorizedException.New("Access Token does not have required scopes")
	}
	return c, nil
}

// bearerUser verifies the access token and reads its user and the door they came in by.
func (s *Service) bearerUser(ctx context.Context, token string) (door, store.Row[directory.User], error) {
	var none store.Row[directory.User]
	c, err := s.bearer(ctx, token)
	if err != nil {
		return door{}, none, err
	}
	d, err := s.open(ctx, c.ClientID)
	if err != nil {
		return door{}, none, err
	}
	row, err := directory.Users.Get(ctx, s.db, c.PoolID, c.Sub)
	return d, row, writeError(err)
}

// poolAsk is what an administrator's operation on a pool asks for.
func poolAsk(ctx context.Context, s *Service, poolID string) []caller.Ask {
	ask := caller.Ask{Resource: "arn:aws:cognito-idp:" + caller.RequestFrom(ctx).Region + ":" + caller.PrincipalFrom(ctx).Account + ":userpool/" + poolID}
	if p, err := directory.Pools.GetCached(ctx, s.db, poolID); err == nil && p.Doc.Account == caller.PrincipalFrom(ctx).Account {
		ask.Resource = "arn:aws:cognito-idp:" + p.Doc.Region + ":" + p.Doc.Account + ":userpool/" + poolID
	}
	return []caller.Ask{ask}
}
