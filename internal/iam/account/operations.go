package account

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateAccountAlias, s.CreateAccountAlias, whole),
		edge.Bind(iamapi.DeleteAccountAlias, s.DeleteAccountAlias, whole),
		edge.Bind(iamapi.ListAccountAliases, s.ListAccountAliases, whole),

		edge.Bind(iamapi.GetAccountSummary, s.GetAccountSummary, whole),
		edge.Bind(iamapi.GetAccountAuthorizationDetails, s.GetAccountAuthorizationDetails, whole),
		edge.Bind(iamapi.GenerateCredentialReport, s.GenerateCredentialReport, whole),
		edge.Bind(iamapi.GetCredentialReport, s.GetCredentialReport, whole),
		edge.Bind(iamapi.SetSecurityTokenServicePreferences, s.SetSecurityTokenServicePreferences, whole),

		edge.Bind(iamapi.EnableOutboundWebIdentityFederation, s.EnableOutboundWebIdentityFederation, whole),
		edge.Bind(iamapi.DisableOutboundWebIdentityFederation, s.DisableOutboundWebIdentityFederation, whole),
		edge.Bind(iamapi.GetOutboundWebIdentityFederationInfo, s.GetOutboundWebIdentityFederationInfo, whole),

		edge.Bind(iamapi.EnableOrganizationsRootCredentialsManagement, s.EnableOrganizationsRootCredentialsManagement, whole),
		edge.Bind(iamapi.DisableOrganizationsRootCredentialsManagement, s.DisableOrganizationsRootCredentialsManagement, whole),
		edge.Bind(iamapi.EnableOrganizationsRootSessions, s.EnableOrganizationsRootSessions, whole),
		edge.Bind(iamapi.DisableOrganizationsRootSessions, s.DisableOrganizationsRootSessions, whole),
		edge.Bind(iamapi.ListOrganizationsFeatures, s.ListOrganizationsFeatures, whole),
	}
}

// whole asks for an operation on the account as a whole. IAM's service authorization reference names no resource for any of these
// operations, so a policy has to allow them on everything.
func whole[In any](context.Context, *In) ([]caller.Ask, error) { return []caller.Ask{{}}, nil }
