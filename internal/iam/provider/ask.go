package provider

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html). Lists are on no resource.

type asks = []caller.Ask

// provider asks for a provider that a request names by its ARN. Its tags count when it is the caller's own.
func (s *Service) provider(ctx context.Context, arn string, more ...edge.Condition) (asks, error) {
	subject := &edge.Subject{ARN: arn}
	of, kind, name, ok := record.SplitProviderARN(arn)
	if !ok || of != account(ctx) {
		return subject.Asks(more...), nil
	}
	var err error
	switch kind {
	case "oidc-provider":
		subject.Tags, err = s.oidcTags(ctx, of, name)
	case "saml-provider":
		subject.Tags, err = s.samlTags(ctx, arn)
	}
	if err != nil && !edge.Gone(err) && !errors.Is(err, caller.ErrUnknown) {
		return nil, err
	}
	return subject.Asks(more...), nil
}

func (s *Service) oidcTags(ctx context.Context, of, name string) (map[string]string, error) {
	row, err := record.OIDCProviders.GetCached(ctx, s.db, of, name)
	if err != nil {
		return nil, err
	}
	return row.Doc.Tags, nil
}

func (s *Service) samlTags(ctx context.Context, arn string) (map[string]string, error) {
	p, err := s.SAMLProvider(ctx, arn)
	if err != nil {
		return nil, err
	}
	return p.Tags, nil
}

func all() asks { return (&edge.Subject{ARN: "*"}).Asks() }

func (s *Service) askCreateOIDC(ctx context.Context, in *iamapi.CreateOpenIDConnectProviderRequest) (asks, error) {
	name, _, ok := s.issuerName(in.Url)
	if !ok {
		name = "*" // the operation refuses the URL
	}
	subject := &edge.Subject{ARN: record.ARN(account(ctx), "oidc-provider", "/", name)}
	return edge.TagOnCreate(subject, subject.Asks(edge.RequestTags(in.Tags)), "iam:TagOpenIDConnectProvider", in.Tags), nil
}

func (s *Service) askGetOIDC(ctx context.Context, in *iamapi.GetOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askListOIDC(context.Context, *iamapi.ListOpenIDConnectProvidersRequest) (asks, error) {
	return all(), nil
}

func (s *Service) askDeleteOIDC(ctx context.Context, in *iamapi.DeleteOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askAddClientID(ctx context.Context, in *iamapi.AddClientIDToOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askRemoveClientID(ctx context.Context, in *iamapi.RemoveClientIDFromOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askUpdateThumbprint(ctx context.Context, in *iamapi.UpdateOpenIDConnectProviderThumbprintRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askTagOIDC(ctx context.Context, in *iamapi.TagOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagOIDC(ctx context.Context, in *iamapi.UntagOpenIDConnectProviderRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListOIDCTags(ctx context.Context, in *iamapi.ListOpenIDConnectProviderTagsRequest) (asks, error) {
	return s.provider(ctx, in.OpenIDConnectProviderArn)
}

func (s *Service) askCreateSAML(ctx context.Context, in *iamapi.CreateSAMLProviderRequest) (asks, error) {
	subject := &edge.Subject{ARN: record.ARN(account(ctx), "saml-provider", "/", in.Name)}
	return edge.TagOnCreate(subject, subject.Asks(edge.RequestTags(in.Tags)), "iam:TagSAMLProvider", in.Tags), nil
}

func (s *Service) askGetSAML(ctx context.Context, in *iamapi.GetSAMLProviderRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn)
}

func (s *Service) askListSAML(context.Context, *iamapi.ListSAMLProvidersRequest) (asks, error) {
	return all(), nil
}

func (s *Service) askUpdateSAML(ctx context.Context, in *iamapi.UpdateSAMLProviderRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn)
}

func (s *Service) askDeleteSAML(ctx context.Context, in *iamapi.DeleteSAMLProviderRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn)
}

func (s *Service) askTagSAML(ctx context.Context, in *iamapi.TagSAMLProviderRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagSAML(ctx context.Context, in *iamapi.UntagSAMLProviderRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListSAMLTags(ctx context.Context, in *iamapi.ListSAMLProviderTagsRequest) (asks, error) {
	return s.provider(ctx, in.SAMLProviderArn)
}
