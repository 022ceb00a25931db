package hosted

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html). DescribeUserPoolDomain has no
// resource: its input names no pool.
func (s *Service) Operations() []wire.Binding {
	e := s.edge
	return append(s.providerOperations(), []wire.Binding{
		wire.Bind(api.CreateUserPoolDomain, s.CreateUserPoolDomain, pooledge.OnPool(e, func(in *api.CreateUserPoolDomainRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeUserPoolDomain, s.DescribeUserPoolDomain),
		wire.Bind(api.UpdateUserPoolDomain, s.UpdateUserPoolDomain, pooledge.OnPool(e, func(in *api.UpdateUserPoolDomainRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteUserPoolDomain, s.DeleteUserPoolDomain, pooledge.OnPool(e, func(in *api.DeleteUserPoolDomainRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateResourceServer, s.CreateResourceServer, pooledge.OnPool(e, func(in *api.CreateResourceServerRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeResourceServer, s.DescribeResourceServer, pooledge.OnPool(e, func(in *api.DescribeResourceServerRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateResourceServer, s.UpdateResourceServer, pooledge.OnPool(e, func(in *api.UpdateResourceServerRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteResourceServer, s.DeleteResourceServer, pooledge.OnPool(e, func(in *api.DeleteResourceServerRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListResourceServers, s.ListResourceServers, pooledge.OnPool(e, func(in *api.ListResourceServersRequest) string { return in.UserPoolId })),
	}...)
}

func (s *Service) providerOperations() []wire.Binding {
	e := s.edge
	return []wire.Binding{
		wire.Bind(api.CreateIdentityProvider, s.CreateIdentityProvider, pooledge.OnPool(e, func(in *api.CreateIdentityProviderRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeIdentityProvider, s.DescribeIdentityProvider, pooledge.OnPool(e, func(in *api.DescribeIdentityProviderRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateIdentityProvider, s.UpdateIdentityProvider, pooledge.OnPool(e, func(in *api.UpdateIdentityProviderRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteIdentityProvider, s.DeleteIdentityProvider, pooledge.OnPool(e, func(in *api.DeleteIdentityProviderRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListIdentityProviders, s.ListIdentityProviders, pooledge.OnPool(e, func(in *api.ListIdentityProvidersRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetIdentityProviderByIdentifier, s.GetIdentityProviderByIdentifier, pooledge.OnPool(e, func(in *api.GetIdentityProviderByIdentifierRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetSigningCertificate, s.GetSigningCertificate, pooledge.OnPool(e, func(in *api.GetSigningCertificateRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminLinkProviderForUser, s.AdminLinkProviderForUser, pooledge.OnPool(e, func(in *api.AdminLinkProviderForUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDisableProviderForUser, s.AdminDisableProviderForUser, pooledge.OnPool(e, func(in *api.AdminDisableProviderForUserRequest) string { return in.UserPoolId })),
	}
}
