package organization

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreateOrganization makes the organization that the deployment's account manages. No policy type is enabled at first, as with AWS itself.
func (s *Service) CreateOrganization(ctx context.Context, in *api.CreateOrganizationRequest) (*api.CreateOrganizationResponse, error) {
	account := caller.PrincipalFrom(ctx).Account
	o, err := s.newOrganization(account)
	if err != nil {
		return nil, err
	}
	o.AllFeatures = in.FeatureSet == nil || *in.FeatureSet == api.OrganizationFeatureSetAll
	full := fullAccess(o.ID)
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := accounts.Get(ctx, w, account)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if row.Doc.Org != "" {
			return api.AlreadyInOrganizationException.New("The AWS account is already a member of an organization.")
		}
		if account != s.Account {
			return accessDenied()
		}
		row.Doc = Account{ID: account, Org: o.ID, Name: s.Name, Email: s.Email, Parent: o.Root, Joined: o.Created}
		return errors.Join(organizations.Insert(ctx, w, o), put(ctx, w, &row), policies.Insert(ctx, w, &full))
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateOrganizationResponse{Organization: s.describe(o)}, nil
}

// NoteAccount sees to it that the deployment's own account has a row, in an organization or in none. A row that is there is in the cache, so that Of costs a
// look-up in memory also where there is no organization. It is to be called at the start.
func (s *Service) NoteAccount(ctx context.Context) error {
	if _, err := accounts.Get(ctx, s.Store, s.Account); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err := s.Store.Update(ctx, func(w store.Writer) error { return accounts.Insert(ctx, w, &Account{ID: s.Account}) })
	if errors.Is(err, store.ErrExists) { // another node was at it
		return nil
	}
	return err
}

// put writes the row of an account, or makes it where there was none.
func put(ctx context.Context, w store.Writer, row *store.Row[Account]) error {
	if row.Version == 0 {
		return accounts.Insert(ctx, w, &row.Doc)
	}
	return accounts.Update(ctx, w, row)
}

// newOrganization draws an organization.
func (s *Service) newOrganization(management string) (*Organization, error) {
	id, err := newID(s.Random, orgPrefix, 10)
	if err != nil {
		return nil, err
	}
	root, err := newID(s.Random, rootPrefix, 4)
	return &Organization{ID: id, Management: management, Root: root, Created: s.now()}, err
}

func (s *Service) describe(o *Organization) *api.Organization {
	out := &api.Organization{
		Id: &o.ID, Arn: ptr(o.ARN(o.ID)), FeatureSet: ptr(api.OrganizationFeatureSetConsolidatedBilling), AvailablePolicyTypes: []api.PolicyTypeSummary{},
		MasterAccountId: &o.Management, MasterAccountArn: ptr(o.ARN(o.Management)), MasterAccountEmail: given(s.Email),
	}
	if o.AllFeatures {
		out.FeatureSet = ptr(api.OrganizationFeatureSetAll)
		out.AvailablePolicyTypes = policyTypes(true)
	}
	return out
}

// DescribeOrganization tells about the caller's organization. Every member may ask.
func (s *Service) DescribeOrganization(ctx context.Context, _ *wire.Empty) (*api.DescribeOrganizationResponse, error) {
	var out *api.DescribeOrganizationResponse
	err := s.Store.View(ctx, func(r store.Reader) error {
		_, o, err := membership(ctx, r, caller.PrincipalFrom(ctx).Account)
		if err == nil {
			out = &api.DescribeOrganizationResponse{Organization: s.describe(&o.Doc)}
		}
		return err
	})
	return out, err
}

// DeleteOrganization deletes an organization that has no other account, no unit and no policy of its own.
func (s *Service) DeleteOrganization(ctx context.Context, _ *wire.Empty) (*wire.Empty, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		a, o, err := membership(ctx, w, caller.PrincipalFrom(ctx).Account)
		if err != nil {
			return err
		}
		if o.Doc.Management != a.Doc.ID {
			return accessDenied()
		}
		if err := empty(ctx, w, o.Doc.ID); err != nil {
			return err
		}
		_, attached := attachments.DeleteAll(ctx, w, "", o.Doc.ID)
		_, created := creations.DeleteAll(ctx, w, "", o.Doc.ID)
		a.Doc = Account{ID: a.Doc.ID}
		return errors.Join(attached, created, policies.Delete(ctx, w, o.Doc.ID, fullAccessID),
			accounts.Update(ctx, w, &a), organizations.Delete(ctx, w, o.Doc.ID))
	})
	return &wire.Empty{}, err
}

// empty refuses an organization that has more than every new one has.
func empty(ctx context.Context, r store.Reader, org string) error {
	members, err1 := accounts.Count(ctx, r, "by_org", org)
	ous, err2 := units.Count(ctx, r, "by_org", org)
	own, err3 := policies.Count(ctx, r, "", org)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if members > 1 || ous > 0 || own > 1 {
		return api.OrganizationNotEmptyException.New("To delete an organization you must first remove all member accounts (except the management account), organizational units, and policies.")
	}
	return nil
}

// ListRoots lists the one root.
func (s *Service) ListRoots(ctx context.Context, in *api.ListRootsRequest) (*api.ListRootsResponse, error) {
	out := &api.ListRootsResponse{Roots: []api.Root{}}
	err := s.read(ctx, func(_ store.Reader, o *Organization) error {
		roots, token, err := slice(ctx, s.list("", in.NextToken, in.MaxResults), []string{o.Root})
		if out.NextToken = token; len(roots) > 0 {
			out.Roots = []api.Root{*o.root()}
		}
		return err
	})
	return out, err
}

func (o *Organization) root() *api.Root {
	return &api.Root{Id: &o.Root, Arn: ptr(o.ARN(o.Root)), Name: ptr("Root"), PolicyTypes: policyTypes(o.Enforced)}
}

// policyTypes lists the policy types in force.
func policyTypes(enabled bool) []api.PolicyTypeSummary {
	if !enabled {
		return []api.PolicyTypeSummary{}
	}
	return []api.PolicyTypeSummary{{Type: ptr(api.PolicyTypeServiceControlPolicy), Status: ptr(api.PolicyTypeStatusEnabled)}}
}
