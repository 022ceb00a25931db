package delegation

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateDelegationRequest, s.CreateDelegationRequest, s.askCreateDelegationRequest),
		edge.Bind(iamapi.GetDelegationRequest, s.GetDelegationRequest, s.askGetDelegationRequest),
		edge.Bind(iamapi.ListDelegationRequests, s.ListDelegationRequests, s.askListDelegationRequests),
		edge.Bind(iamapi.AssociateDelegationRequest, s.AssociateDelegationRequest, s.askAssociateDelegationRequest),
		edge.Bind(iamapi.UpdateDelegationRequest, s.UpdateDelegationRequest, s.askUpdateDelegationRequest),
		edge.Bind(iamapi.AcceptDelegationRequest, s.AcceptDelegationRequest, s.askAcceptDelegationRequest),
		edge.Bind(iamapi.RejectDelegationRequest, s.RejectDelegationRequest, s.askRejectDelegationRequest),
		edge.Bind(iamapi.SendDelegationToken, s.SendDelegationToken, s.askSendDelegationToken),
		edge.Bind(iamapi.GetHumanReadableSummary, s.GetHumanReadableSummary, s.askGetHumanReadableSummary),
	}
}
