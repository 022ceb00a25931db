package userpool

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
func (s *Service) Operations() []wire.Binding {
	return append(append(s.poolOperations(), s.userOperations()...), s.groupOperations()...)
}

func (s *Service) poolOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateUserPool, s.CreateUserPool, askCreate),
		wire.Bind(api.DescribeUserPool, s.DescribeUserPool, onPool(s, func(in *api.DescribeUserPoolRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateUserPool, s.UpdateUserPool, s.askUpdate),
		wire.Bind(api.DeleteUserPool, s.DeleteUserPool, onPool(s, func(in *api.DeleteUserPoolRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserPools, s.ListUserPools),
		wire.Bind(api.AddCustomAttributes, s.AddCustomAttributes, onPool(s, func(in *api.AddCustomAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetUserPoolMfaConfig, s.GetUserPoolMfaConfig, onPool(s, func(in *api.GetUserPoolMfaConfigRequest) string { return in.UserPoolId })),
		wire.Bind(api.SetUserPoolMfaConfig, s.SetUserPoolMfaConfig, onPool(s, func(in *api.SetUserPoolMfaConfigRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateUserPoolClient, s.CreateUserPoolClient, onPool(s, func(in *api.CreateUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeUserPoolClient, s.DescribeUserPoolClient, onPool(s, func(in *api.DescribeUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateUserPoolClient, s.UpdateUserPoolClient, onPool(s, func(in *api.UpdateUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteUserPoolClient, s.DeleteUserPoolClient, onPool(s, func(in *api.DeleteUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserPoolClients, s.ListUserPoolClients, onPool(s, func(in *api.ListUserPoolClientsRequest) string { return in.UserPoolId })),
		wire.Bind(api.TagResource, s.TagResource, s.askTag),
		wire.Bind(api.UntagResource, s.UntagResource, s.askUntag),
		wire.Bind(api.ListTagsForResource, s.ListTagsForResource, s.askListTags),
	}
}

func (s *Service) userOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.AdminCreateUser, s.AdminCreateUser, onPool(s, func(in *api.AdminCreateUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminGetUser, s.AdminGetUser, onPool(s, func(in *api.AdminGetUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUsers, s.ListUsers, onPool(s, func(in *api.ListUsersRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminSetUserPassword, s.AdminSetUserPassword, onPool(s, func(in *api.AdminSetUserPasswordRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminUpdateUserAttributes, s.AdminUpdateUserAttributes, onPool(s, func(in *api.AdminUpdateUserAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDeleteUserAttributes, s.AdminDeleteUserAttributes, onPool(s, func(in *api.AdminDeleteUserAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminConfirmSignUp, s.AdminConfirmSignUp, onPool(s, func(in *api.AdminConfirmSignUpRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminEnableUser, s.AdminEnableUser, onPool(s, func(in *api.AdminEnableUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDisableUser, s.AdminDisableUser, onPool(s, func(in *api.AdminDisableUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDeleteUser, s.AdminDeleteUser, onPool(s, func(in *api.AdminDeleteUserRequest) string { return in.UserPoolId })),
	}
}

func (s *Service) groupOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateGroup, s.CreateGroup, onPool(s, func(in *api.CreateGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetGroup, s.GetGroup, onPool(s, func(in *api.GetGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListGroups, s.ListGroups, onPool(s, func(in *api.ListGroupsRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateGroup, s.UpdateGroup, onPool(s, func(in *api.UpdateGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteGroup, s.DeleteGroup, onPool(s, func(in *api.DeleteGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminAddUserToGroup, s.AdminAddUserToGroup, onPool(s, func(in *api.AdminAddUserToGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminRemoveUserFromGroup, s.AdminRemoveUserFromGroup, onPool(s, func(in *api.AdminRemoveUserFromGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminListGroupsForUser, s.AdminListGroupsForUser, onPool(s, func(in *api.AdminListGroupsForUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUsersInGroup, s.ListUsersInGroup, onPool(s, func(in *api.ListUsersInGroupRequest) string { return in.UserPoolId })),
	}
}
