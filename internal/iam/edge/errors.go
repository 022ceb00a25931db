package edge

import (
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Errors that IAM gives beside those of its model (https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html).
var (
	ValidationError = &wire.ErrorType{Name: "ValidationError", Code: "ValidationError", Status: 400}
	AccessDenied    = &wire.ErrorType{Name: "AccessDenied", Code: "AccessDenied", Status: 403}
)

// NonUser refuses a request that leaves the user name out although its caller is no user.
func NonUser() error {
	return ValidationError.New("Must specify userName when calling with non-User credentials")
}

// NotFound turns store.ErrNotFound into NoSuchEntity with this message, and leaves other errors as they are.
func NotFound(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return iamapi.NoSuchEntityException.New(format, args...)
	}
	return err
}

// NoUser words the absence of a user.
func NoUser(err error, name string) error {
	return NotFound(err, "The user with name %s cannot be found.", name)
}

// NoRole words the absence of a role.
func NoRole(err error, name string) error {
	return NotFound(err, "The role with name %s cannot be found.", name)
}

// NoGroup words the absence of a group.
func NoGroup(err error, name string) error {
	return NotFound(err, "The group with name %s cannot be found.", name)
}

// NoPolicy words the absence of a managed policy.
func NoPolicy(err error, arn string) error {
	return NotFound(err, "Policy %s was not found.", arn)
}

// NoAttachable words the absence of a managed policy that was to be attached.
func NoAttachable(err error, arn string) error {
	return NotFound(err, "Policy %s does not exist or is not attachable.", arn)
}

// NoBoundary words the absence of a managed policy that was to be a boundary.
func NoBoundary(err error, arn string) error {
	return NotFound(err, "Scope ARN: %s does not exist or is not attachable.", arn)
}

// Exists turns a collision into EntityAlreadyExists with this message, and leaves other errors as they are.
func Exists(err error, format string, args ...any) error {
	if Taken(err) {
		return iamapi.EntityAlreadyExistsException.New(format, args...)
	}
	return err
}

// Taken reports that a name is in use.
func Taken(err error) bool {
	var e *store.ExistsError
	return errors.As(err, &e) && e.Index == "by_name"
}

// Conflict refuses to delete an entity that still has something.
func Conflict(must string) error {
	return iamapi.DeleteConflictException.New("Cannot delete entity, must %s first.", must)
}

// Quota refuses what would go above a quota.
func Quota(name string, most int) error {
	return iamapi.LimitExceededException.New("Cannot exceed quota for %s: %d", name, most)
}

// Modifiable refuses to change a role that belongs to AWS.
func Modifiable(r *record.Role) error {
	if r.Protected() {
		return iamapi.UnmodifiableEntityException.New("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return nil
}

// Below refuses what took an account or a user above a quota: n is how many there are with the new one.
func Below(n int64, err error, name string, most int) error {
	if err != nil {
		return err
	}
	if n > int64(most) {
		return Quota(name, most)
	}
	return nil
}

// Gone reports that a row is not there (any more).
func Gone(err error) bool { return errors.Is(err, store.ErrNotFound) }
