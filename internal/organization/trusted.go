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

// EnableAWSServiceAccess lets a service act in the organization's accounts. Which services there are is the deployment's knowledge.
func (s *Service) EnableAWSServiceAccess(ctx context.Context, in *api.EnableAWSServiceAccessRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(_ store.Writer, o *Organization) error {
		if err := o.full(); err != nil {
			return err
		}
		if err := s.recognised(in.ServicePrincipal); err != nil {
			return err
		}
		if _, trusted := o.Trusted[in.ServicePrincipal]; trusted {
			return nil
		}
		if o.Trusted == nil {
			o.Trusted = map[string]time.Time{}
		}
		o.Trusted[in.ServicePrincipal] = s.now()
		return nil
	})
	return &wire.Empty{}, err
}

// full refuses what only an organization with all features has.
func (o *Organization) full() error {
	if o.AllFeatures {
		return nil
	}
	return constraint(api.ConstraintViolationExceptionReasonOrganizationNotInAllFeaturesMode, "The organization must have all features enabled.")
}

// DisableAWSServiceAccess ends a service's trust. Who administers the service has to be deregistered before.
func (s *Service) DisableAWSServiceAccess(ctx context.Context, in *api.DisableAWSServiceAccessRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		if err := s.recognised(in.ServicePrincipal); err != nil {
			return err
		}
		for row, err := range accounts.All(ctx, w, store.Query{Index: "delegated", Prefix: []string{o.ID}}) {
			if err != nil {
				return err
			}
			if _, delegated := row.Doc.Delegated[in.ServicePrincipal]; delegated {
				return constraint(api.ConstraintViolationExceptionReasonDelegatedAdministratorExistsForThisService,
					"You must deregister all delegated administrators of the service before you disable its access.")
			}
		}
		delete(o.Trusted, in.ServicePrincipal)
		return nil
	})
	return &wire.Empty{}, err
}

// ListAWSServiceAccessForOrganization lists the services that the organization trusts.
func (s *Service) ListAWSServiceAccessForOrganization(ctx context.Context, in *api.ListAWSServiceAccessForOrganizationRequest) (*api.ListAWSServiceAccessForOrganizationResponse, error) {
	out := &api.ListAWSServiceAccessForOrganizationResponse{EnabledServicePrincipals: []api.EnabledServicePrincipal{}}
	err := s.read(ctx, func(_ store.Reader, o *Organization) error {
		page, token, err := slice(ctx, s.list("", in.NextToken, in.MaxResults), slices.Collect(maps.Keys(o.Trusted)))
		for _, name := range page {
			out.EnabledServicePrincipals = append(out.EnabledServicePrincipals, api.EnabledServicePrincipal{
				ServicePrincipal: &name, DateEnabled: ptr(o.Trusted[name]),
			})
		}
		out.NextToken = token
		return err
	})
	return out, err
}
