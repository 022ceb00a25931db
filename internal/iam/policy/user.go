package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// PutUserPolicy adds or replaces an inline policy of a user.
func (s *Service) PutUserPolicy(ctx context.Context, in *iamapi.PutUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, putInline(ctx, s, &users, in.UserName, in.PolicyName, in.PolicyDocument)
}

// GetUserPolicy shows an inline policy of a user.
func (s *Service) GetUserPolicy(ctx context.Context, in *iamapi.GetUserPolicyRequest) (*iamapi.GetUserPolicyResponse, error) {
	name, document, err := getInline(ctx, s, &users, in.UserName, in.PolicyName)
	return &iamapi.GetUserPolicyResponse{UserName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListUserPolicies lists the names of the inline policies of a user.
func (s *Service) ListUserPolicies(ctx context.Context, in *iamapi.ListUserPoliciesRequest) (*iamapi.ListUserPoliciesResponse, error) {
	names, truncated, marker, err := listInline(ctx, s, &users, in.UserName, in.Marker, in.MaxItems)
	return &iamapi.ListUserPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}

// DeleteUserPolicy deletes an inline policy of a user.
func (s *Service) DeleteUserPolicy(ctx context.Context, in *iamapi.DeleteUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, deleteInline(ctx, s, &users, in.UserName, in.PolicyName)
}

// AttachUserPolicy attaches a managed policy to a user.
func (s *Service) AttachUserPolicy(ctx context.Context, in *iamapi.AttachUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, attach(ctx, s, &users, in.UserName, in.PolicyArn)
}

// ListAttachedUserPolicies lists the managed policies that are attached to a user.
func (s *Service) ListAttachedUserPolicies(ctx context.Context, in *iamapi.ListAttachedUserPoliciesRequest) (*iamapi.ListAttachedUserPoliciesResponse, error) {
	page, truncated, marker, err := listAttached(ctx, s, &users, in.UserName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedUserPoliciesResponse{AttachedPolicies: page, IsTruncated: truncated, Marker: marker}, err
}

// DetachUserPolicy detaches a managed policy from a user.
func (s *Service) DetachUserPolicy(ctx context.Context, in *iamapi.DetachUserPolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, detach(ctx, s, &users, in.UserName, in.PolicyArn)
}

// PutUserPermissionsBoundary sets the permissions boundary of a user.
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, in *iamapi.PutUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, putBoundary(ctx, s, &users, in.UserName, in.PermissionsBoundary)
}

// DeleteUserPermissionsBoundary takes the permissions boundary of a user away.
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, in *iamapi.DeleteUserPermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, deleteBoundary(ctx, s, &users, in.UserName)
}
