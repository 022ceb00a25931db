package pooluser

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
func (s *Service) Operations() []wire.Binding {
	return append(s.userOperations(), s.groupOperations()...)
}

func (s *Service) userOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.AdminCreateUser, s.AdminCreateUser, pooledge.OnPool(&s.edge, func(in *api.AdminCreateUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminGetUser, s.AdminGetUser, pooledge.OnPool(&s.edge, func(in *api.AdminGetUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUsers, s.ListUsers, pooledge.OnPool(&s.edge, func(in *api.ListUsersRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminSetUserPassword, s.AdminSetUserPassword, pooledge.OnPool(&s.edge, func(in *api.AdminSetUserPasswordRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminUpdateUserAttributes, s.AdminUpdateUserAttributes, pooledge.OnPool(&s.edge, func(in *api.AdminUpdateUserAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDeleteUserAttributes, s.AdminDeleteUserAttributes, pooledge.OnPool(&s.edge, func(in *api.AdminDeleteUserAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminConfirmSignUp, s.AdminConfirmSignUp, pooledge.OnPool(&s.edge, func(in *api.AdminConfirmSignUpRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminEnableUser, s.AdminEnableUser, pooledge.OnPool(&s.edge, func(in *api.AdminEnableUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDisableUser, s.AdminDisableUser, pooledge.OnPool(&s.edge, func(in *api.AdminDisableUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminDeleteUser, s.AdminDeleteUser, pooledge.OnPool(&s.edge, func(in *api.AdminDeleteUserRequest) string { return in.UserPoolId })),
	}
}

func (s *Service) groupOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateGroup, s.CreateGroup, pooledge.OnPool(&s.edge, func(in *api.CreateGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetGroup, s.GetGroup, pooledge.OnPool(&s.edge, func(in *api.GetGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListGroups, s.ListGroups, pooledge.OnPool(&s.edge, func(in *api.ListGroupsRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateGroup, s.UpdateGroup, pooledge.OnPool(&s.edge, func(in *api.UpdateGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteGroup, s.DeleteGroup, pooledge.OnPool(&s.edge, func(in *api.DeleteGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminAddUserToGroup, s.AdminAddUserToGroup, pooledge.OnPool(&s.edge, func(in *api.AdminAddUserToGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminRemoveUserFromGroup, s.AdminRemoveUserFromGroup, pooledge.OnPool(&s.edge, func(in *api.AdminRemoveUserFromGroupRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminListGroupsForUser, s.AdminListGroupsForUser, pooledge.OnPool(&s.edge, func(in *api.AdminListGroupsForUserRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUsersInGroup, s.ListUsersInGroup, pooledge.OnPool(&s.edge, func(in *api.ListUsersInGroupRequest) string { return in.UserPoolId })),
	}
}
