package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
)

func (s *Service) askPutRolePolicy(ctx context.Context, in *iamapi.PutRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName, true)
}

func (s *Service) askDeleteRolePolicy(ctx context.Context, in *iamapi.DeleteRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName, true)
}

func (s *Service) askGetRolePolicy(ctx context.Context, in *iamapi.GetRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName, false)
}

func (s *Service) askListRolePolicies(ctx context.Context, in *iamapi.ListRolePoliciesRequest) (asks, error) {
	return s.role(ctx, in.RoleName, false)
}

func (s *Service) askListAttachedRolePolicies(ctx context.Context, in *iamapi.ListAttachedRolePoliciesRequest) (asks, error) {
	return s.role(ctx, in.RoleName, false)
}

func (s *Service) askAttachRolePolicy(ctx context.Context, in *iamapi.AttachRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName, true, edge.PolicyARN(in.PolicyArn))
}

func (s *Service) askDetachRolePolicy(ctx context.Context, in *iamapi.DetachRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName, true, edge.PolicyARN(in.PolicyArn))
}

func (s *Service) askPutRolePermissionsBoundary(ctx context.Context, in *iamapi.PutRolePermissionsBoundaryRequest) (asks, error) {
	return s.role(ctx, in.RoleName, false, edge.Boundary(in.PermissionsBoundary))
}

func (s *Service) askDeleteRolePermissionsBoundary(ctx context.Context, in *iamapi.DeleteRolePermissionsBoundaryRequest) (asks, error) {
	return s.role(ctx, in.RoleName, true)
}
