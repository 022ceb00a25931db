package factor

import (
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func userUnknown() error { return api.UserNotFoundException.New("User does not exist.") }

func deviceUnknown() error { return api.ResourceNotFoundException.New("Device does not exist.") }

func poolUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool %s does not exist.", id)
}

func clientUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool client %s does not exist.", id)
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
		return api.NotAuthorizedException.New("User is disabled.")
	case errors.Is(err, directory.ErrUserGone):
		return userUnknown()
	}
	return err
}

// userError translates what a read or write of a user can run into.
func userError(err error) error {
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists):
		// Somebody changed the user meanwhile, or another request put its row first; clients try again after this error.
		return api.TooManyRequestsException.New("Too many requests").Because(err)
	case errors.Is(err, store.ErrNotFound):
		return userUnknown()
	}
	return err
}

func deviceError(err error) error {
	switch {
	case errors.Is(err, store.ErrConflict):
		return api.TooManyRequestsException.New("Too many requests").Because(err)
	case errors.Is(err, store.ErrNotFound):
		return deviceUnknown()
	}
	return err
}
