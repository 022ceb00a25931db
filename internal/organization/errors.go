package organization

import (
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// The errors that more than one operation gives, in AWS's words where those are known.

func notInUse() error {
	return api.AWSOrganizationsNotInUseException.New("Your account is not a member of an organization.")
}

func accessDenied() error {
	return api.AccessDeniedException.New("You don't have permissions to access this resource.")
}

func noAccount() error {
	return api.AccountNotFoundException.New("You specified an account that doesn't exist.")
}

func noUnit() error {
	return api.OrganizationalUnitNotFoundException.New("You specified an organizational unit that doesn't exist.")
}

func noParent() error {
	return api.ParentNotFoundException.New("You specified parent that doesn't exist.")
}

func noChild() error {
	return api.ChildNotFoundException.New("You specified a child that doesn't exist.")
}

func noPolicy() error {
	return api.PolicyNotFoundException.New("You specified a policy that doesn't exist.")
}

func noTarget() error {
	return api.TargetNotFoundException.New("You specified a target that doesn't exist.")
}

func noRoot() error {
	return api.RootNotFoundException.New("You specified a root that doesn't exist.")
}

func notEnabled() error {
	return api.PolicyTypeNotEnabledException.New("This operation can be performed only for enabled policy types.")
}

func notAvailable() error {
	return api.PolicyTypeNotAvailableForOrganizationException.New("You can't use the specified policy type with the feature set currently enabled for your organization.")
}

// constraint is a ConstraintViolationException with its reason.
func constraint(reason api.ConstraintViolationExceptionReason, format string, args ...any) error {
	return api.ConstraintViolationException.New(format, args...).With("Reason", string(reason))
}

// invalid is an InvalidInputException with its reason.
func invalid(reason api.InvalidInputExceptionReason, format string, args ...any) *wire.Error {
	return api.InvalidInputException.New(format, args...).With("Reason", string(reason))
}

// found turns store.ErrNotFound into the error of an operation, and leaves others as they are.
func found(err error, absent func() error) error {
	if errors.Is(err, store.ErrNotFound) {
		return absent()
	}
	return err
}

// taken turns a collision in a unique index into the error of an operation, and leaves others as they are.
func taken(err error, index, message string, as *wire.ErrorType) error {
	var e *store.ExistsError
	if errors.As(err, &e) && e.Index == index {
		return as.New("%s", message)
	}
	return err
}
