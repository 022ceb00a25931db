package pooluser

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
func (s *Service) Operations() []wire.Binding {
	return append(s.userOperations(), s.groupOperations()...)
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
