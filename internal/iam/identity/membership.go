package identity

import (
	"context"
	"slices"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostGroups is in how many groups a user can be.
const mostGroups = 10

// AddUserToGroup puts a user into a group. One who is there stays there.
func (s *Service) AddUserToGroup(ctx context.Context, in *iamapi.AddUserToGroupRequest) (*wire.Empty, error) {
	return s.changeMembership(ctx, in.GroupName, in.UserName, func(w store.Writer, u *record.User, groupID string) error {
		if slices.Contains(u.Groups, groupID) {
			return nil
		}
		if len(u.Groups) >= mostGroups {
			return edge.Quota("GroupsPerUser", mostGroups)
		}
		u.Groups = append(u.Groups, groupID)
		return record.Memberships.Upsert(ctx, w, &record.Membership{GroupID: groupID, UserID: u.ID})
	})
}

// RemoveUserFromGroup takes a user out of a group. One who is not there is no error.
func (s *Service) RemoveUserFromGroup(ctx context.Context, in *iamapi.RemoveUserFromGroupRequest) (*wire.Empty, error) {
	return s.changeMembership(ctx, in.GroupName, in.UserName, func(w store.Writer, u *record.User, groupID string) error {
		i := slices.Index(u.Groups, groupID)
		if i < 0 {
			return nil
		}
		u.Groups = slices.Delete(u.Groups, i, i+1)
		return record.Memberships.Delete(ctx, w, groupID, u.ID)
	})
}

func (s *Service) changeMembership(ctx context.Context, group, user string, change func(store.Writer, *record.User, string) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		u, err := record.FindUser(ctx, w, account(ctx), user)
		if err != nil {
			return edge.NoUser(err, user)
		}
		g, err := record.FindGroup(ctx, w, account(ctx), group)
		if err != nil {
			return edge.NoGroup(err, group)
		}
		if err := change(w, &u.Doc, g.Doc.ID); err != nil {
			return err
		}
		return record.Users.Update(ctx, w, &u)
	})
	return &wire.Empty{}, err
}

// ListGroupsForUser lists the groups that a user is in, by name.
func (s *Service) ListGroupsForUser(ctx context.Context, in *iamapi.ListGroupsForUserRequest) (*iamapi.ListGroupsForUserResponse, error) {
	row, err := record.FindUser(ctx, s.db, account(ctx), in.UserName)
	if err != nil {
		return nil, edge.NoUser(err, in.UserName)
	}
	groups := make([]iamapi.Group, 0, len(row.Doc.Groups))
	for _, id := range row.Doc.Groups {
		g, err := record.Groups.Get(ctx, s.db, id)
		if edge.Gone(err) {
			continue // removed since the user was read
		}
		if err != nil {
			return nil, err
		}
		groups = append(groups, showGroup(&g.Doc))
	}
	l := s.list(row.Doc.ID, in.Marker, in.MaxItems)
	page, truncated, marker, err := edge.Slice(ctx, l, groups, func(g *iamapi.Group) string { return g.GroupName })
	if err != nil {
		return nil, err
	}
	return &iamapi.ListGroupsForUserResponse{Groups: page, IsTruncated: truncated, Marker: marker}, nil
}
