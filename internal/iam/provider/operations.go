package provider

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateOpenIDConnectProvider, s.CreateOpenIDConnectProvider, s.askCreateOIDC),
		edge.Bind(iamapi.GetOpenIDConnectProvider, s.GetOpenIDConnectProvider, s.askGetOIDC),
		edge.Bind(iamapi.ListOpenIDConnectProviders, s.ListOpenIDConnectProviders, s.askListOIDC),
		edge.Bind(iamapi.DeleteOpenIDConnectProvider, s.DeleteOpenIDConnectProvider, s.askDeleteOIDC),
		edge.Bind(iamapi.AddClientIDToOpenIDConnectProvider, s.AddClientIDToOpenIDConnectProvider, s.askAddClientID),
		edge.Bind(iamapi.RemoveClientIDFromOpenIDConnectProvider, s.RemoveClientIDFromOpenIDConnectProvider, s.askRemoveClientID),
		edge.Bind(iamapi.UpdateOpenIDConnectProviderThumbprint, s.UpdateOpenIDConnectProviderThumbprint, s.askUpdateThumbprint),
		edge.Bind(iamapi.TagOpenIDConnectProvider, s.TagOpenIDConnectProvider, s.askTagOIDC),
		edge.Bind(iamapi.UntagOpenIDConnectProvider, s.UntagOpenIDConnectProvider, s.askUntagOIDC),
		edge.Bind(iamapi.ListOpenIDConnectProviderTags, s.ListOpenIDConnectProviderTags, s.askListOIDCTags),

		edge.Bind(iamapi.CreateSAMLProvider, s.CreateSAMLProvider, s.askCreateSAML),
		edge.Bind(iamapi.GetSAMLProvider, s.GetSAMLProvider, s.askGetSAML),
		edge.Bind(iamapi.ListSAMLProviders, s.ListSAMLProviders, s.askListSAML),
		edge.Bind(iamapi.UpdateSAMLProvider, s.UpdateSAMLProvider, s.askUpdateSAML),
		edge.Bind(iamapi.DeleteSAMLProvider, s.DeleteSAMLProvider, s.askDeleteSAML),
		edge.Bind(iamapi.TagSAMLProvider, s.TagSAMLProvider, s.askTagSAML),
		edge.Bind(iamapi.UntagSAMLProvider, s.UntagSAMLProvider, s.askUntagSAML),
		edge.Bind(iamapi.ListSAMLProviderTags, s.ListSAMLProviderTags, s.askListSAMLTags),
	}
}
