package hosted

import (
	"context"
	"errors"
	"fmt"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// maxProviders is the most that AWS raises the quota of a pool to
// (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#resource-quotas).
const maxProviders = 1000

// CreateIdentityProvider adds a provider to a pool. Metadata and discovery documents are read before it is stored.
func (s *Service) CreateIdentityProvider(ctx context.Context, in *api.CreateIdentityProviderRequest) (*api.CreateIdentityProviderResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	now := s.now()
	d := &directory.Provider{PoolID: p.ID, Name: in.ProviderName, Type: string(in.ProviderType), Created: now, Modified: now}
	if err := providerName(d); err != nil {
		return nil, err
	}
	if d.IDs, err = identifiers(in.IdpIdentifiers); err != nil {
		return nil, err
	}
	if d.Mapping, err = mapping(p, d.Type, in.AttributeMapping); err != nil {
		return nil, err
	}
	if err := s.apply(ctx, d, in.ProviderDetails, nil); err != nil {
		return nil, err
	}
	view, err := s.providerView(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := s.insertProvider(ctx, d); err != nil {
		return nil, err
	}
	return &api.CreateIdentityProviderResponse{IdentityProvider: *view}, nil
}

func (s *Service) insertProvider(ctx context.Context, d *directory.Provider) error {
	return s.edge.Update(ctx, d.PoolID, func(w store.Writer, p *directory.Pool) error {
		n, err := directory.Providers.Count(ctx, w, "", p.ID)
		if err != nil {
			return err
		}
		if n >= maxProviders {
			return api.LimitExceededException.New("Exceeded limit of %d identity providers per user pool.", maxProviders)
		}
		err = directory.Providers.Insert(ctx, w, d)
		if errors.Is(err, store.ErrExists) {
			return api.DuplicateProviderException.New("%s already exists in user pool %s", d.Name, p.ID)
		}
		if err != nil {
			return err
		}
		taken, err := s.writeIdentifiers(ctx, w, d)
		if taken != "" {
			return api.DuplicateProviderException.New("IdpIdentifier %s already exists in user pool %s", taken, p.ID)
		}
		return err
	})
}

// writeIdentifiers stores the identifiers of a provider in place of those it had. taken is the first that is another provider's.
func (s *Service) writeIdentifiers(ctx context.Context, w store.Writer, d *directory.Provider) (taken string, err error) {
	if _, err := directory.ProviderIDs.DeleteAll(ctx, w, "by_provider", d.PoolID, d.Name); err != nil {
		return "", err
	}
	for _, id := range d.IDs {
		err := directory.ProviderIDs.Insert(ctx, w, &directory.ProviderID{PoolID: d.PoolID, ID: id, Name: d.Name})
		if errors.Is(err, store.ErrExists) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// providerError translates what the store says about a provider.
func providerError(err error, name string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("Identity provider %s does not exist.", name)
	}
	return err
}

// DescribeIdentityProvider shows a provider.
func (s *Service) DescribeIdentityProvider(ctx context.Context, in *api.DescribeIdentityProviderRequest) (*api.DescribeIdentityProviderResponse, error) {
	view, err := s.showProvider(ctx, in.UserPoolId, in.ProviderName)
	if err != nil {
		return nil, err
	}
	return &api.DescribeIdentityProviderResponse{IdentityProvider: *view}, nil
}

func (s *Service) showProvider(ctx context.Context, poolID, name string) (*api.IdentityProviderType, error) {
	p, err := s.edge.Pool(ctx, poolID)
	if err != nil {
		return nil, err
	}
	row, err := directory.Providers.Get(ctx, s.Store, p.ID, name)
	if err != nil {
		return nil, providerError(err, name)
	}
	return s.providerView(ctx, &row.Doc)
}

// GetIdentityProviderByIdentifier shows the provider that an identifier names.
func (s *Service) GetIdentityProviderByIdentifier(ctx context.Context, in *api.GetIdentityProviderByIdentifierRequest) (*api.GetIdentityProviderByIdentifierResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := directory.ProviderIDs.Get(ctx, s.Store, p.ID, in.IdpIdentifier)
	if err != nil {
		return nil, providerError(err, in.IdpIdentifier)
	}
	view, err := s.showProvider(ctx, p.ID, row.Doc.Name)
	if err != nil {
		return nil, err
	}
	return &api.GetIdentityProviderByIdentifierResponse{IdentityProvider: *view}, nil
}

// UpdateIdentityProvider changes what is given of a provider. Details that are given replace all details.
func (s *Service) UpdateIdentityProvider(ctx context.Context, in *api.UpdateIdentityProviderRequest) (*api.UpdateIdentityProviderResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := directory.Providers.Get(ctx, s.Store, p.ID, in.ProviderName)
	if err != nil {
		return nil, providerError(err, in.ProviderName)
	}
	d := &row.Doc
	if in.IdpIdentifiers != nil {
		if d.IDs, err = identifiers(in.IdpIdentifiers); err != nil {
			return nil, err
		}
	}
	if in.AttributeMapping != nil {
		if d.Mapping, err = mapping(p, d.Type, in.AttributeMapping); err != nil {
			return nil, err
		}
	}
	if in.ProviderDetails != nil {
		had, err := s.Secrets(ctx, d)
		if err != nil {
			return nil, err
		}
		if err := s.apply(ctx, d, in.ProviderDetails, had); err != nil {
			return nil, err
		}
	}
	d.Modified = s.now()
	view, err := s.providerView(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := s.replaceProvider(ctx, &row); err != nil {
		return nil, err
	}
	return &api.UpdateIdentityProviderResponse{IdentityProvider: *view}, nil
}

// replaceProvider stores a changed provider if it is still the one that was read before its documents were fetched.
func (s *Service) replaceProvider(ctx context.Context, row *store.Row[directory.Provider]) error {
	return s.edge.Update(ctx, row.Doc.PoolID, func(w store.Writer, p *directory.Pool) error {
		fresh := *row
		err := directory.Providers.Update(ctx, w, &fresh)
		if errors.Is(err, store.ErrConflict) {
			return api.ConcurrentModificationException.New("Identity provider %s is being modified. Please try again.", row.Doc.Name)
		}
		if err != nil {
			return err
		}
		taken, err := s.writeIdentifiers(ctx, w, &row.Doc)
		if taken != "" {
			return api.InvalidParameterException.New("IdpIdentifier %s already exists in user pool %s", taken, p.ID)
		}
		return err
	})
}

// DeleteIdentityProvider removes a provider, and takes it from the clients that allow it: a provider that gets its name later is another one.
func (s *Service) DeleteIdentityProvider(ctx context.Context, in *api.DeleteIdentityProviderRequest) (*wire.Empty, error) {
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if err := directory.Providers.Delete(ctx, w, p.ID, in.ProviderName); err != nil {
			return providerError(err, in.ProviderName)
		}
		if _, err := directory.ProviderIDs.DeleteAll(ctx, w, "by_provider", p.ID, in.ProviderName); err != nil {
			return err
		}
		return disallow(ctx, w, p.ID, in.ProviderName)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// maxClients bounds the clients of a pool that a deletion goes through: AWS's highest quota.
const maxClients = 10000

// disallow takes a provider from the clients of a pool.
func disallow(ctx context.Context, w store.Writer, poolID, name string) error {
	var changed []store.Row[directory.Client]
	seen := 0
	for row, err := range directory.Clients.All(ctx, w, store.Query{Index: "by_pool", Prefix: []string{poolID}}) {
		if err != nil {
			return err
		}
		if seen++; seen > maxClients {
			return fmt.Errorf("hosted: the pool has more than %d clients", maxClients)
		}
		if slices.Contains(row.Doc.Providers, name) {
			changed = append(changed, row)
		}
	}
	for i := range changed {
		c := &changed[i].Doc
		c.Providers = slices.DeleteFunc(slices.Clone(c.Providers), func(n string) bool { return n == name })
		if err := directory.Clients.Update(ctx, w, &changed[i]); err != nil {
			return err
		}
	}
	return nil
}

// ListIdentityProviders lists the providers of a pool by name.
func (s *Service) ListIdentityProviders(ctx context.Context, in *api.ListIdentityProvidersRequest) (*api.ListIdentityProvidersResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListIdentityProviders", p.ID}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.Providers.List(ctx, s.Store, store.Query{Prefix: []string{p.ID}, After: after, Limit: pooledge.Limit(in.MaxResults, pooledge.PageSize)})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListIdentityProvidersResponse{Providers: []api.ProviderDescription{}}
	for i := range page.Rows {
		d := &page.Rows[i].Doc
		out.Providers = append(out.Providers, api.ProviderDescription{
			ProviderName: &d.Name, ProviderType: new(api.IdentityProviderTypeType(d.Type)), CreationDate: &d.Created, LastModifiedDate: &d.Modified,
		})
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}
