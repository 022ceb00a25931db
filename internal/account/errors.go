package account

import (
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Incorrect is the error for a wrong password, and for a name that nobody has.
func Incorrect() error {
	return api.NotAuthorizedException.New("Incorrect username or password.")
}

// Missing is the error for a parameter that a flow or challenge needs.
func Missing(parameter string) error {
	return api.InvalidParameterException.New("Missing required parameter %s", parameter)
}

// UserUnknown is the error for a name that nobody has, where that may be told.
func UserUnknown() error {
	return api.UserNotFoundException.New("User does not exist.")
}

// UserDisabled is the error for a user whom an administrator has disabled.
func UserDisabled() error {
	return api.NotAuthorizedException.New("User is disabled.")
}

// LimitExceeded is the error for too many codes or wrong answers.
func LimitExceeded() error {
	return api.LimitExceededException.New("Attempt limit exceeded, please try after some time.")
}

// AccessError translates why an access token is not accepted.
func AccessError(err error) error {
	switch {
	case errors.Is(err, directory.ErrTokenExpired):
		return api.NotAuthorizedException.New("Access Token has expired")
	case errors.Is(err, directory.ErrTokenRevoked):
		return api.NotAuthorizedException.New("Access Token has been revoked")
	case errors.Is(err, directory.ErrTokenInvalid):
		return api.NotAuthorizedException.New("Invalid Access Token")
	case errors.Is(err, directory.ErrUserDisabled):
		return UserDisabled()
	case errors.Is(err, directory.ErrUserGone):
		return UserUnknown()
	}
	return err
}

// WriteError translates what a write of a user can run into.
func WriteError(err error) error {
	var taken *directory.TakenError
	switch {
	case errors.As(err, &taken):
		return api.AliasExistsException.New("An account with the %s already exists.", taken.Attribute)
	case errors.Is(err, store.ErrConflict):
		// Somebody changed the user meanwhile; clients try again after this error.
		return api.TooManyRequestsException.New("Too many requests").Because(err)
	case errors.Is(err, store.ErrNotFound):
		return UserUnknown()
	}
	return err
}
