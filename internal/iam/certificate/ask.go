package certificate

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html): a user for signing
// certificates, the certificate itself for server certificates. Lists ask for the path they list.

type asks = []caller.Ask

func (s *Service) self(ctx context.Context, name *string) (asks, error) {
	u, err := edge.Self(ctx, s.db, name)
	return edge.Asks(u, err)
}

func (s *Service) askUploadSigning(ctx context.Context, in *iamapi.UploadSigningCertificateRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askListSigning(ctx context.Context, in *iamapi.ListSigningCertificatesRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askUpdateSigning(ctx context.Context, in *iamapi.UpdateSigningCertificateRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askDeleteSigning(ctx context.Context, in *iamapi.DeleteSigningCertificateRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

// fresh is a certificate that is about to be made or moved, or the path under which a list is.
func fresh(ctx context.Context, path, name string) *edge.Subject {
	return &edge.Subject{ARN: record.ServerCertificateARN(account(ctx), path, name)}
}

// cached finds the certificate that a request names. A name that nobody has stands for a certificate with path "/".
func (s *Service) cached(ctx context.Context, name string) (*record.ServerCertificate, error) {
	row, err := record.ServerCertificates.FindCached(ctx, s.db, "by_name", account(ctx), record.Fold(name))
	if edge.Gone(err) {
		return &record.ServerCertificate{Account: account(ctx), Path: "/", Name: name}, nil
	}
	if err != nil {
		return nil, err
	}
	return &row.Doc, nil
}

func (s *Service) server(ctx context.Context, name string, more ...edge.Condition) (asks, error) {
	c, err := s.cached(ctx, name)
	if err != nil {
		return nil, err
	}
	return subject(c).Asks(more...), nil
}

func subject(c *record.ServerCertificate) *edge.Subject {
	return &edge.Subject{ARN: c.ARN(), Tags: c.Tags}
}

func (s *Service) askUploadServer(ctx context.Context, in *iamapi.UploadServerCertificateRequest) (asks, error) {
	c := fresh(ctx, edge.Path(in.Path), in.ServerCertificateName)
	return edge.TagOnCreate(c, c.Asks(edge.RequestTags(in.Tags)), "iam:TagServerCertificate", in.Tags), nil
}

func (s *Service) askGetServer(ctx context.Context, in *iamapi.GetServerCertificateRequest) (asks, error) {
	return s.server(ctx, in.ServerCertificateName)
}

func (s *Service) askListServers(ctx context.Context, in *iamapi.ListServerCertificatesRequest) (asks, error) {
	return fresh(ctx, edge.Path(in.PathPrefix), "").Asks(), nil
}

// askUpdateServer asks for the certificate as it is and as it is to be
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServerCertificate.html).
func (s *Service) askUpdateServer(ctx context.Context, in *iamapi.UpdateServerCertificateRequest) (asks, error) {
	c, err := s.cached(ctx, in.ServerCertificateName)
	if err != nil {
		return nil, err
	}
	all := subject(c).Asks()
	if in.NewServerCertificateName == nil && in.NewPath == nil {
		return all, nil
	}
	path, name := c.Path, c.Name
	if in.NewPath != nil {
		path = *in.NewPath
	}
	if in.NewServerCertificateName != nil {
		name = *in.NewServerCertificateName
	}
	return append(all, fresh(ctx, path, name).Asks()...), nil
}

func (s *Service) askDeleteServer(ctx context.Context, in *iamapi.DeleteServerCertificateRequest) (asks, error) {
	return s.server(ctx, in.ServerCertificateName)
}

func (s *Service) askTagServer(ctx context.Context, in *iamapi.TagServerCertificateRequest) (asks, error) {
	return s.server(ctx, in.ServerCertificateName, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagServer(ctx context.Context, in *iamapi.UntagServerCertificateRequest) (asks, error) {
	return s.server(ctx, in.ServerCertificateName, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListServerTags(ctx context.Context, in *iamapi.ListServerCertificateTagsRequest) (asks, error) {
	return s.server(ctx, in.ServerCertificateName)
}
