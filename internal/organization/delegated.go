package organization

import (
	"context"
	"maps"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// RegisterDelegatedAdministrator lets a member account administer a trusted service on behalf of the management account.
func (s *Service) RegisterDelegatedAdministrator(ctx context.Context, in *api.RegisterDelegatedAdministratorRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		if err := o.full(); err != nil {
			return err
		}
		if err := s.recognised(in.ServicePrincipal); err != nil {
			return err
		}
		row, err := o.account(ctx, w, in.AccountId)
		if err != nil {
			return found(err, noAccount)
		}
		_, registered := row.Doc.Delegated[in.ServicePrincipal]
		_, trusted := o.Trusted[in.ServicePrincipal]
		switch {
		case in.AccountId == o.Management:
			return constraint(api.ConstraintViolationExceptionReasonCannotRegisterMasterAsDelegatedAdministrator,
				"You can't register the management account of the organization as a delegated administrator.")
		case registered:
			return api.AccountAlreadyRegisteredException.New("The provided account is already a delegated administrator for your organization.")
		case !trusted:
			return constraint(api.ConstraintViolationExceptionReasonServiceAccessNotEnabled,
				"You attempted to register a delegated administrator before you enabled service access. Call the EnableAWSServiceAccess API first.")
		}
		if row.Doc.Delegated == nil {
			row.Doc.Delegated = map[string]time.Time{}
		}
		row.Doc.Delegated[in.ServicePrincipal] = s.now()
		return accounts.Update(ctx, w, row)
	})
	return &wire.Empty{}, err
}

// DeregisterDelegatedAdministrator takes the administration of a service away from a member account.
func (s *Service) DeregisterDelegatedAdministrator(ctx context.Context, in *api.DeregisterDelegatedAdministratorRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.account(ctx, w, in.AccountId)
		if err != nil {
			return found(err, noAccount)
		}
		if _, registered := row.Doc.Delegated[in.ServicePrincipal]; !registered {
			return notRegistered()
		}
		delete(row.Doc.Delegated, in.ServicePrincipal)
		return accounts.Update(ctx, w, row)
	})
	return &wire.Empty{}, err
}

func notRegistered() error {
	return api.AccountNotRegisteredException.New("The provided account is not a registered delegated administrator for your organization.")
}

// ListDelegatedAdministrators lists the accounts that administer a service, or any.
func (s *Service) ListDelegatedAdministrators(ctx context.Context, in *api.ListDelegatedAdministratorsRequest) (*api.ListDelegatedAdministratorsResponse, error) {
	out := &api.ListDelegatedAdministratorsResponse{DelegatedAdministrators: []api.DelegatedAdministrator{}}
	service := ""
	if in.ServicePrincipal != nil {
		service = *in.ServicePrincipal
	}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		page, token, err := rows(ctx, s.list(service, in.NextToken, in.MaxResults), r, accounts, store.Query{Index: "delegated", Prefix: []string{o.ID}})
		for i := range page {
			a := &page[i].Doc
			since, ok := a.Delegated[service]
			if service == "" {
				since, ok = slices.MinFunc(slices.Collect(maps.Values(a.Delegated)), time.Time.Compare), true
			}
			if !ok {
				continue
			}
			d := o.describeAccount(a)
			out.DelegatedAdministrators = append(out.DelegatedAdministrators, api.DelegatedAdministrator{
				Id: d.Id, Arn: d.Arn, Email: d.Email, Name: d.Name, Status: d.Status, JoinedMethod: d.JoinedMethod, JoinedTimestamp: d.JoinedTimestamp,
				DelegationEnabledDate: &since,
			})
		}
		out.NextToken = token
		return err
	})
	return out, err
}

// ListDelegatedServicesForAccount lists the services that an account administers.
func (s *Service) ListDelegatedServicesForAccount(ctx context.Context, in *api.ListDelegatedServicesForAccountRequest) (*api.ListDelegatedServicesForAccountResponse, error) {
	out := &api.ListDelegatedServicesForAccountResponse{DelegatedServices: []api.DelegatedService{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		row, err := o.account(ctx, r, in.AccountId)
		if err != nil {
			return found(err, noAccount)
		}
		if len(row.Doc.Delegated) == 0 {
			return notRegistered()
		}
		page, token, err := slice(ctx, s.list(in.AccountId, in.NextToken, in.MaxResults), slices.Collect(maps.Keys(row.Doc.Delegated)))
		for _, name := range page {
			out.DelegatedServices = append(out.DelegatedServices, api.DelegatedService{ServicePrincipal: &name, DelegationEnabledDate: ptr(row.Doc.Delegated[name])})
		}
		out.NextToken = token
		return err
	})
	return out, err
}
