package organization

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// RemoveAccountFromOrganization makes a member account stand alone. Its things stay, and so does the role that the management account assumes there.
func (s *Service) RemoveAccountFromOrganization(ctx context.Context, in *api.RemoveAccountFromOrganizationRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.account(ctx, w, in.AccountId)
		if err != nil {
			return found(err, noAccount)
		}
		return o.leave(ctx, w, row)
	})
	return &wire.Empty{}, err
}

// LeaveOrganization makes the caller's account stand alone.
func (s *Service) LeaveOrganization(ctx context.Context, _ *wire.Empty) (*wire.Empty, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		a, o, err := membership(ctx, w, caller.PrincipalFrom(ctx).Account)
		if err != nil {
			return err
		}
		if err := o.Doc.leave(ctx, w, &a); err != nil {
			return err
		}
		return organizations.Update(ctx, w, &o) // the version makes the change seen
	})
	return &wire.Empty{}, err
}

// leave takes an account out of the organization. Its row stays, without a place: an id is never drawn again.
func (o *Organization) leave(ctx context.Context, w store.Writer, row *store.Row[Account]) error {
	a := &row.Doc
	switch {
	case a.ID == o.Management:
		return api.MasterCannotLeaveOrganizationException.New("You can't remove the management account from the organization.")
	case len(a.Delegated) > 0:
		return constraint(api.ConstraintViolationExceptionReasonCannotRemoveDelegatedAdministratorFromOrg,
			"You can't remove the account from the organization because it's a delegated administrator.")
	}
	if err := o.detachAll(ctx, w, a.ID, a.SCPs); err != nil {
		return err
	}
	a.Org, a.Parent, a.SCPs, a.Tags = "", "", nil, nil
	return accounts.Update(ctx, w, row)
}
