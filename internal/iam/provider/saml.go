package provider

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// idLength is the length of a provider's own id, which GetSAMLProvider shows as SAMLProviderUUID: 130 bits.
const idLength = 26

// metadataLife is how long metadata holds that does not say itself, in years, as AWS has it.
const metadataLife = 100

// CreateSAMLProvider registers a provider by its metadata.
func (s *Service) CreateSAMLProvider(ctx context.Context, in *iamapi.CreateSAMLProviderRequest) (*iamapi.CreateSAMLProviderResponse, error) {
	if err := noEncryption(in.AddPrivateKey != nil, in.AssertionEncryptionMode != nil); err != nil {
		return nil, err
	}
	tags, err := edge.TagsExact(nil, in.Tags, "SAMLProvider")
	if err != nil {
		return nil, err
	}
	id, err := draw.Text(s.random, draw.Base32, idLength)
	if err != nil {
		return nil, err
	}
	metadata, err := s.metadata(in.SAMLMetadataDocument)
	if err != nil {
		return nil, err
	}
	p := &record.SAMLProvider{ID: id, Account: account(ctx), Name: in.Name, Created: s.second(), Tags: tags, Metadata: metadata}
	err = s.db.Update(ctx, func(w store.Writer) error {
		if err := edge.Exists(record.SAMLProviders.Insert(ctx, w, p), "SAMLProvider with name %s already exists.", in.Name); err != nil {
			return err
		}
		n, err := record.SAMLProviders.Count(ctx, w, "by_name", p.Account)
		if err := edge.Below(n, err, "SAMLProvidersPerAccount", mostSAML); err != nil {
			return err
		}
		return record.SAMLDocuments.Insert(ctx, w, &record.SAMLDocument{ID: id, Text: in.SAMLMetadataDocument})
	})
	if err != nil {
		return nil, err
	}
	arn := p.ARN()
	return &iamapi.CreateSAMLProviderResponse{SAMLProviderArn: &arn, Tags: edge.TagList(p.Tags)}, nil
}

// noEncryption refuses what encrypted assertions would need: they are not read here.
func noEncryption(asked ...bool) error {
	for _, a := range asked {
		if a {
			return iamapi.InvalidInputException.New("Encrypted SAML assertions are not supported by this server: leave AddPrivateKey and AssertionEncryptionMode out.")
		}
	}
	return nil
}

// metadata reads a document. It may be long: so not within a transaction.
func (s *Service) metadata(document string) (record.SAMLMetadata, error) {
	m, err := s.read([]byte(document))
	if err != nil {
		return m, iamapi.InvalidInputException.New("Could not parse metadata").Because(err)
	}
	if m.ValidUntil.IsZero() {
		m.ValidUntil = s.second().AddDate(metadataLife, 0, 0)
	}
	return m, nil
}

// GetSAMLProvider shows a provider and its metadata.
func (s *Service) GetSAMLProvider(ctx context.Context, in *iamapi.GetSAMLProviderRequest) (*iamapi.GetSAMLProviderResponse, error) {
	var row store.Row[record.SAMLProvider]
	var document store.Row[record.SAMLDocument]
	err := s.db.View(ctx, func(r store.Reader) (err error) {
		if row, err = s.findSAML(ctx, r, in.SAMLProviderArn); err != nil {
			return err
		}
		document, err = record.SAMLDocuments.Get(ctx, r, row.Doc.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	p := &row.Doc
	return &iamapi.GetSAMLProviderResponse{
		CreateDate: &p.Created, ValidUntil: &p.Metadata.ValidUntil, SAMLMetadataDocument: &document.Doc.Text, SAMLProviderUUID: &p.ID, Tags: edge.TagList(p.Tags),
	}, nil
}

// ListSAMLProviders lists the account's providers. The list has no pages: the quota bounds it.
func (s *Service) ListSAMLProviders(ctx context.Context, _ *iamapi.ListSAMLProvidersRequest) (*iamapi.ListSAMLProvidersResponse, error) {
	page, err := record.SAMLProviders.List(ctx, s.db, store.Query{Index: "by_name", Prefix: []string{account(ctx)}, Limit: mostSAML})
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListSAMLProvidersResponse{SAMLProviderList: []iamapi.SAMLProviderListEntry{}}
	for i := range page.Rows {
		p := &page.Rows[i].Doc
		arn := p.ARN()
		out.SAMLProviderList = append(out.SAMLProviderList, iamapi.SAMLProviderListEntry{Arn: &arn, CreateDate: &p.Created, ValidUntil: &p.Metadata.ValidUntil})
	}
	return out, nil
}

// UpdateSAMLProvider replaces the metadata.
func (s *Service) UpdateSAMLProvider(ctx context.Context, in *iamapi.UpdateSAMLProviderRequest) (*iamapi.UpdateSAMLProviderResponse, error) {
	if in.AddPrivateKey != nil && in.RemovePrivateKey != nil {
		return nil, iamapi.InvalidInputException.New("Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.")
	}
	if err := noEncryption(in.AddPrivateKey != nil, in.AssertionEncryptionMode != nil); err != nil {
		return nil, err
	}
	if in.RemovePrivateKey != nil { // there is none
		return nil, iamapi.InvalidInputException.New("Failed to remove private key because the Key ID does not match a private key.")
	}
	if in.SAMLMetadataDocument == nil {
		return nil, iamapi.InvalidInputException.New("Unable to update identity provider. No updates are defined for metadata or encryption assertion.")
	}
	metadata, err := s.metadata(*in.SAMLMetadataDocument)
	if err != nil {
		return nil, err
	}
	_, err = s.changeSAML(ctx, in.SAMLProviderArn, func(w store.Writer, p *record.SAMLProvider) error {
		p.Metadata = metadata
		return record.SAMLDocuments.Upsert(ctx, w, &record.SAMLDocument{ID: p.ID, Text: *in.SAMLMetadataDocument})
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateSAMLProviderResponse{SAMLProviderArn: &in.SAMLProviderArn}, nil
}

// DeleteSAMLProvider deletes a provider. Roles that trust it stay, and can be assumed through it no more.
func (s *Service) DeleteSAMLProvider(ctx context.Context, in *iamapi.DeleteSAMLProviderRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findSAML(ctx, w, in.SAMLProviderArn)
		if err != nil {
			return err
		}
		if err := record.SAMLProviders.Delete(ctx, w, row.Doc.ID); err != nil {
			return err
		}
		return record.SAMLDocuments.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// TagSAMLProvider adds tags.
func (s *Service) TagSAMLProvider(ctx context.Context, in *iamapi.TagSAMLProviderRequest) (*wire.Empty, error) {
	return s.changeSAML(ctx, in.SAMLProviderArn, func(_ store.Writer, p *record.SAMLProvider) (err error) {
		p.Tags, err = edge.TagsExact(p.Tags, in.Tags, "SAMLProvider")
		return err
	})
}

// UntagSAMLProvider takes tags away.
func (s *Service) UntagSAMLProvider(ctx context.Context, in *iamapi.UntagSAMLProviderRequest) (*wire.Empty, error) {
	return s.changeSAML(ctx, in.SAMLProviderArn, func(_ store.Writer, p *record.SAMLProvider) error {
		p.Tags = edge.UntagExact(p.Tags, in.TagKeys)
		return nil
	})
}

// ListSAMLProviderTags lists the tags of a provider.
func (s *Service) ListSAMLProviderTags(ctx context.Context, in *iamapi.ListSAMLProviderTagsRequest) (*iamapi.ListSAMLProviderTagsResponse, error) {
	row, err := s.findSAML(ctx, s.db, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ID, in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListSAMLProviderTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// findSAML finds a provider of the caller's account by its ARN.
func (s *Service) findSAML(ctx context.Context, r store.Reader, arn string) (store.Row[record.SAMLProvider], error) {
	of, kind, name, ok := record.SplitProviderARN(arn)
	if !ok || kind != "saml-provider" {
		return store.Row[record.SAMLProvider]{}, iamapi.InvalidInputException.New("Invalid ARN: %s", arn)
	}
	row, err := store.Row[record.SAMLProvider]{}, store.ErrNotFound
	if of == account(ctx) {
		row, err = record.FindSAMLProvider(ctx, r, of, name)
	}
	if err == nil && row.Doc.ARN() != arn {
		err = store.ErrNotFound
	}
	return row, edge.NotFound(err, "Manifest not found for arn %s", arn)
}

// changeSAML reads a provider, changes it and writes it in one transaction.
func (s *Service) changeSAML(ctx context.Context, arn string, change func(store.Writer, *record.SAMLProvider) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findSAML(ctx, w, arn)
		if err != nil {
			return err
		}
		if err := change(w, &row.Doc); err != nil {
			return err
		}
		return record.SAMLProviders.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}
