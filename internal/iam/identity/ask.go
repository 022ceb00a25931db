package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html). Lists ask for the
// path they list, as the texts of AWS's denials show.

type asks = []caller.Ask

func (s *Service) user(ctx context.Context, name string, more ...edge.Condition) (asks, error) {
	u, err := edge.User(ctx, s.db, name)
	return edge.Asks(u, err, more...)
}

func (s *Service) role(ctx context.Context, name string, more ...edge.Condition) (asks, error) {
	return edge.LinkedRole(ctx, s.db, name, more...)
}

func (s *Service) group(ctx context.Context, name string) (asks, error) {
	g, err := edge.Group(ctx, s.db, name)
	return edge.Asks(g, err)
}

func (s *Service) askCreateUser(ctx context.Context, in *iamapi.CreateUserRequest) (asks, error) {
	u := edge.New(ctx, record.KindUser, in.Path, in.UserName)
	all := u.Asks(edge.Boundary(text(in.PermissionsBoundary)), edge.RequestTags(in.Tags))
	return edge.TagOnCreate(u, all, "iam:TagUser", in.Tags), nil
}

func (s *Service) askGetUser(ctx context.Context, in *iamapi.GetUserRequest) (asks, error) {
	u, err := edge.Self(ctx, s.db, in.UserName)
	return edge.Asks(u, err)
}

func (s *Service) askListUsers(ctx context.Context, in *iamapi.ListUsersRequest) (asks, error) {
	return edge.New(ctx, record.KindUser, in.PathPrefix, "").Asks(), nil
}

// askUpdateUser asks for the user as it is and as it is to be
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html).
func (s *Service) askUpdateUser(ctx context.Context, in *iamapi.UpdateUserRequest) (asks, error) {
	all, err := s.user(ctx, in.UserName)
	if err != nil || (in.NewUserName == nil && in.NewPath == nil) {
		return all, err
	}
	path, name := "/", in.UserName
	row, err := record.Users.FindCached(ctx, s.db, "by_name", account(ctx), record.Fold(in.UserName))
	if err == nil {
		path, name = row.Doc.Path, row.Doc.Name
	} else if !edge.Gone(err) {
		return nil, err
	}
	return append(all, moved(ctx, record.KindUser, path, name, in.NewPath, in.NewUserName)...), nil
}

// moved asks for an entity as it is to be under its new path and name; nil keeps the old one.
func moved(ctx context.Context, kind record.Kind, path, name string, newPath, newName *string) asks {
	if newPath != nil {
		path = *newPath
	}
	if newName != nil {
		name = *newName
	}
	return edge.New(ctx, kind, &path, name).Asks()
}

func (s *Service) askDeleteUser(ctx context.Context, in *iamapi.DeleteUserRequest) (asks, error) {
	return s.user(ctx, in.UserName)
}

func (s *Service) askTagUser(ctx context.Context, in *iamapi.TagUserRequest) (asks, error) {
	return s.user(ctx, in.UserName, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagUser(ctx context.Context, in *iamapi.UntagUserRequest) (asks, error) {
	return s.user(ctx, in.UserName, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListUserTags(ctx context.Context, in *iamapi.ListUserTagsRequest) (asks, error) {
	return s.user(ctx, in.UserName)
}

func (s *Service) askListGroupsForUser(ctx context.Context, in *iamapi.ListGroupsForUserRequest) (asks, error) {
	return s.user(ctx, in.UserName)
}

func (s *Service) askCreateRole(ctx context.Context, in *iamapi.CreateRoleRequest) (asks, error) {
	r := edge.New(ctx, record.KindRole, in.Path, in.RoleName)
	all := r.Asks(edge.Boundary(text(in.PermissionsBoundary)), edge.RequestTags(in.Tags))
	return edge.TagOnCreate(r, all, "iam:TagRole", in.Tags), nil
}

func (s *Service) askGetRole(ctx context.Context, in *iamapi.GetRoleRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}

func (s *Service) askListRoles(ctx context.Context, in *iamapi.ListRolesRequest) (asks, error) {
	return edge.New(ctx, record.KindRole, in.PathPrefix, "").Asks(), nil
}

func (s *Service) askUpdateRole(ctx context.Context, in *iamapi.UpdateRoleRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}

func (s *Service) askUpdateRoleDescription(ctx context.Context, in *iamapi.UpdateRoleDescriptionRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}

func (s *Service) askUpdateAssumeRolePolicy(ctx context.Context, in *iamapi.UpdateAssumeRolePolicyRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}

func (s *Service) askDeleteRole(ctx context.Context, in *iamapi.DeleteRoleRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}

func (s *Service) askTagRole(ctx context.Context, in *iamapi.TagRoleRequest) (asks, error) {
	return s.role(ctx, in.RoleName, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagRole(ctx context.Context, in *iamapi.UntagRoleRequest) (asks, error) {
	return s.role(ctx, in.RoleName, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListRoleTags(ctx context.Context, in *iamapi.ListRoleTagsRequest) (asks, error) {
	return s.role(ctx, in.RoleName)
}
