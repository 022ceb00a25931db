package mfa

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateVirtualMFADevice, s.CreateVirtualMFADevice, s.askCreateVirtualMFADevice),
		edge.Bind(iamapi.DeleteVirtualMFADevice, s.DeleteVirtualMFADevice, s.askDeleteVirtualMFADevice),
		edge.Bind(iamapi.ListVirtualMFADevices, s.ListVirtualMFADevices, s.askListVirtualMFADevices),

		edge.Bind(iamapi.EnableMFADevice, s.EnableMFADevice, s.askEnableMFADevice),
		edge.Bind(iamapi.DeactivateMFADevice, s.DeactivateMFADevice, s.askDeactivateMFADevice),
		edge.Bind(iamapi.ResyncMFADevice, s.ResyncMFADevice, s.askResyncMFADevice),
		edge.Bind(iamapi.GetMFADevice, s.GetMFADevice, s.askGetMFADevice),
		edge.Bind(iamapi.ListMFADevices, s.ListMFADevices, s.askListMFADevices),

		edge.Bind(iamapi.TagMFADevice, s.TagMFADevice, s.askTagMFADevice),
		edge.Bind(iamapi.UntagMFADevice, s.UntagMFADevice, s.askUntagMFADevice),
		edge.Bind(iamapi.ListMFADeviceTags, s.ListMFADeviceTags, s.askListMFADeviceTags),
	}
}
