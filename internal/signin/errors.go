package signin

import (
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// notImplemented is the type of the answer to what this server cannot do yet.
func notImplemented(what string) error {
	t := &wire.ErrorType{Name: "NotImplementedException", Code: "NotImplementedException", Status: 501, Server: true}
	return t.New("%s is not supported by this server yet.", what)
}

func incorrect() error {
	return api.NotAuthorizedException.New("Incorrect username or password.")
}

func missing(parameter string) error {
	return api.InvalidParameterException.New("Missing required parameter %s", parameter)
}

func userUnknown() error {
	return api.UserNotFoundException.New("User does not exist.")
}

func userDisabled() error {
	return api.NotAuthorizedException.New("User is disabled.")
}

func limitExceeded() error {
	return api.LimitExceededException.New("Attempt limit exceeded, please try after some time.")
}

// accessError translates why an access token is not accepted.
func accessError(err error) error {
	switch {
	case errors.Is(err, directory.ErrTokenExpired):
		return api.NotAuthorizedException.New("Access Token has expired")
	case errors.Is(err, directory.ErrTokenRevoked):
		return api.NotAuthorizedException.New("Access Token has been revoked")
	case errors.Is(err, directory.ErrTokenInvalid):
		return api.NotAuthorizedException.New("Invalid Access Token")
	case errors.Is(err, directory.ErrUserDisabled):
		return userDisabled()
	case errors.Is(err, directory.ErrUserGone):
		return userUnknown()
	}
	return err
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
		return userUnknown()
	}
	return err
}

// writeError translates what a write of a user can run into.
func writeError(err error) error {
	var taken *directory.TakenError
	switch {
	case errors.As(err, &taken):
		return api.AliasExistsException.New("An account with the %s already exists.", taken.Attribute)
	case errors.Is(err, store.ErrConflict):
		// Somebody changed the user meanwhile; clients try again after this error.
		return api.TooManyRequestsException.New("Too many requests").Because(err)
	case errors.Is(err, store.ErrNotFound):
		return userUnknown()
	}
	return err
}
