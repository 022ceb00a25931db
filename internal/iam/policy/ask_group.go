package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
)

func (s *Service) askPutGroupPolicy(ctx context.Context, in *iamapi.PutGroupPolicyRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askDeleteGroupPolicy(ctx context.Context, in *iamapi.DeleteGroupPolicyRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askGetGroupPolicy(ctx context.Context, in *iamapi.GetGroupPolicyRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askListGroupPolicies(ctx context.Context, in *iamapi.ListGroupPoliciesRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askListAttachedGroupPolicies(ctx context.Context, in *iamapi.ListAttachedGroupPoliciesRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askAttachGroupPolicy(ctx context.Context, in *iamapi.AttachGroupPolicyRequest) (asks, error) {
	return s.group(ctx, in.GroupName, edge.PolicyARN(in.PolicyArn))
}

func (s *Service) askDetachGroupPolicy(ctx context.Context, in *iamapi.DetachGroupPolicyRequest) (asks, error) {
	return s.group(ctx, in.GroupName, edge.PolicyARN(in.PolicyArn))
}
