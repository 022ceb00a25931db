package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostGroupsOfAccount is how many groups an account can have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostGroupsOfAccount = 300

// CreateGroup makes a group.
func (s *Service) CreateGroup(ctx context.Context, in *iamapi.CreateGroupRequest) (*iamapi.CreateGroupResponse, error) {
	id, err := record.NewID(s.random, record.PrefixGroup)
	if err != nil {
		return nil, err
	}
	g := record.Group{ID: id, Account: account(ctx), Name: in.GroupName, Path: edge.Path(in.Path), Created: s.second()}
	err = s.db.Update(ctx, func(w store.Writer) error {
		if err := edge.Exists(record.Groups.Insert(ctx, w, &g), "Group with name %s already exists.", in.GroupName); err != nil {
			return err
		}
		n, err := record.Groups.Count(ctx, w, "by_name", g.Account)
		return edge.Below(n, err, "GroupsPerAccount", mostGroupsOfAccount)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateGroupResponse{Group: showGroup(&g)}, nil
}

// GetGroup shows a group and its users, in the order of their ids.
func (s *Service) GetGroup(ctx context.Context, in *iamapi.GetGroupRequest) (*iamapi.GetGroupResponse, error) {
	row, err := record.FindGroup(ctx, s.db, account(ctx), in.GroupName)
	if err != nil {
		return nil, edge.NoGroup(err, in.GroupName)
	}
	l := s.list(row.Doc.ID, in.Marker, in.MaxItems)
	q := store.Query{Prefix: []string{row.Doc.ID}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.Memberships, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetGroupResponse{Group: showGroup(&row.Doc), IsTruncated: truncated, Marker: marker}
	for _, m := range page {
		u, err := record.Users.Get(ctx, s.db, m.UserID)
		if edge.Gone(err) {
			continue // removed while the page was read
		}
		if err != nil {
			return nil, err
		}
		out.Users = append(out.Users, briefUser(&u.Doc))
	}
	return out, nil
}

// ListGroups lists groups, by name.
func (s *Service) ListGroups(ctx context.Context, in *iamapi.ListGroupsRequest) (*iamapi.ListGroupsResponse, error) {
	l := s.list(edge.Path(in.PathPrefix), in.Marker, in.MaxItems)
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	keep := edge.PathFilter(in.PathPrefix, func(g *record.Group) string { return g.Path })
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.Groups, q, keep)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListGroupsResponse{Groups: make([]iamapi.Group, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		out.Groups[i] = showGroup(&page[i])
	}
	return out, nil
}

// UpdateGroup gives a group another name or path.
func (s *Service) UpdateGroup(ctx context.Context, in *iamapi.UpdateGroupRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindGroup(ctx, w, account(ctx), in.GroupName)
		if err != nil {
			return edge.NoGroup(err, in.GroupName)
		}
		if in.NewGroupName != nil {
			row.Doc.Name = *in.NewGroupName
		}
		if in.NewPath != nil {
			row.Doc.Path = *in.NewPath
		}
		return edge.Exists(record.Groups.Update(ctx, w, &row), "Group with name %s already exists.", row.Doc.Name)
	})
	return &wire.Empty{}, err
}

// DeleteGroup deletes a group that has neither users nor policies.
func (s *Service) DeleteGroup(ctx context.Context, in *iamapi.DeleteGroupRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindGroup(ctx, w, account(ctx), in.GroupName)
		if err != nil {
			return edge.NoGroup(err, in.GroupName)
		}
		users, err := record.Memberships.Count(ctx, w, "", row.Doc.ID)
		if err != nil {
			return err
		}
		if users > 0 {
			return edge.Conflict("remove users from group")
		}
		if err := deletable(&row.Doc.Grants); err != nil {
			return err
		}
		return record.Groups.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

func showGroup(g *record.Group) iamapi.Group {
	return iamapi.Group{Arn: g.ARN(), CreateDate: g.Created, GroupId: g.ID, GroupName: g.Name, Path: g.Path}
}
