package instance

import (
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateInstanceProfile, s.CreateInstanceProfile, s.askCreateInstanceProfile),
		edge.Bind(iamapi.GetInstanceProfile, s.GetInstanceProfile, s.askGetInstanceProfile),
		edge.Bind(iamapi.ListInstanceProfiles, s.ListInstanceProfiles, s.askListInstanceProfiles),
		edge.Bind(iamapi.ListInstanceProfilesForRole, s.ListInstanceProfilesForRole, s.askListInstanceProfilesForRole),
		edge.Bind(iamapi.DeleteInstanceProfile, s.DeleteInstanceProfile, s.askDeleteInstanceProfile),
		edge.Bind(iamapi.AddRoleToInstanceProfile, s.AddRoleToInstanceProfile, s.askAddRoleToInstanceProfile),
		edge.Bind(iamapi.RemoveRoleFromInstanceProfile, s.RemoveRoleFromInstanceProfile, s.askRemoveRoleFromInstanceProfile),
		edge.Bind(iamapi.TagInstanceProfile, s.TagInstanceProfile, s.askTagInstanceProfile),
		edge.Bind(iamapi.UntagInstanceProfile, s.UntagInstanceProfile, s.askUntagInstanceProfile),
		edge.Bind(iamapi.ListInstanceProfileTags, s.ListInstanceProfileTags, s.askListInstanceProfileTags),
	}
}
