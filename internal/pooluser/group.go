package pooluser

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// maxGroups is Cognito's quota of groups of a pool (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
const maxGroups = 10_000

// CreateGroup makes a group.
func (s *Service) CreateGroup(ctx context.Context, in *api.CreateGroupRequest) (*api.CreateGroupResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	now := s.now()
	g := &directory.Group{
		PoolID: p.ID, Name: in.GroupName, Description: deref(in.Description), RoleARN: deref(in.RoleArn), Precedence: in.Precedence,
		Created: now, Modified: now,
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := s.edge.Row(ctx, w, p.ID); err != nil {
			return err
		}
		have, err := directory.Groups.Count(ctx, w, "", p.ID)
		if err != nil {
			return err
		}
		if have >= maxGroups {
			return api.LimitExceededException.New("A user pool can have at most %d groups.", maxGroups)
		}
		err = directory.Groups.Insert(ctx, w, g)
		if errors.Is(err, store.ErrExists) {
			return api.GroupExistsException.New("A group with the name already exists.")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateGroupResponse{Group: groupView(g)}, nil
}

// groupRow reads a group.
func groupRow(ctx context.Context, r store.Reader, poolID, name string) (store.Row[directory.Group], error) {
	row, err := directory.Groups.Get(ctx, r, poolID, name)
	if errors.Is(err, store.ErrNotFound) {
		return row, api.ResourceNotFoundException.New("Group not found.")
	}
	return row, err
}

// GetGroup shows a group.
func (s *Service) GetGroup(ctx context.Context, in *api.GetGroupRequest) (*api.GetGroupResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := groupRow(ctx, s.Store, p.ID, in.GroupName)
	if err != nil {
		return nil, err
	}
	return &api.GetGroupResponse{Group: groupView(&row.Doc)}, nil
}

// UpdateGroup changes what is given of a group.
func (s *Service) UpdateGroup(ctx context.Context, in *api.UpdateGroupRequest) (*api.UpdateGroupResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	var g directory.Group
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := groupRow(ctx, w, p.ID, in.GroupName)
		if err != nil {
			return err
		}
		if in.Description != nil {
			row.Doc.Description = *in.Description
		}
		if in.RoleArn != nil {
			row.Doc.RoleARN = *in.RoleArn
		}
		if in.Precedence != nil {
			row.Doc.Precedence = in.Precedence
		}
		row.Doc.Modified = s.now()
		g = row.Doc
		return directory.Groups.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateGroupResponse{Group: groupView(&g)}, nil
}

// DeleteGroup removes a group. Its members stay users.
func (s *Service) DeleteGroup(ctx context.Context, in *api.DeleteGroupRequest) (*wire.Empty, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := groupRow(ctx, w, p.ID, in.GroupName); err != nil {
			return err
		}
		if _, err := directory.Members.DeleteAll(ctx, w, "", p.ID, in.GroupName); err != nil {
			return err
		}
		return directory.Groups.Delete(ctx, w, p.ID, in.GroupName)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// ListGroups lists the groups of a pool by name.
func (s *Service) ListGroups(ctx context.Context, in *api.ListGroupsRequest) (*api.ListGroupsResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListGroups", p.ID}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.Groups.List(ctx, s.Store, store.Query{Prefix: []string{p.ID}, After: after, Limit: pooledge.Limit(in.Limit, pooledge.PageSize)})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListGroupsResponse{Groups: []api.GroupType{}}
	for i := range page.Rows {
		out.Groups = append(out.Groups, *groupView(&page.Rows[i].Doc))
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}

func groupView(g *directory.Group) *api.GroupType {
	return &api.GroupType{
		GroupName: &g.Name, UserPoolId: &g.PoolID, Description: optional(g.Description), RoleArn: optional(g.RoleARN), Precedence: g.Precedence,
		CreationDate: &g.Created, LastModifiedDate: &g.Modified,
	}
}
