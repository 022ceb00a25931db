package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// PutRolePolicy adds or replaces an inline policy of a role.
func (s *Service) PutRolePolicy(ctx context.Context, in *iamapi.PutRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, putInline(ctx, s, &roles, in.RoleName, in.PolicyName, in.PolicyDocument)
}

// GetRolePolicy shows an inline policy of a role.
func (s *Service) GetRolePolicy(ctx context.Context, in *iamapi.GetRolePolicyRequest) (*iamapi.GetRolePolicyResponse, error) {
	name, document, err := getInline(ctx, s, &roles, in.RoleName, in.PolicyName)
	return &iamapi.GetRolePolicyResponse{RoleName: name, PolicyName: in.PolicyName, PolicyDocument: document}, err
}

// ListRolePolicies lists the names of the inline policies of a role.
func (s *Service) ListRolePolicies(ctx context.Context, in *iamapi.ListRolePoliciesRequest) (*iamapi.ListRolePoliciesResponse, error) {
	names, truncated, marker, err := listInline(ctx, s, &roles, in.RoleName, in.Marker, in.MaxItems)
	return &iamapi.ListRolePoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: marker}, err
}

// DeleteRolePolicy deletes an inline policy of a role.
func (s *Service) DeleteRolePolicy(ctx context.Context, in *iamapi.DeleteRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, deleteInline(ctx, s, &roles, in.RoleName, in.PolicyName)
}

// AttachRolePolicy attaches a managed policy to a role.
func (s *Service) AttachRolePolicy(ctx context.Context, in *iamapi.AttachRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, attach(ctx, s, &roles, in.RoleName, in.PolicyArn)
}

// ListAttachedRolePolicies lists the managed policies that are attached to a role.
func (s *Service) ListAttachedRolePolicies(ctx context.Context, in *iamapi.ListAttachedRolePoliciesRequest) (*iamapi.ListAttachedRolePoliciesResponse, error) {
	page, truncated, marker, err := listAttached(ctx, s, &roles, in.RoleName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedRolePoliciesResponse{AttachedPolicies: page, IsTruncated: truncated, Marker: marker}, err
}

// DetachRolePolicy detaches a managed policy from a role.
func (s *Service) DetachRolePolicy(ctx context.Context, in *iamapi.DetachRolePolicyRequest) (*wire.Empty, error) {
	return &wire.Empty{}, detach(ctx, s, &roles, in.RoleName, in.PolicyArn)
}

// PutRolePermissionsBoundary sets the permissions boundary of a role.
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, in *iamapi.PutRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, putBoundary(ctx, s, &roles, in.RoleName, in.PermissionsBoundary)
}

// DeleteRolePermissionsBoundary takes the permissions boundary of a role away.
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, in *iamapi.DeleteRolePermissionsBoundaryRequest) (*wire.Empty, error) {
	return &wire.Empty{}, deleteBoundary(ctx, s, &roles, in.RoleName)
}
