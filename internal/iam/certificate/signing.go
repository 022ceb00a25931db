package certificate

import (
	"context"
	"crypto/sha1"
	"encoding/base32"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostSigning is how many signing certificates a user has at most (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostSigning = 2

// signingID is the id of a signing certificate, as AWS forms it: SHA-1 in base32, 32 characters. It names the certificate and proves nothing.
func signingID(der []byte) string {
	sum := sha1.Sum(der)
	return base32.StdEncoding.EncodeToString(sum[:])
}

// UploadSigningCertificate gives a user, or the account itself, a signing certificate. The same one is there only once in an account.
func (s *Service) UploadSigningCertificate(ctx context.Context, in *iamapi.UploadSigningCertificateRequest) (*iamapi.UploadSigningCertificateResponse, error) {
	parsed, err := readSigning(in.CertificateBody, s.now())
	if err != nil {
		return nil, err
	}
	c := record.SigningCertificate{ID: signingID(parsed.Raw), Body: in.CertificateBody, Active: true, Uploaded: s.second()}
	var o edge.Owner
	err = s.db.Update(ctx, func(w store.Writer) error {
		if o, err = edge.OwnerOf(ctx, w, in.UserName); err != nil {
			return err
		}
		c.Account, c.Owner = o.Account, o.ID
		if err := duplicate(record.SigningCertificates.Insert(ctx, w, &c)); err != nil {
			return err
		}
		n, err := record.SigningCertificates.Count(ctx, w, "by_owner", o.ID)
		return edge.Below(n, err, "CertificatesPerUser", mostSigning)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UploadSigningCertificateResponse{Certificate: showSigning(&c, o.Name)}, nil
}

func duplicate(err error) error {
	if errors.Is(err, store.ErrExists) {
		return iamapi.DuplicateCertificateException.New("The same certificate is associated with an IAM user in the account.")
	}
	return err
}

func showSigning(c *record.SigningCertificate, user string) iamapi.SigningCertificate {
	return iamapi.SigningCertificate{CertificateId: c.ID, CertificateBody: c.Body, Status: edge.StatusOf(c.Active), UploadDate: &c.Uploaded, UserName: user}
}

// ListSigningCertificates lists the signing certificates of a user or of the account itself, by id.
func (s *Service) ListSigningCertificates(ctx context.Context, in *iamapi.ListSigningCertificatesRequest) (*iamapi.ListSigningCertificatesResponse, error) {
	o, err := edge.OwnerOf(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	q := store.Query{Index: "by_owner", Prefix: []string{o.ID}}
	page, truncated, marker, err := edge.Rows(ctx, s.list(o.ID, in.Marker, in.MaxItems), s.db, record.SigningCertificates, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListSigningCertificatesResponse{Certificates: make([]iamapi.SigningCertificate, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		out.Certificates[i] = showSigning(&page[i], o.Name)
	}
	return out, nil
}

// UpdateSigningCertificate makes a signing certificate active or inactive.
func (s *Service) UpdateSigningCertificate(ctx context.Context, in *iamapi.UpdateSigningCertificateRequest) (*wire.Empty, error) {
	active, err := edge.Settable(in.Status)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findSigning(ctx, w, in.UserName, in.CertificateId)
		if err != nil {
			return err
		}
		row.Doc.Active = active
		return record.SigningCertificates.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// DeleteSigningCertificate deletes a signing certificate.
func (s *Service) DeleteSigningCertificate(ctx context.Context, in *iamapi.DeleteSigningCertificateRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.findSigning(ctx, w, in.UserName, in.CertificateId)
		if err != nil {
			return err
		}
		return record.SigningCertificates.Delete(ctx, w, row.Doc.Account, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// findSigning finds a certificate of the one whom the request is about. Another's is none.
func (s *Service) findSigning(ctx context.Context, r store.Reader, name *string, id string) (store.Row[record.SigningCertificate], error) {
	o, err := edge.OwnerOf(ctx, r, name)
	if err != nil {
		return store.Row[record.SigningCertificate]{}, err
	}
	row, err := record.SigningCertificates.Get(ctx, r, o.Account, id)
	if err == nil && row.Doc.Owner != o.ID {
		err = store.ErrNotFound
	}
	return row, edge.NotFound(err, "The Certificate with id %s cannot be found.", id)
}
