package hosted

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Versions of the sign-in pages (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html).
const (
	classicPages = 1
	managedPages = 2
)

var (
	prefixPattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`)
	// customPattern wants a name below a registered one, as AWS does: "auth.example.com", not "example.com" alone, which cannot be an alias.
	customPattern = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9\-]{0,61}[a-z0-9])?$`)
)

// CreateUserPoolDomain gives a pool a prefix domain, or with CustomDomainConfig a domain of the operator's own. A pool has one of each.
func (s *Service) CreateUserPoolDomain(ctx context.Context, in *api.CreateUserPoolDomainRequest) (*api.CreateUserPoolDomainResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	now := s.now()
	d := &directory.Domain{Name: in.Domain, PoolID: p.ID, Custom: in.CustomDomainConfig != nil, Version: now.Format("20060102150405"), Created: now}
	if err := domainName(d); err != nil {
		return nil, err
	}
	if err := domainSettings(p, d, in.CustomDomainConfig, in.ManagedLoginVersion, classicPages); err != nil {
		return nil, err
	}
	err = s.edge.Update(ctx, p.ID, func(w store.Writer, _ *directory.Pool) error { return domainError(directory.Domains.Insert(ctx, w, d)) })
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolDomainResponse{CloudFrontDomain: s.target(d), ManagedLoginVersion: &d.LoginVersion}, nil
}

// domainName holds a name against the rules of its kind.
func domainName(d *directory.Domain) error {
	if d.Custom {
		if !customPattern.MatchString(d.Name) || strings.Count(d.Name, ".") < 2 {
			return api.InvalidParameterException.New("Custom domain is not a valid subdomain.")
		}
		return nil
	}
	if !prefixPattern.MatchString(d.Name) {
		return api.InvalidParameterException.New("The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: %s", prefixPattern)
	}
	for _, word := range []string{"aws", "amazon", "cognito"} {
		if strings.Contains(d.Name, word) {
			return api.InvalidParameterException.New("Domain cannot contain reserved word: %s", word)
		}
	}
	return nil
}

// domainSettings writes what an update may change too. version is the one that stays when none is given.
func domainSettings(p *directory.Pool, d *directory.Domain, custom *api.CustomDomainConfigType, given *int, version int) error {
	if custom != nil {
		a, err := arn.Parse(custom.CertificateArn)
		if err != nil || a.Service != "acm" || !strings.HasPrefix(a.Resource, "certificate/") || a.Region != "us-east-1" {
			return api.InvalidParameterException.New("The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
		}
		d.CertificateARN = custom.CertificateArn
	}
	d.LoginVersion = version
	if given != nil {
		d.LoginVersion = *given
	}
	if d.LoginVersion != classicPages && d.LoginVersion != managedPages {
		return api.InvalidParameterException.New("ManagedLoginVersion must be 1 or 2.")
	}
	if d.LoginVersion == managedPages && p.Tier == string(api.UserPoolTierTypeLite) {
		return api.FeatureUnavailableInTierException.New("Managed login is not available in the LITE feature plan.")
	}
	return nil
}

// domainError tells a name that is taken from a pool that has such a domain.
func domainError(err error) error {
	var exists *store.ExistsError
	switch {
	case !errors.As(err, &exists):
		return err
	case exists.Index == "by_kind":
		return api.InvalidParameterException.New("User pool already has a domain configured.")
	}
	return api.InvalidParameterException.New("Domain already associated with another user pool.")
}

// target is where the DNS of a custom domain must lead: with AWS a distribution, here this server.
func (s *Service) target(d *directory.Domain) *string {
	if !d.Custom {
		return nil
	}
	return pooledge.Optional(s.host())
}

// DescribeUserPoolDomain shows a domain. As with AWS the description of one that is not there, or not the caller's, is empty.
func (s *Service) DescribeUserPoolDomain(ctx context.Context, in *api.DescribeUserPoolDomainRequest) (*api.DescribeUserPoolDomainResponse, error) {
	row, err := directory.Domains.Get(ctx, s.Store, in.Domain)
	if errors.Is(err, store.ErrNotFound) {
		return &api.DescribeUserPoolDomainResponse{DomainDescription: &api.DomainDescriptionType{}}, nil
	}
	if err != nil {
		return nil, err
	}
	d := &row.Doc
	p, err := s.edge.Pool(ctx, d.PoolID)
	if errors.Is(err, api.ResourceNotFoundException) {
		return &api.DescribeUserPoolDomainResponse{DomainDescription: &api.DomainDescriptionType{}}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &api.DomainDescriptionType{
		AWSAccountId: &p.Account, CloudFrontDistribution: pooledge.Optional(s.host()), Domain: &d.Name, ManagedLoginVersion: &d.LoginVersion,
		Status: new(api.DomainStatusTypeActive), UserPoolId: &d.PoolID, Version: &d.Version,
	}
	if d.Custom {
		out.CustomDomainConfig = &api.CustomDomainConfigType{CertificateArn: d.CertificateARN}
	}
	return &api.DescribeUserPoolDomainResponse{DomainDescription: out}, nil
}

// noDomain is AWS's answer where a domain is not the pool's.
func noDomain(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.InvalidParameterException.New("No such domain or user pool exists.")
	}
	return err
}

// domainRow reads a domain of a pool.
func domainRow(ctx context.Context, r store.Reader, poolID, name string) (store.Row[directory.Domain], error) {
	row, err := directory.Domains.Get(ctx, r, name)
	if err == nil && row.Doc.PoolID != poolID {
		err = store.ErrNotFound
	}
	return row, noDomain(err)
}

// UpdateUserPoolDomain changes the version of the pages and, of a custom domain, the certificate.
func (s *Service) UpdateUserPoolDomain(ctx context.Context, in *api.UpdateUserPoolDomainRequest) (*api.UpdateUserPoolDomainResponse, error) {
	var d directory.Domain
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		row, err := domainRow(ctx, w, p.ID, in.Domain)
		if err != nil {
			return err
		}
		if in.CustomDomainConfig != nil && !row.Doc.Custom {
			return api.InvalidParameterException.New("CustomDomainConfig cannot be given for a prefix domain.")
		}
		if err := domainSettings(p, &row.Doc, in.CustomDomainConfig, in.ManagedLoginVersion, row.Doc.LoginVersion); err != nil {
			return err
		}
		d = row.Doc
		return directory.Domains.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolDomainResponse{CloudFrontDomain: s.target(&d), ManagedLoginVersion: &d.LoginVersion}, nil
}

// DeleteUserPoolDomain removes a domain. Its name is free at once.
func (s *Service) DeleteUserPoolDomain(ctx context.Context, in *api.DeleteUserPoolDomainRequest) (*api.DeleteUserPoolDomainResponse, error) {
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if _, err := domainRow(ctx, w, p.ID, in.Domain); err != nil {
			return err
		}
		return noDomain(directory.Domains.Delete(ctx, w, in.Domain))
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteUserPoolDomainResponse{}, nil
}
