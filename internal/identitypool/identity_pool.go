package identitypool

import (
	"context"
	"errors"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreateIdentityPool creates a pool in the region of the request.
func (s *Service) CreateIdentityPool(ctx context.Context, in *api.CreateIdentityPoolInput) (*api.IdentityPool, error) {
	req := caller.RequestFrom(ctx)
	id, err := s.newPoolID(req.Region, in.IdentityPoolTags)
	if err != nil {
		return nil, err
	}
	p := Pool{ID: id, Account: accountOf(ctx), Region: req.Region, Created: req.Time}
	err = s.apply(&p, settings{in.IdentityPoolName, in.AllowUnauthenticatedIdentities, in.AllowClassicFlow, in.CognitoIdentityProviders,
		in.DeveloperProviderName, in.OpenIdConnectProviderARNs, in.SamlProviderARNs, in.SupportedLoginProviders, in.IdentityPoolTags})
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error { return insert(ctx, w, &p) })
	if errors.Is(err, store.ErrExists) {
		return nil, api.ResourceConflictException.New("An identity pool with the id '%s' already exists.", p.ID)
	}
	if err != nil {
		return nil, err
	}
	return describe(&p), nil
}

// insert makes a pool. store.ErrExists when a pool has its id, or one of another account had it.
func insert(ctx context.Context, w store.Writer, p *Pool) error {
	old, err := retiredPools.Get(ctx, w, p.ID)
	switch {
	case err == nil && old.Doc.Account != p.Account:
		return store.ErrExists
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	return pools.Insert(ctx, w, p)
}

// DescribeIdentityPool tells a pool's settings.
func (s *Service) DescribeIdentityPool(ctx context.Context, in *api.DescribeIdentityPoolInput) (*api.IdentityPool, error) {
	p, err := s.ownPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	return describe(p), nil
}

// ListIdentityPools lists the pools of the caller's account in the request's region.
func (s *Service) ListIdentityPools(ctx context.Context, in *api.ListIdentityPoolsInput) (*api.ListIdentityPoolsResponse, error) {
	region := caller.RequestFrom(ctx).Region
	after, err := s.openPage(ctx, "ListIdentityPools", in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := pools.List(ctx, s.Store, store.Query{Index: "by_account", Prefix: []string{accountOf(ctx), region}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, err
	}
	out := &api.ListIdentityPoolsResponse{IdentityPools: []api.IdentityPoolShortDescription{}}
	for _, row := range page.Rows {
		out.IdentityPools = append(out.IdentityPools, api.IdentityPoolShortDescription{IdentityPoolId: &row.Doc.ID, IdentityPoolName: &row.Doc.Name})
	}
	out.NextToken, err = s.sealPage(ctx, "ListIdentityPools", page.Next)
	return out, err
}

// UpdateIdentityPool replaces a pool's settings. Roles and maps of tags are kept; so are tags, AllowClassicFlow and the developer provider's name where the
// request leaves them out.
func (s *Service) UpdateIdentityPool(ctx context.Context, in *api.IdentityPool) (*api.IdentityPool, error) {
	var p Pool
	err := s.change(ctx, in.IdentityPoolId, func(pool *Pool) error {
		tags := in.IdentityPoolTags
		if tags == nil {
			tags = pool.Tags
		}
		if err := sameID(pool, tags); err != nil {
			return err
		}
		err := s.apply(pool, settings{in.IdentityPoolName, in.AllowUnauthenticatedIdentities, in.AllowClassicFlow, in.CognitoIdentityProviders,
			in.DeveloperProviderName, in.OpenIdConnectProviderARNs, in.SamlProviderARNs, in.SupportedLoginProviders, tags})
		p = *pool
		return err
	})
	if err != nil {
		return nil, err
	}
	return describe(&p), nil
}

// DeleteIdentityPool deletes a pool with its identities.
func (s *Service) DeleteIdentityPool(ctx context.Context, in *api.DeleteIdentityPoolInput) (*wire.Empty, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		row, err := ownRow(ctx, w, in.IdentityPoolId)
		if err != nil {
			return err
		}
		if err := pools.Delete(ctx, w, row.Doc.ID); err != nil {
			return err
		}
		if err := retiredPools.Upsert(ctx, w, &retiredPool{ID: row.Doc.ID, Account: row.Doc.Account}); err != nil {
			return err
		}
		if _, err := logins.DeleteAll(ctx, w, "", in.IdentityPoolId); err != nil {
			return err
		}
		_, err = identities.DeleteAll(ctx, w, "by_pool", in.IdentityPoolId)
		return err
	})
	return &wire.Empty{}, err
}

// ownRow reads a pool of the caller's account.
func ownRow(ctx context.Context, r store.Reader, id string) (store.Row[Pool], error) {
	row, err := pools.Get(ctx, r, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.Account != accountOf(ctx) {
		return row, noPool(id)
	}
	return row, err
}

// change updates a pool of the caller's account in one transaction. f replaces lists and maps; it never writes into them, because readers share them.
func (s *Service) change(ctx context.Context, id string, f func(*Pool) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := ownRow(ctx, w, id)
		if err != nil {
			return err
		}
		if err := f(&row.Doc); err != nil {
			return err
		}
		return pools.Update(ctx, w, &row)
	})
}

func describe(p *Pool) *api.IdentityPool {
	out := &api.IdentityPool{
		IdentityPoolId: p.ID, IdentityPoolName: p.Name, AllowUnauthenticatedIdentities: p.AllowGuests, AllowClassicFlow: p.Classic,
		OpenIdConnectProviderARNs: slices.Clone(p.OIDC), SamlProviderARNs: slices.Clone(p.SAML), SupportedLoginProviders: p.Social, IdentityPoolTags: p.Tags,
	}
	if p.Developer != "" {
		name := p.Developer
		out.DeveloperProviderName = &name
	}
	for _, c := range p.Providers {
		out.CognitoIdentityProviders = append(out.CognitoIdentityProviders, api.CognitoIdentityProvider{
			ProviderName: &c.Name, ClientId: &c.ClientID, ServerSideTokenCheck: &c.ServerCheck,
		})
	}
	return out
}
