package instance

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostRoles is how many roles an instance profile can have. AWS calls the quota by what machines get.
const mostRoles = 1

// AddRoleToInstanceProfile puts a role into an instance profile that has none.
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, in *iamapi.AddRoleToInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.change(ctx, in.InstanceProfileName, func(w store.Writer, p *record.InstanceProfile) error {
		role, err := record.FindRole(ctx, w, p.Account, in.RoleName)
		if err != nil {
			return edge.NoRole(err, in.RoleName)
		}
		if err := edge.Modifiable(&role.Doc); err != nil {
			return err
		}
		if p.RoleID != "" {
			return edge.Quota("InstanceSessionsPerInstanceProfile", mostRoles)
		}
		p.RoleID = role.Doc.ID
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes a role out of an instance profile.
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, in *iamapi.RemoveRoleFromInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.change(ctx, in.InstanceProfileName, func(w store.Writer, p *record.InstanceProfile) error {
		role, err := record.FindRole(ctx, w, p.Account, in.RoleName)
		if err != nil {
			return edge.NoRole(err, in.RoleName)
		}
		if p.RoleID != role.Doc.ID {
			return iamapi.NoSuchEntityException.New("Role %s in Instance Profile %s cannot be found.", in.RoleName, in.InstanceProfileName)
		}
		p.RoleID = ""
		return nil
	})
}

// ListInstanceProfilesForRole lists the instance profiles that a role is in, in the order of their ids.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, in *iamapi.ListInstanceProfilesForRoleRequest) (*iamapi.ListInstanceProfilesForRoleResponse, error) {
	role, err := record.FindRole(ctx, s.db, account(ctx), in.RoleName)
	if err != nil {
		return nil, edge.NoRole(err, in.RoleName)
	}
	l := s.list(role.Doc.ID, in.Marker, in.MaxItems)
	q := store.Query{Index: "by_role", Prefix: []string{role.Doc.ID}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.InstanceProfiles, q, nil)
	if err != nil {
		return nil, err
	}
	all, err := s.briefs(ctx, page)
	return &iamapi.ListInstanceProfilesForRoleResponse{InstanceProfiles: all, IsTruncated: truncated, Marker: marker}, err
}
