package policy

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreatePolicy, s.CreatePolicy, s.askCreatePolicy),
		edge.Bind(iamapi.GetPolicy, s.GetPolicy, s.askGetPolicy),
		edge.Bind(iamapi.ListPolicies, s.ListPolicies, s.askListPolicies),
		edge.Bind(iamapi.DeletePolicy, s.DeletePolicy, s.askDeletePolicy),
		edge.Bind(iamapi.TagPolicy, s.TagPolicy, s.askTagPolicy),
		edge.Bind(iamapi.UntagPolicy, s.UntagPolicy, s.askUntagPolicy),
		edge.Bind(iamapi.ListPolicyTags, s.ListPolicyTags, s.askListPolicyTags),
		edge.Bind(iamapi.ListEntitiesForPolicy, s.ListEntitiesForPolicy, s.askListEntitiesForPolicy),

		edge.Bind(iamapi.CreatePolicyVersion, s.CreatePolicyVersion, s.askCreatePolicyVersion),
		edge.Bind(iamapi.GetPolicyVersion, s.GetPolicyVersion, s.askGetPolicyVersion),
		edge.Bind(iamapi.ListPolicyVersions, s.ListPolicyVersions, s.askListPolicyVersions),
		edge.Bind(iamapi.SetDefaultPolicyVersion, s.SetDefaultPolicyVersion, s.askSetDefaultPolicyVersion),
		edge.Bind(iamapi.DeletePolicyVersion, s.DeletePolicyVersion, s.askDeletePolicyVersion),

		edge.Bind(iamapi.PutUserPolicy, s.PutUserPolicy, s.askPutUserPolicy),
		edge.Bind(iamapi.GetUserPolicy, s.GetUserPolicy, s.askGetUserPolicy),
		edge.Bind(iamapi.ListUserPolicies, s.ListUserPolicies, s.askListUserPolicies),
		edge.Bind(iamapi.DeleteUserPolicy, s.DeleteUserPolicy, s.askDeleteUserPolicy),
		edge.Bind(iamapi.AttachUserPolicy, s.AttachUserPolicy, s.askAttachUserPolicy),
		edge.Bind(iamapi.ListAttachedUserPolicies, s.ListAttachedUserPolicies, s.askListAttachedUserPolicies),
		edge.Bind(iamapi.DetachUserPolicy, s.DetachUserPolicy, s.askDetachUserPolicy),
		edge.Bind(iamapi.PutUserPermissionsBoundary, s.PutUserPermissionsBoundary, s.askPutUserPermissionsBoundary),
		edge.Bind(iamapi.DeleteUserPermissionsBoundary, s.DeleteUserPermissionsBoundary, s.askDeleteUserPermissionsBoundary),

		edge.Bind(iamapi.PutRolePolicy, s.PutRolePolicy, s.askPutRolePolicy),
		edge.Bind(iamapi.GetRolePolicy, s.GetRolePolicy, s.askGetRolePolicy),
		edge.Bind(iamapi.ListRolePolicies, s.ListRolePolicies, s.askListRolePolicies),
		edge.Bind(iamapi.DeleteRolePolicy, s.DeleteRolePolicy, s.askDeleteRolePolicy),
		edge.Bind(iamapi.AttachRolePolicy, s.AttachRolePolicy, s.askAttachRolePolicy),
		edge.Bind(iamapi.ListAttachedRolePolicies, s.ListAttachedRolePolicies, s.askListAttachedRolePolicies),
		edge.Bind(iamapi.DetachRolePolicy, s.DetachRolePolicy, s.askDetachRolePolicy),
		edge.Bind(iamapi.PutRolePermissionsBoundary, s.PutRolePermissionsBoundary, s.askPutRolePermissionsBoundary),
		edge.Bind(iamapi.DeleteRolePermissionsBoundary, s.DeleteRolePermissionsBoundary, s.askDeleteRolePermissionsBoundary),

		edge.Bind(iamapi.PutGroupPolicy, s.PutGroupPolicy, s.askPutGroupPolicy),
		edge.Bind(iamapi.GetGroupPolicy, s.GetGroupPolicy, s.askGetGroupPolicy),
		edge.Bind(iamapi.ListGroupPolicies, s.ListGroupPolicies, s.askListGroupPolicies),
		edge.Bind(iamapi.DeleteGroupPolicy, s.DeleteGroupPolicy, s.askDeleteGroupPolicy),
		edge.Bind(iamapi.AttachGroupPolicy, s.AttachGroupPolicy, s.askAttachGroupPolicy),
		edge.Bind(iamapi.ListAttachedGroupPolicies, s.ListAttachedGroupPolicies, s.askListAttachedGroupPolicies),
		edge.Bind(iamapi.DetachGroupPolicy, s.DetachGroupPolicy, s.askDetachGroupPolicy),
	}
}
