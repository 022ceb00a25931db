package signin

import (
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// notImplemented is the type of the answer to what this server cannot do yet.
func notImplemented(what string) error {
	t := &wire.ErrorType{Name: "NotImplementedException", Code: "NotImplementedException", Status: 501, Server: true}
	return t.New("%s is not supported by this server yet.", what)
}

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
