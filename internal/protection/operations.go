package protection

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html). UpdateAuthEventFeedback is allowed by the
// token in its input.
func (s *Service) Operations() []wire.Binding {
	e := s.edge
	return []wire.Binding{
		wire.Bind(api.SetRiskConfiguration, s.SetRiskConfiguration, pooledge.OnPool(e, func(in *api.SetRiskConfigurationRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeRiskConfiguration, s.DescribeRiskConfiguration, pooledge.OnPool(e, func(in *api.DescribeRiskConfigurationRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminListUserAuthEvents, s.AdminListUserAuthEvents, pooledge.OnPool(e, func(in *api.AdminListUserAuthEventsRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminUpdateAuthEventFeedback, s.AdminUpdateAuthEventFeedback, pooledge.OnPool(e, func(in *api.AdminUpdateAuthEventFeedbackRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateAuthEventFeedback, s.UpdateAuthEventFeedback),
		wire.Bind(api.SetLogDeliveryConfiguration, s.SetLogDeliveryConfiguration, pooledge.OnPool(e, func(in *api.SetLogDeliveryConfigurationRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetLogDeliveryConfiguration, s.GetLogDeliveryConfiguration, pooledge.OnPool(e, func(in *api.GetLogDeliveryConfigurationRequest) string { return in.UserPoolId })),
	}
}
