package provider

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreateOpenIDConnectProvider registers the provider of an issuer.
func (s *Service) CreateOpenIDConnectProvider(ctx context.Context, in *iamapi.CreateOpenIDConnectProviderRequest) (*iamapi.CreateOpenIDConnectProviderResponse, error) {
	name, plain, ok := s.issuerName(in.Url)
	if !ok {
		return nil, badURL()
	}
	tags, err := edge.TagsExact(nil, in.Tags, "OpenIdConnectProvider")
	if err != nil {
		return nil, err
	}
	prints, err := thumbprints(in.ThumbprintList)
	if err != nil {
		return nil, err
	}
	p := &record.OIDCProvider{Account: account(ctx), Name: name, Plain: plain, Thumbprints: prints, Created: s.second(), Tags: tags}
	for _, c := range in.ClientIDList {
		if err := addClientID(p, c); err != nil {
			return nil, err
		}
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		err := record.OIDCProviders.Insert(ctx, w, p)
		if errors.Is(err, store.ErrExists) {
			return iamapi.EntityAlreadyExistsException.New("Provider with url %s already exists.", in.Url)
		}
		if err != nil {
			return err
		}
		n, err := record.OIDCProviders.Count(ctx, w, "", p.Account)
		return edge.Below(n, err, "OpenIdConnectProvidersPerAccount", mostOIDC)
	})
	if err != nil {
		return nil, err
	}
	arn := p.ARN()
	return &iamapi.CreateOpenIDConnectProviderResponse{OpenIDConnectProviderArn: &arn, Tags: edge.TagList(p.Tags)}, nil
}

// addClientID adds a client id, unless it is there.
func addClientID(p *record.OIDCProvider, id string) error {
	if slices.Contains(p.ClientIDs, id) {
		return nil
	}
	if len(p.ClientIDs) >= mostClientIDs {
		return edge.Quota("ClientIdsPerOpenIdConnectProvider", mostClientIDs)
	}
	p.ClientIDs = append(p.ClientIDs, id)
	return nil
}

// GetOpenIDConnectProvider shows a provider. Its URL is without the scheme, as AWS shows it.
func (s *Service) GetOpenIDConnectProvider(ctx context.Context, in *iamapi.GetOpenIDConnectProviderRequest) (*iamapi.GetOpenIDConnectProviderResponse, error) {
	row, err := s.findOIDC(ctx, s.db, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	p := &row.Doc
	shown := p.Name
	if p.Plain {
		shown = p.Issuer()
	}
	return &iamapi.GetOpenIDConnectProviderResponse{
		Url: &shown, ClientIDList: p.ClientIDs, ThumbprintList: p.Thumbprints, CreateDate: &p.Created, Tags: edge.TagList(p.Tags),
	}, nil
}

// ListOpenIDConnectProviders lists the ARNs of the account's providers. The list has no pages: the quota bounds it.
func (s *Service) ListOpenIDConnectProviders(ctx context.Context, _ *iamapi.ListOpenIDConnectProvidersRequest) (*iamapi.ListOpenIDConnectProvidersResponse, error) {
	page, err := record.OIDCProviders.List(ctx, s.db, store.Query{Prefix: []string{account(ctx)}, Limit: mostOIDC})
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListOpenIDConnectProvidersResponse{OpenIDConnectProviderList: []iamapi.OpenIDConnectProviderListEntry{}}
	for i := range page.Rows {
		arn := page.Rows[i].Doc.ARN()
		out.OpenIDConnectProviderList = append(out.OpenIDConnectProviderList, iamapi.OpenIDConnectProviderListEntry{Arn: &arn})
	}
	return out, nil
}

// DeleteOpenIDConnectProvider deletes a provider. Roles that trust it stay, and can be assumed through it no more.
func (s *Service) DeleteOpenIDConnectProvider(ctx context.Context, in *iamapi.DeleteOpenIDConnectProviderRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findOIDC(ctx, w, in.OpenIDConnectProviderArn)
		if errors.Is(err, iamapi.NoSuchEntityException) { // AWS has words of its own for it here
			return iamapi.NoSuchEntityException.New("OpenId connect Provider %s cannot be found.", in.OpenIDConnectProviderArn)
		}
		if err != nil {
			return err
		}
		return record.OIDCProviders.Delete(ctx, w, row.Doc.Account, row.Doc.Name)
	})
	return &wire.Empty{}, err
}

// AddClientIDToOpenIDConnectProvider adds an audience whose tokens are accepted.
func (s *Service) AddClientIDToOpenIDConnectProvider(ctx context.Context, in *iamapi.AddClientIDToOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return s.changeOIDC(ctx, in.OpenIDConnectProviderArn, func(p *record.OIDCProvider) error { return addClientID(p, in.ClientID) })
}

// RemoveClientIDFromOpenIDConnectProvider takes an audience away. One that is not there is no error.
func (s *Service) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, in *iamapi.RemoveClientIDFromOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return s.changeOIDC(ctx, in.OpenIDConnectProviderArn, func(p *record.OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(id string) bool { return id == in.ClientID })
		return nil
	})
}

// UpdateOpenIDConnectProviderThumbprint replaces the thumbprints.
func (s *Service) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, in *iamapi.UpdateOpenIDConnectProviderThumbprintRequest) (*wire.Empty, error) {
	return s.changeOIDC(ctx, in.OpenIDConnectProviderArn, func(p *record.OIDCProvider) (err error) {
		p.Thumbprints, err = thumbprints(in.ThumbprintList)
		return err
	})
}

// TagOpenIDConnectProvider adds tags.
func (s *Service) TagOpenIDConnectProvider(ctx context.Context, in *iamapi.TagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return s.changeOIDC(ctx, in.OpenIDConnectProviderArn, func(p *record.OIDCProvider) (err error) {
		p.Tags, err = edge.TagsExact(p.Tags, in.Tags, "OpenIdConnectProvider")
		return err
	})
}

// UntagOpenIDConnectProvider takes tags away.
func (s *Service) UntagOpenIDConnectProvider(ctx context.Context, in *iamapi.UntagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return s.changeOIDC(ctx, in.OpenIDConnectProviderArn, func(p *record.OIDCProvider) error {
		p.Tags = edge.UntagExact(p.Tags, in.TagKeys)
		return nil
	})
}

// ListOpenIDConnectProviderTags lists the tags of a provider.
func (s *Service) ListOpenIDConnectProviderTags(ctx context.Context, in *iamapi.ListOpenIDConnectProviderTagsRequest) (*iamapi.ListOpenIDConnectProviderTagsResponse, error) {
	row, err := s.findOIDC(ctx, s.db, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ARN(), in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListOpenIDConnectProviderTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// findOIDC finds a provider of the caller's account by its ARN.
func (s *Service) findOIDC(ctx context.Context, r store.Reader, arn string) (store.Row[record.OIDCProvider], error) {
	of, kind, name, ok := record.SplitProviderARN(arn)
	if !ok || kind != "oidc-provider" {
		return store.Row[record.OIDCProvider]{}, iamapi.InvalidInputException.New("Invalid ARN: %s", arn)
	}
	row, err := store.Row[record.OIDCProvider]{}, store.ErrNotFound
	if of == account(ctx) {
		row, err = record.FindOIDCProvider(ctx, r, of, name)
	}
	return row, edge.NotFound(err, "OpenIDConnect Provider not found for arn %s", arn)
}

// changeOIDC reads a provider, changes it and writes it in one transaction.
func (s *Service) changeOIDC(ctx context.Context, arn string, change func(*record.OIDCProvider) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findOIDC(ctx, w, arn)
		if err != nil {
			return err
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		return record.OIDCProviders.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}
