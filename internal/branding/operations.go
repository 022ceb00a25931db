package branding

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
func (s *Service) Operations() []wire.Binding {
	e := s.edge
	return []wire.Binding{
		wire.Bind(api.CreateManagedLoginBranding, s.CreateManagedLoginBranding, pooledge.OnPool(e, func(in *api.CreateManagedLoginBrandingRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeManagedLoginBranding, s.DescribeManagedLoginBranding, pooledge.OnPool(e, func(in *api.DescribeManagedLoginBrandingRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeManagedLoginBrandingByClient, s.DescribeManagedLoginBrandingByClient, pooledge.OnPool(e, func(in *api.DescribeManagedLoginBrandingByClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateManagedLoginBranding, s.UpdateManagedLoginBranding, pooledge.OnPool(e, func(in *api.UpdateManagedLoginBrandingRequest) string { return pooledge.Deref(in.UserPoolId) })),
		wire.Bind(api.DeleteManagedLoginBranding, s.DeleteManagedLoginBranding, pooledge.OnPool(e, func(in *api.DeleteManagedLoginBrandingRequest) string { return in.UserPoolId })),
		wire.Bind(api.SetUICustomization, s.SetUICustomization, pooledge.OnPool(e, func(in *api.SetUICustomizationRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetUICustomization, s.GetUICustomization, pooledge.OnPool(e, func(in *api.GetUICustomizationRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateTerms, s.CreateTerms, pooledge.OnPool(e, func(in *api.CreateTermsRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeTerms, s.DescribeTerms, pooledge.OnPool(e, func(in *api.DescribeTermsRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateTerms, s.UpdateTerms, pooledge.OnPool(e, func(in *api.UpdateTermsRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteTerms, s.DeleteTerms, pooledge.OnPool(e, func(in *api.DeleteTermsRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListTerms, s.ListTerms, pooledge.OnPool(e, func(in *api.ListTermsRequest) string { return in.UserPoolId })),
	}
}
