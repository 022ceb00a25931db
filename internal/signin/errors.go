package signin

import (
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// refreshError translates why a refresh token is not accepted.
func refreshError(err error) error {
	switch {
	case errors.Is(err, directory.ErrTokenExpired):
		return api.NotAuthorizedException.New("Refresh Token has expired")
	case errors.Is(err, directory.ErrTokenRevoked):
		return api.NotAuthorizedException.New("Refresh Token has been revoked")
	case errors.Is(err, directory.ErrTokenInvalid):
		return api.NotAuthorizedException.New("Invalid Refresh Token")
	case errors.Is(err, directory.ErrUserGone):
		return account.UserUnknown()
	}
	return err
}
