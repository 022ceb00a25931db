package edge

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Owner is whose credentials a request is about: a user, or the account itself.
type Owner struct {
	Account string
	ID      string // the user's id, or the account
	Name    string // empty for the account
}

// OwnerOf finds whom the request names: without a name, the caller.
func OwnerOf(ctx context.Context, r store.Reader, name *string) (Owner, error) {
	p := caller.PrincipalFrom(ctx)
	if name != nil {
		row, err := record.FindUser(ctx, r, p.Account, *name)
		return Owner{p.Account, row.Doc.ID, row.Doc.Name}, NoUser(err, *name)
	}
	switch p.Kind {
	case caller.Root:
		return Owner{Account: p.Account, ID: p.Account}, nil
	case caller.User:
		row, err := record.Users.Get(ctx, r, p.UniqueID)
		return Owner{p.Account, p.UniqueID, row.Doc.Name}, NoUser(err, p.Name)
	}
	return Owner{}, NonUser()
}

// Settable reads a status that a request may set on a credential: Expired is a state that only time sets.
func Settable(status iamapi.StatusType) (active bool, err error) {
	switch status {
	case iamapi.StatusTypeActive:
		return true, nil
	case iamapi.StatusTypeInactive:
		return false, nil
	}
	return false, iamapi.InvalidInputException.New("The status can be set to Active or Inactive.")
}

// StatusOf is the status of a credential that is active, or is not.
func StatusOf(active bool) iamapi.StatusType {
	if active {
		return iamapi.StatusTypeActive
	}
	return iamapi.StatusTypeInactive
}
