package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

func (s *Service) askCreateGroup(ctx context.Context, in *iamapi.CreateGroupRequest) (asks, error) {
	return edge.New(ctx, record.KindGroup, in.Path, in.GroupName).Asks(), nil
}

func (s *Service) askGetGroup(ctx context.Context, in *iamapi.GetGroupRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askListGroups(ctx context.Context, in *iamapi.ListGroupsRequest) (asks, error) {
	return edge.New(ctx, record.KindGroup, in.PathPrefix, "").Asks(), nil
}

// askUpdateGroup asks for the group as it is and as it is to be
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html).
func (s *Service) askUpdateGroup(ctx context.Context, in *iamapi.UpdateGroupRequest) (asks, error) {
	all, err := s.group(ctx, in.GroupName)
	if err != nil || (in.NewGroupName == nil && in.NewPath == nil) {
		return all, err
	}
	path, name := "/", in.GroupName
	row, err := record.Groups.FindCached(ctx, s.db, "by_name", account(ctx), record.Fold(in.GroupName))
	if err == nil {
		path, name = row.Doc.Path, row.Doc.Name
	} else if !edge.Gone(err) {
		return nil, err
	}
	return append(all, moved(ctx, record.KindGroup, path, name, in.NewPath, in.NewGroupName)...), nil
}

func (s *Service) askDeleteGroup(ctx context.Context, in *iamapi.DeleteGroupRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askAddUserToGroup(ctx context.Context, in *iamapi.AddUserToGroupRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}

func (s *Service) askRemoveUserFromGroup(ctx context.Context, in *iamapi.RemoveUserFromGroupRequest) (asks, error) {
	return s.group(ctx, in.GroupName)
}
