package identity

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateUser, s.CreateUser, s.askCreateUser),
		edge.Bind(iamapi.GetUser, s.GetUser, s.askGetUser),
		edge.Bind(iamapi.ListUsers, s.ListUsers, s.askListUsers),
		edge.Bind(iamapi.UpdateUser, s.UpdateUser, s.askUpdateUser),
		edge.Bind(iamapi.DeleteUser, s.DeleteUser, s.askDeleteUser),
		edge.Bind(iamapi.TagUser, s.TagUser, s.askTagUser),
		edge.Bind(iamapi.UntagUser, s.UntagUser, s.askUntagUser),
		edge.Bind(iamapi.ListUserTags, s.ListUserTags, s.askListUserTags),

		edge.Bind(iamapi.CreateRole, s.CreateRole, s.askCreateRole),
		edge.Bind(iamapi.GetRole, s.GetRole, s.askGetRole),
		edge.Bind(iamapi.ListRoles, s.ListRoles, s.askListRoles),
		edge.Bind(iamapi.UpdateRole, s.UpdateRole, s.askUpdateRole),
		edge.Bind(iamapi.UpdateRoleDescription, s.UpdateRoleDescription, s.askUpdateRoleDescription),
		edge.Bind(iamapi.UpdateAssumeRolePolicy, s.UpdateAssumeRolePolicy, s.askUpdateAssumeRolePolicy),
		edge.Bind(iamapi.DeleteRole, s.DeleteRole, s.askDeleteRole),
		edge.Bind(iamapi.TagRole, s.TagRole, s.askTagRole),
		edge.Bind(iamapi.UntagRole, s.UntagRole, s.askUntagRole),
		edge.Bind(iamapi.ListRoleTags, s.ListRoleTags, s.askListRoleTags),

		edge.Bind(iamapi.CreateGroup, s.CreateGroup, s.askCreateGroup),
		edge.Bind(iamapi.GetGroup, s.GetGroup, s.askGetGroup),
		edge.Bind(iamapi.ListGroups, s.ListGroups, s.askListGroups),
		edge.Bind(iamapi.UpdateGroup, s.UpdateGroup, s.askUpdateGroup),
		edge.Bind(iamapi.DeleteGroup, s.DeleteGroup, s.askDeleteGroup),
		edge.Bind(iamapi.AddUserToGroup, s.AddUserToGroup, s.askAddUserToGroup),
		edge.Bind(iamapi.RemoveUserFromGroup, s.RemoveUserFromGroup, s.askRemoveUserFromGroup),
		edge.Bind(iamapi.ListGroupsForUser, s.ListGroupsForUser, s.askListGroupsForUser),
	}
}
