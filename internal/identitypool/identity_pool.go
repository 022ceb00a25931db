package identitypool

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// settings are the members that create and update share.
type settings struct {
	name      string
	guests    bool
	classic   *bool
	providers []api.CognitoIdentityProvider
	developer *string
	oidc      []string
	saml      []string
	social    map[string]string
	tags      map[string]string
}

// CreateIdentityPool creates a pool in the region of the request.
func (s *Service) CreateIdentityPool(ctx context.Context, in *api.CreateIdentityPoolInput) (*api.IdentityPool, error) {
	req := caller.RequestFrom(ctx)
	id, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	p := Pool{ID: req.Region + ":" + id, Account: s.Account, Region: req.Region, Created: req.Time}
	err = s.apply(&p, settings{in.IdentityPoolName, in.AllowUnauthenticatedIdentities, in.AllowClassicFlow, in.CognitoIdentityProviders,
		in.DeveloperProviderName, in.OpenIdConnectProviderARNs, in.SamlProviderARNs, in.SupportedLoginProviders, in.IdentityPoolTags})
	if err != nil {
		return nil, err
	}
	if err := s.Store.Update(ctx, func(w store.Writer) error { return pools.Insert(ctx, w, &p) }); err != nil {
		return nil, err
	}
	return describe(&p), nil
}

// apply takes settings over. What is not honoured yet is refused, not ignored.
func (s *Service) apply(p *Pool, in settings) error {
	switch {
	case in.classic != nil && *in.classic:
		return notImplemented.New("AllowClassicFlow is not supported by this server yet.")
	case in.developer != nil && *in.developer != "":
		return notImplemented.New("DeveloperProviderName is not supported by this server yet.")
	case len(in.oidc) > 0:
		return notImplemented.New("OpenIdConnectProviderARNs is not supported by this server yet.")
	case len(in.saml) > 0:
		return notImplemented.New("SamlProviderARNs is not supported by this server yet.")
	case len(in.social) > 0:
		return notImplemented.New("SupportedLoginProviders is not supported by this server yet.")
	}
	p.Name, p.AllowGuests, p.Tags, p.Providers = in.name, in.guests, in.tags, nil
	for _, c := range in.providers {
		if c.ProviderName == nil || c.ClientId == nil {
			return api.InvalidParameterException.New("Provider name and client id are required.")
		}
		userPool, ok := s.userPool(*c.ProviderName)
		if !ok {
			return api.InvalidParameterException.New("Invalid Cognito Identity Provider")
		}
		p.Providers = append(p.Providers, Provider{
			Name: *c.ProviderName, UserPool: userPool, ClientID: *c.ClientId,
			ServerCheck: c.ServerSideTokenCheck != nil && *c.ServerSideTokenCheck,
		})
	}
	return nil
}

// userPool reads the user pool out of a provider name, which is cognito-idp.<region>.amazonaws.com/<pool> or the pool's own issuer, with or
// without its scheme.
func (s *Service) userPool(provider string) (id string, ok bool) {
	host, id, ok := cutLast(provider, "/")
	if !ok {
		return "", false
	}
	region, _, hasRegion := strings.Cut(id, "_")
	_, issuerHost, _ := strings.Cut(s.Issuer, "://")
	ok = host == issuerHost || host == s.Issuer || host == "cognito-idp."+region+".amazonaws.com"
	return id, ok && hasRegion
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// DescribeIdentityPool tells a pool's settings.
func (s *Service) DescribeIdentityPool(ctx context.Context, in *api.DescribeIdentityPoolInput) (*api.IdentityPool, error) {
	p, err := s.pool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	return describe(p), nil
}

// ListIdentityPools lists the pools of the request's region.
func (s *Service) ListIdentityPools(ctx context.Context, in *api.ListIdentityPoolsInput) (*api.ListIdentityPoolsResponse, error) {
	region := caller.RequestFrom(ctx).Region
	after, err := s.openPage(ctx, "ListIdentityPools", in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := pools.List(ctx, s.Store, store.Query{Index: "by_account", Prefix: []string{s.Account, region}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, err
	}
	out := &api.ListIdentityPoolsResponse{IdentityPools: []api.IdentityPoolShortDescription{}}
	for _, row := range page.Rows {
		out.IdentityPools = append(out.IdentityPools, api.IdentityPoolShortDescription{IdentityPoolId: &row.Doc.ID, IdentityPoolName: &row.Doc.Name})
	}
	out.NextToken, err = s.sealPage("ListIdentityPools", page.Next)
	return out, err
}

// UpdateIdentityPool replaces a pool's settings. Roles are kept.
func (s *Service) UpdateIdentityPool(ctx context.Context, in *api.IdentityPool) (*api.IdentityPool, error) {
	var p Pool
	err := s.change(ctx, in.IdentityPoolId, func(pool *Pool) error {
		tags := in.IdentityPoolTags
		if tags == nil {
			tags = pool.Tags
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

// DeleteIdentityPool deletes a pool with its identities. The pool goes first, so nobody gets credentials while the identities go in batches.
func (s *Service) DeleteIdentityPool(ctx context.Context, in *api.DeleteIdentityPoolInput) (*wire.Empty, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		if err := pools.Delete(ctx, w, in.IdentityPoolId); err != nil {
			return err
		}
		if _, err := logins.DeleteAll(ctx, w, "", in.IdentityPoolId); err != nil {
			return err
		}
		_, err := identities.DeleteAll(ctx, w, "by_pool", in.IdentityPoolId)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, noPool(in.IdentityPoolId)
	}
	return &wire.Empty{}, err
}

// SetIdentityPoolRoles sets the roles of signed-in and guest identities.
func (s *Service) SetIdentityPoolRoles(ctx context.Context, in *api.SetIdentityPoolRolesInput) (*wire.Empty, error) {
	if len(in.RoleMappings) > 0 {
		return nil, notImplemented.New("RoleMappings is not supported by this server yet.")
	}
	return &wire.Empty{}, s.change(ctx, in.IdentityPoolId, func(p *Pool) error {
		p.AuthenticatedTo, p.GuestRole = in.Roles["authenticated"], in.Roles["unauthenticated"]
		return nil
	})
}

// GetIdentityPoolRoles tells the roles of a pool.
func (s *Service) GetIdentityPoolRoles(ctx context.Context, in *api.GetIdentityPoolRolesInput) (*api.GetIdentityPoolRolesResponse, error) {
	p, err := s.pool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	out := &api.GetIdentityPoolRolesResponse{IdentityPoolId: &p.ID, Roles: map[string]string{}}
	if p.AuthenticatedTo != "" {
		out.Roles["authenticated"] = p.AuthenticatedTo
	}
	if p.GuestRole != "" {
		out.Roles["unauthenticated"] = p.GuestRole
	}
	return out, nil
}

// change updates a pool in one transaction.
func (s *Service) change(ctx context.Context, id string, f func(*Pool) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := pools.Get(ctx, w, id)
		if errors.Is(err, store.ErrNotFound) {
			return noPool(id)
		}
		if err != nil {
			return err
		}
		row.Doc.Providers = slices.Clone(row.Doc.Providers)
		if err := f(&row.Doc); err != nil {
			return err
		}
		return pools.Update(ctx, w, &row)
	})
}

func describe(p *Pool) *api.IdentityPool {
	out := &api.IdentityPool{
		IdentityPoolId: p.ID, IdentityPoolName: p.Name, AllowUnauthenticatedIdentities: p.AllowGuests,
		IdentityPoolTags: p.Tags,
	}
	for _, c := range p.Providers {
		out.CognitoIdentityProviders = append(out.CognitoIdentityProviders, api.CognitoIdentityProvider{
			ProviderName: &c.Name, ClientId: &c.ClientID, ServerSideTokenCheck: &c.ServerCheck,
		})
	}
	return out
}
