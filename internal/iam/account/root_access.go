package account

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// organization gives the organization that the caller's account may work on. The management account and delegated administrators may look and
// turn off; turning on is for the management account alone.
func (s *Service) organization(ctx context.Context, enable bool) (Organization, error) {
	id := account(ctx)
	o, err := s.orgs.Organization(ctx, id)
	if errors.Is(err, caller.ErrUnknown) {
		return o, iamapi.OrganizationNotFoundException.New("No organization is associated with your account.")
	}
	if err != nil {
		return o, err
	}
	switch {
	case id != o.ManagementAccount && !slices.Contains(o.DelegatedAdmins, id):
		return o, iamapi.AccountNotManagementOrDelegatedAdministratorException.New(
			"The account making the request is not the management account or delegated administrator account for centralized root access.")
	case enable && id != o.ManagementAccount:
		return o, iamapi.CallerIsNotManagementAccountException.New("The account making the request is not the management account for the organization.")
	case !o.AllFeatures:
		return o, iamapi.OrganizationNotInAllFeaturesModeException.New("Your organization does not have All features enabled.")
	case !o.TrustsIAM:
		return o, iamapi.ServiceAccessNotEnabledException.New("Trusted access is not enabled for IAM in AWS Organizations.")
	}
	return o, nil
}

// features are the features that are enabled for an organization. What the account enabled for another one does not count.
func features(o *Organization, a *record.Account) []iamapi.FeatureType {
	out := []iamapi.FeatureType{}
	if a.Root.Organization != o.ID {
		return out
	}
	if a.Root.Credentials {
		out = append(out, iamapi.FeatureTypeRootCredentialsManagement)
	}
	if a.Root.Sessions {
		out = append(out, iamapi.FeatureTypeRootSessions)
	}
	return out
}

// setFeature turns a feature on or off. One that is so already stays so.
func (s *Service) setFeature(ctx context.Context, enable bool, feature func(*record.RootAccess) *bool) (id *string, enabled []iamapi.FeatureType, err error) {
	o, err := s.organization(ctx, enable)
	if err != nil {
		return nil, nil, err
	}
	err = s.change(ctx, o.ManagementAccount, func(_ store.Writer, a *record.Account) error {
		if a.Root.Organization != o.ID {
			a.Root = record.RootAccess{Organization: o.ID}
		}
		*feature(&a.Root) = enable
		enabled = features(&o, a)
		return nil
	})
	return &o.ID, enabled, err
}

func credentialsFeature(r *record.RootAccess) *bool { return &r.Credentials }
func sessionsFeature(r *record.RootAccess) *bool    { return &r.Sessions }

// EnableOrganizationsRootCredentialsManagement lets the root credentials of member accounts be managed centrally.
func (s *Service) EnableOrganizationsRootCredentialsManagement(ctx context.Context, _ *iamapi.EnableOrganizationsRootCredentialsManagementRequest) (*iamapi.EnableOrganizationsRootCredentialsManagementResponse, error) {
	id, enabled, err := s.setFeature(ctx, true, credentialsFeature)
	if err != nil {
		return nil, err
	}
	return &iamapi.EnableOrganizationsRootCredentialsManagementResponse{OrganizationId: id, EnabledFeatures: enabled}, nil
}

// DisableOrganizationsRootCredentialsManagement ends that.
func (s *Service) DisableOrganizationsRootCredentialsManagement(ctx context.Context, _ *iamapi.DisableOrganizationsRootCredentialsManagementRequest) (*iamapi.DisableOrganizationsRootCredentialsManagementResponse, error) {
	id, enabled, err := s.setFeature(ctx, false, credentialsFeature)
	if err != nil {
		return nil, err
	}
	return &iamapi.DisableOrganizationsRootCredentialsManagementResponse{OrganizationId: id, EnabledFeatures: enabled}, nil
}

// EnableOrganizationsRootSessions lets privileged tasks be done in member accounts, with sessions of their root.
func (s *Service) EnableOrganizationsRootSessions(ctx context.Context, _ *iamapi.EnableOrganizationsRootSessionsRequest) (*iamapi.EnableOrganizationsRootSessionsResponse, error) {
	id, enabled, err := s.setFeature(ctx, true, sessionsFeature)
	if err != nil {
		return nil, err
	}
	return &iamapi.EnableOrganizationsRootSessionsResponse{OrganizationId: id, EnabledFeatures: enabled}, nil
}

// DisableOrganizationsRootSessions ends that.
func (s *Service) DisableOrganizationsRootSessions(ctx context.Context, _ *iamapi.DisableOrganizationsRootSessionsRequest) (*iamapi.DisableOrganizationsRootSessionsResponse, error) {
	id, enabled, err := s.setFeature(ctx, false, sessionsFeature)
	if err != nil {
		return nil, err
	}
	return &iamapi.DisableOrganizationsRootSessionsResponse{OrganizationId: id, EnabledFeatures: enabled}, nil
}

// ListOrganizationsFeatures lists the features that are enabled.
func (s *Service) ListOrganizationsFeatures(ctx context.Context, _ *iamapi.ListOrganizationsFeaturesRequest) (*iamapi.ListOrganizationsFeaturesResponse, error) {
	o, err := s.organization(ctx, false)
	if err != nil {
		return nil, err
	}
	a, err := s.row(ctx, o.ManagementAccount)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListOrganizationsFeaturesResponse{OrganizationId: &o.ID, EnabledFeatures: features(&o, &a)}, nil
}

// RootSessions tells whether a management account has root sessions enabled for the organization that it manages now, and the organization
// still trusts IAM.
func (s *Service) RootSessions(ctx context.Context, managementAccount string) (bool, error) {
	return s.hasFeature(ctx, managementAccount, iamapi.FeatureTypeRootSessions)
}

// RootCredentials tells the same of the management of root credentials.
func (s *Service) RootCredentials(ctx context.Context, managementAccount string) (bool, error) {
	return s.hasFeature(ctx, managementAccount, iamapi.FeatureTypeRootCredentialsManagement)
}

func (s *Service) hasFeature(ctx context.Context, id string, f iamapi.FeatureType) (bool, error) {
	a, err := s.cached(ctx, id)
	if err != nil {
		return false, err
	}
	if a.Root.Organization == "" {
		return false, nil
	}
	o, err := s.orgs.Organization(ctx, id)
	if errors.Is(err, caller.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return o.ManagementAccount == id && o.AllFeatures && o.TrustsIAM && slices.Contains(features(&o, a), f), nil
}
