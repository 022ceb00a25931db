package certificate

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// mostServer is how many server certificates an account has at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostServer = 20

// UploadServerCertificate keeps a server certificate with its private key and its chain.
func (s *Service) UploadServerCertificate(ctx context.Context, in *iamapi.UploadServerCertificateRequest) (*iamapi.UploadServerCertificateResponse, error) {
	tags, err := edge.TagsExact(nil, in.Tags, "ServerCertificate")
	if err != nil {
		return nil, err
	}
	parsed, err := readServer(in.CertificateBody, in.PrivateKey, in.CertificateChain, s.now())
	if err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixServerCertificate)
	if err != nil {
		return nil, err
	}
	c := record.ServerCertificate{
		ID: id, Account: account(ctx), Name: in.ServerCertificateName, Path: edge.Path(in.Path), Uploaded: s.second(),
		Expires: parsed.certificate.NotAfter.UTC(), Tags: tags,
	}
	b := record.ServerCertificateBody{ID: id, Body: in.CertificateBody}
	if in.CertificateChain != nil {
		b.Chain = *in.CertificateChain
	}
	if b.Key, err = s.keys.Seal(seal.PrivateKey, c.Account, parsed.key, b.KeyAAD()); err != nil {
		return nil, err
	}
	if err := s.insertServer(ctx, &c, &b); err != nil {
		return nil, err
	}
	m := showServer(&c)
	return &iamapi.UploadServerCertificateResponse{ServerCertificateMetadata: &m, Tags: edge.TagList(c.Tags)}, nil
}

func (s *Service) insertServer(ctx context.Context, c *record.ServerCertificate, b *record.ServerCertificateBody) error {
	return s.db.Update(ctx, func(w store.Writer) error {
		if err := serverExists(record.ServerCertificates.Insert(ctx, w, c), c.Name); err != nil {
			return err
		}
		n, err := record.ServerCertificates.Count(ctx, w, "by_name", c.Account)
		if err := edge.Below(n, err, "ServerCertificatesPerAccount", mostServer); err != nil {
			return err
		}
		return record.ServerCertificateBodies.Insert(ctx, w, b)
	})
}

func serverExists(err error, name string) error {
	return edge.Exists(err, "The Server Certificate with name %s already exists.", name)
}

func showServer(c *record.ServerCertificate) iamapi.ServerCertificateMetadata {
	return iamapi.ServerCertificateMetadata{
		ServerCertificateId: c.ID, ServerCertificateName: c.Name, Path: c.Path, Arn: c.ARN(), UploadDate: &c.Uploaded, Expiration: &c.Expires,
	}
}

// GetServerCertificate shows a server certificate and its chain, without the private key.
func (s *Service) GetServerCertificate(ctx context.Context, in *iamapi.GetServerCertificateRequest) (*iamapi.GetServerCertificateResponse, error) {
	var row store.Row[record.ServerCertificate]
	var body store.Row[record.ServerCertificateBody]
	err := s.db.View(ctx, func(r store.Reader) (err error) {
		if row, err = findServer(ctx, r, in.ServerCertificateName); err != nil {
			return err
		}
		body, err = record.ServerCertificateBodies.Get(ctx, r, row.Doc.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := iamapi.ServerCertificate{ServerCertificateMetadata: showServer(&row.Doc), CertificateBody: body.Doc.Body, Tags: edge.TagList(row.Doc.Tags)}
	if out.Tags == nil {
		out.Tags = []iamapi.Tag{} // AWS shows the empty list here alone
	}
	if body.Doc.Chain != "" {
		out.CertificateChain = &body.Doc.Chain
	}
	return &iamapi.GetServerCertificateResponse{ServerCertificate: out}, nil
}

// ListServerCertificates lists the server certificates under a path, by name.
func (s *Service) ListServerCertificates(ctx context.Context, in *iamapi.ListServerCertificatesRequest) (*iamapi.ListServerCertificatesResponse, error) {
	l := s.list(edge.Path(in.PathPrefix), in.Marker, in.MaxItems)
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	keep := edge.PathFilter(in.PathPrefix, func(c *record.ServerCertificate) string { return c.Path })
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.ServerCertificates, q, keep)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListServerCertificatesResponse{
		ServerCertificateMetadataList: make([]iamapi.ServerCertificateMetadata, len(page)), IsTruncated: truncated, Marker: marker,
	}
	for i := range page {
		out.ServerCertificateMetadataList[i] = showServer(&page[i])
	}
	return out, nil
}

// UpdateServerCertificate gives a server certificate another name or path. Its id stays.
func (s *Service) UpdateServerCertificate(ctx context.Context, in *iamapi.UpdateServerCertificateRequest) (*wire.Empty, error) {
	return s.changeServer(ctx, in.ServerCertificateName, func(c *record.ServerCertificate) error {
		if in.NewServerCertificateName != nil {
			c.Name = *in.NewServerCertificateName
		}
		if in.NewPath != nil {
			c.Path = *in.NewPath
		}
		return nil
	})
}

// DeleteServerCertificate deletes a server certificate and its private key.
func (s *Service) DeleteServerCertificate(ctx context.Context, in *iamapi.DeleteServerCertificateRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := findServer(ctx, w, in.ServerCertificateName)
		if err != nil {
			return err
		}
		if err := record.ServerCertificates.Delete(ctx, w, row.Doc.ID); err != nil {
			return err
		}
		return record.ServerCertificateBodies.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// TagServerCertificate adds tags.
func (s *Service) TagServerCertificate(ctx context.Context, in *iamapi.TagServerCertificateRequest) (*wire.Empty, error) {
	return s.changeServer(ctx, in.ServerCertificateName, func(c *record.ServerCertificate) (err error) {
		c.Tags, err = edge.TagsExact(c.Tags, in.Tags, "ServerCertificate")
		return err
	})
}

// UntagServerCertificate takes tags away.
func (s *Service) UntagServerCertificate(ctx context.Context, in *iamapi.UntagServerCertificateRequest) (*wire.Empty, error) {
	return s.changeServer(ctx, in.ServerCertificateName, func(c *record.ServerCertificate) error {
		c.Tags = edge.UntagExact(c.Tags, in.TagKeys)
		return nil
	})
}

// ListServerCertificateTags lists the tags of a server certificate, by key.
func (s *Service) ListServerCertificateTags(ctx context.Context, in *iamapi.ListServerCertificateTagsRequest) (*iamapi.ListServerCertificateTagsResponse, error) {
	row, err := findServer(ctx, s.db, in.ServerCertificateName)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ID, in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListServerCertificateTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// findServer finds a server certificate of the caller's account by name.
func findServer(ctx context.Context, r store.Reader, name string) (store.Row[record.ServerCertificate], error) {
	row, err := record.FindServerCertificate(ctx, r, account(ctx), name)
	return row, edge.NotFound(err, "The Server Certificate with name %s cannot be found.", name)
}

// changeServer reads a server certificate, changes it and writes it in one transaction.
func (s *Service) changeServer(ctx context.Context, name string, change func(*record.ServerCertificate) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := findServer(ctx, w, name)
		if err != nil {
			return err
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		return serverExists(record.ServerCertificates.Update(ctx, w, &row), row.Doc.Name)
	})
	return &wire.Empty{}, err
}
