package organization

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
)

// EnablePolicyType puts service control policies in force: FullAWSAccess is attached to the root and to every unit and account, so that nothing is
// refused yet (https://docs.aws.amazon.com/organizations/latest/userguide/enable-policy-type.html).
func (s *Service) EnablePolicyType(ctx context.Context, in *api.EnablePolicyTypeRequest) (*api.EnablePolicyTypeResponse, error) {
	var out *api.EnablePolicyTypeResponse
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		if in.RootId != o.Root {
			return noRoot()
		}
		if err := o.available(in.PolicyType); err != nil {
			return err
		}
		if o.Enforced {
			return api.PolicyTypeAlreadyEnabledException.New("The specified policy type is already enabled.")
		}
		o.Enforced = true
		err := o.eachTarget(ctx, w, func(id string, scps *[]string) (err error) {
			*scps, err = o.attachDefault(ctx, w, id)
			return err
		})
		out = &api.EnablePolicyTypeResponse{Root: o.root()}
		return err
	})
	return out, err
}

// DisablePolicyType puts service control policies out of force. All are detached, and enabling the type again begins anew.
func (s *Service) DisablePolicyType(ctx context.Context, in *api.DisablePolicyTypeRequest) (*api.DisablePolicyTypeResponse, error) {
	var out *api.DisablePolicyTypeResponse
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		if in.RootId != o.Root {
			return noRoot()
		}
		if in.PolicyType != api.PolicyTypeServiceControlPolicy || !o.Enforced {
			return notEnabled()
		}
		o.Enforced = false
		err := o.eachTarget(ctx, w, func(_ string, scps *[]string) error {
			*scps = nil
			return nil
		})
		_, detached := attachments.DeleteAll(ctx, w, "", o.ID)
		out = &api.DisablePolicyTypeResponse{Root: o.root()}
		return errors.Join(err, detached)
	})
	return out, err
}

// eachTarget changes the attachments of the root and of every unit and account. The quotas of units and accounts bound the work of the transaction.
func (o *Organization) eachTarget(ctx context.Context, w store.Writer, change func(id string, scps *[]string) error) error {
	if err := change(o.Root, &o.RootSCPs); err != nil {
		return err
	}
	if err := eachRow(ctx, w, units, o.ID, func(u *Unit) error { return change(u.ID, &u.SCPs) }); err != nil {
		return err
	}
	return eachRow(ctx, w, accounts, o.ID, func(a *Account) error { return change(a.ID, &a.SCPs) })
}

// eachRow changes every row of an organization. A page is read before its rows are written, so that the reading does not meet the writing.
func eachRow[T any](ctx context.Context, w store.Writer, t *store.Table[T], org string, change func(*T) error) error {
	q := store.Query{Index: "by_org", Prefix: []string{org}}
	for {
		page, err := t.List(ctx, w, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if err := change(&page.Rows[i].Doc); err != nil {
				return err
			}
			if err := t.Update(ctx, w, &page.Rows[i]); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
