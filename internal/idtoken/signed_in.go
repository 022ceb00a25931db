package idtoken

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// CheckSignedIn asks whether the sign-in that a verified id token comes from still counts, as VerifyAccess does for access tokens. Identity pools
// ask it where a provider has its server-side token check on. Errors: ErrTokenRevoked, ErrUserGone, ErrUserDisabled, ErrTokenInvalid.
func (s *Service) CheckSignedIn(ctx context.Context, c directory.IDClaims) error {
	return s.stillSignedIn(ctx, &directory.AccessClaims{PoolID: c.PoolID, ClientID: c.ClientID, Sub: c.Sub, Family: c.Family, AuthTime: c.AuthTime})
}
