package instance

import (
	"context"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).

type asks = []caller.Ask

// machines is the service that a role in a profile is passed to.
const machines = "ec2.amazonaws.com"

// profile asks for the profile that a request names.
func (s *Service) profile(ctx context.Context, name string, more ...edge.Condition) (asks, error) {
	row, err := record.InstanceProfiles.FindCached(ctx, s.db, "by_name", account(ctx), record.Fold(name))
	if edge.Gone(err) {
		return edge.New(ctx, record.KindInstanceProfile, nil, name).Asks(more...), nil
	}
	if err != nil {
		return nil, err
	}
	subject := edge.Subject{ARN: row.Doc.ARN(), Tags: row.Doc.Tags}
	return subject.Asks(more...), nil
}

func (s *Service) askCreateInstanceProfile(ctx context.Context, in *iamapi.CreateInstanceProfileRequest) (asks, error) {
	p := edge.New(ctx, record.KindInstanceProfile, in.Path, in.InstanceProfileName)
	return edge.TagOnCreate(p, p.Asks(edge.RequestTags(in.Tags)), "iam:TagInstanceProfile", in.Tags), nil
}

func (s *Service) askGetInstanceProfile(ctx context.Context, in *iamapi.GetInstanceProfileRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName)
}

func (s *Service) askListInstanceProfiles(ctx context.Context, in *iamapi.ListInstanceProfilesRequest) (asks, error) {
	return edge.New(ctx, record.KindInstanceProfile, in.PathPrefix, "").Asks(), nil
}

func (s *Service) askListInstanceProfilesForRole(ctx context.Context, in *iamapi.ListInstanceProfilesForRoleRequest) (asks, error) {
	role, err := edge.Role(ctx, s.db, in.RoleName)
	return edge.Asks(role, err)
}

func (s *Service) askDeleteInstanceProfile(ctx context.Context, in *iamapi.DeleteInstanceProfileRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName)
}

// askAddRoleToInstanceProfile asks for the profile, and for passing the role to machines.
func (s *Service) askAddRoleToInstanceProfile(ctx context.Context, in *iamapi.AddRoleToInstanceProfileRequest) (asks, error) {
	all, err := s.profile(ctx, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	role, err := edge.Role(ctx, s.db, in.RoleName)
	if err != nil {
		return nil, err
	}
	pass := role.Asks(func(c iampolicy.MapContext) { c["iam:passedtoservice"] = []string{machines} })[0]
	pass.Action = "iam:PassRole"
	return append(all, pass), nil
}

func (s *Service) askRemoveRoleFromInstanceProfile(ctx context.Context, in *iamapi.RemoveRoleFromInstanceProfileRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName)
}

func (s *Service) askTagInstanceProfile(ctx context.Context, in *iamapi.TagInstanceProfileRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagInstanceProfile(ctx context.Context, in *iamapi.UntagInstanceProfileRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListInstanceProfileTags(ctx context.Context, in *iamapi.ListInstanceProfileTagsRequest) (asks, error) {
	return s.profile(ctx, in.InstanceProfileName)
}
