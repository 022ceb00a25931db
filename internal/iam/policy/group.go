package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// PutGroupPolicy adds or replaces an inline policy of a group.
func (s *Service) PutGroupPolicy(ctx context.Context, in *iamapi.PutGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, putInline(ctx, s, &groups, in.GroupName, in.PolicyName, in.PolicyDocument)
}

// GetGroupPolicy shows an inline policy of a group.
func (s *Service) GetGroupPolicy(ctx context.Context, in *iamapi.GetGroupPolicyRequest) (*iamapi.GetGroupPolicyResponse, error) {
	name, document, err := getInline(ctx, s, &groups, in.GroupName, in.PolicyName)
	return &iamapi.GetGroupPolicyResponse{GroupName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListGroupPolicies lists the names of the inline policies of a group.
func (s *Service) ListGroupPolicies(ctx context.Context, in *iamapi.ListGroupPoliciesRequest) (*iamapi.ListGroupPoliciesResponse, error) {
	names, truncated, marker, err := listInline(ctx, s, &groups, in.GroupName, in.Marker, in.MaxItems)
	return &iamapi.ListGroupPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}

// DeleteGroupPolicy deletes an inline policy of a group.
func (s *Service) DeleteGroupPolicy(ctx context.Context, in *iamapi.DeleteGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, deleteInline(ctx, s, &groups, in.GroupName, in.PolicyName)
}

// AttachGroupPolicy attaches a managed policy to a group.
func (s *Service) AttachGroupPolicy(ctx context.Context, in *iamapi.AttachGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, attach(ctx, s, &groups, in.GroupName, in.PolicyArn)
}

// ListAttachedGroupPolicies lists the managed policies that are attached to a group.
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, in *iamapi.ListAttachedGroupPoliciesRequest) (*iamapi.ListAttachedGroupPoliciesResponse, error) {
	page, truncated, marker, err := listAttached(ctx, s, &groups, in.GroupName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedGroupPoliciesResponse{AttachedPolicies: page, IsTruncated: truncated, Marker: marker}, err
}

// DetachGroupPolicy detaches a managed policy from a group.
func (s *Service) DetachGroupPolicy(ctx context.Context, in *iamapi.DetachGroupPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, detach(ctx, s, &groups, in.GroupName, in.PolicyArn)
}
