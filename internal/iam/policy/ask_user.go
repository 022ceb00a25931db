package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
)

func (s *Service) askPutUserPolicy(ctx context.Context, in *iamapi.PutUserPolicyRequest) (asks, error) {
	return s.user(ctx, in.UserName, true)
}

func (s *Service) askDeleteUserPolicy(ctx context.Context, in *iamapi.DeleteUserPolicyRequest) (asks, error) {
	return s.user(ctx, in.UserName, true)
}

func (s *Service) askGetUserPolicy(ctx context.Context, in *iamapi.GetUserPolicyRequest) (asks, error) {
	return s.user(ctx, in.UserName, false)
}

func (s *Service) askListUserPolicies(ctx context.Context, in *iamapi.ListUserPoliciesRequest) (asks, error) {
	return s.user(ctx, in.UserName, false)
}

func (s *Service) askListAttachedUserPolicies(ctx context.Context, in *iamapi.ListAttachedUserPoliciesRequest) (asks, error) {
	return s.user(ctx, in.UserName, false)
}

func (s *Service) askAttachUserPolicy(ctx context.Context, in *iamapi.AttachUserPolicyRequest) (asks, error) {
	return s.user(ctx, in.UserName, true, edge.PolicyARN(in.PolicyArn))
}

func (s *Service) askDetachUserPolicy(ctx context.Context, in *iamapi.DetachUserPolicyRequest) (asks, error) {
	return s.user(ctx, in.UserName, true, edge.PolicyARN(in.PolicyArn))
}

func (s *Service) askPutUserPermissionsBoundary(ctx context.Context, in *iamapi.PutUserPermissionsBoundaryRequest) (asks, error) {
	return s.user(ctx, in.UserName, false, edge.Boundary(in.PermissionsBoundary))
}

func (s *Service) askDeleteUserPermissionsBoundary(ctx context.Context, in *iamapi.DeleteUserPermissionsBoundaryRequest) (asks, error) {
	return s.user(ctx, in.UserName, true)
}
