package servicelinked

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateServiceLinkedRole, s.CreateServiceLinkedRole, s.askCreateServiceLinkedRole),
		edge.Bind(iamapi.DeleteServiceLinkedRole, s.DeleteServiceLinkedRole, s.askDeleteServiceLinkedRole),
		edge.Bind(iamapi.GetServiceLinkedRoleDeletionStatus, s.GetServiceLinkedRoleDeletionStatus, s.askGetServiceLinkedRoleDeletionStatus),
	}
}

// The authorization entries. Permissions for these roles are given by service, with iam:AWSServiceName
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html#service-linked-role-permissions).

type asks = []caller.Ask

// askCreateServiceLinkedRole asks for the role as it would be called. That of a service without one has no name.
func (s *Service) askCreateServiceLinkedRole(ctx context.Context, in *iamapi.CreateServiceLinkedRoleRequest) (asks, error) {
	name := ""
	if service, ok := find(in.AWSServiceName); ok {
		name = service.role
		if in.CustomSuffix != nil {
			name += "_" + *in.CustomSuffix
		}
	}
	where := path(in.AWSServiceName)
	return edge.New(ctx, record.KindRole, &where, name).Asks(edge.AWSServiceName(in.AWSServiceName)), nil
}

func (s *Service) askDeleteServiceLinkedRole(ctx context.Context, in *iamapi.DeleteServiceLinkedRoleRequest) (asks, error) {
	return edge.LinkedRole(ctx, s.db, in.RoleName)
}

// askGetServiceLinkedRoleDeletionStatus asks for the role in the task's id: the role itself may be gone.
func (s *Service) askGetServiceLinkedRoleDeletionStatus(ctx context.Context, in *iamapi.GetServiceLinkedRoleDeletionStatusRequest) (asks, error) {
	service, role, _ := splitTask(in.DeletionTaskId)
	where := path(service)
	return edge.New(ctx, record.KindRole, &where, role).Asks(edge.AWSServiceName(service)), nil
}
