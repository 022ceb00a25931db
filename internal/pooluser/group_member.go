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

// maxMemberships is Cognito's quota of groups that a user belongs to (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
const maxMemberships = 100

// AdminAddUserToGroup makes a user a member of a group. It is no error when they are one already.
func (s *Service) AdminAddUserToGroup(ctx context.Context, in *api.AdminAddUserToGroupRequest) (*wire.Empty, error) {
	return s.changeMember(ctx, in.UserPoolId, in.GroupName, in.Username, func(w store.Writer, m *directory.Member) error {
		have, err := directory.Members.Count(ctx, w, "by_user", m.PoolID, m.Sub)
		if err != nil {
			return err
		}
		if have >= maxMemberships {
			_, err := directory.Members.Get(ctx, w, m.PoolID, m.Group, m.Sub)
			if errors.Is(err, store.ErrNotFound) {
				err = api.InvalidParameterException.New("A user can belong to at most %d groups.", maxMemberships)
			}
			return err
		}
		return directory.Members.Upsert(ctx, w, m)
	})
}

// AdminRemoveUserFromGroup ends a membership. It is no error when there is none.
func (s *Service) AdminRemoveUserFromGroup(ctx context.Context, in *api.AdminRemoveUserFromGroupRequest) (*wire.Empty, error) {
	return s.changeMember(ctx, in.UserPoolId, in.GroupName, in.Username, func(w store.Writer, m *directory.Member) error {
		err := directory.Members.Delete(ctx, w, m.PoolID, m.Group, m.Sub)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
}

func (s *Service) changeMember(ctx context.Context, poolID, group, username string, change func(store.Writer, *directory.Member) error) (*wire.Empty, error) {
	p, err := s.edge.Pool(ctx, poolID)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := groupRow(ctx, w, p.ID, group); err != nil {
			return err
		}
		row, err := findUser(ctx, w, p, username)
		if err != nil {
			return err
		}
		return change(w, &directory.Member{PoolID: p.ID, Group: group, Sub: row.Doc.Sub})
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// AdminListGroupsForUser lists the groups of a user by name.
func (s *Service) AdminListGroupsForUser(ctx context.Context, in *api.AdminListGroupsForUserRequest) (*api.AdminListGroupsForUserResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	user, err := findUser(ctx, s.Store, p, in.Username)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"AdminListGroupsForUser", p.ID, user.Doc.Sub}
	page, err := s.members(ctx, l, "by_user", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.AdminListGroupsForUserResponse{Groups: []api.GroupType{}}
	for i := range page.Rows {
		row, err := directory.Groups.Get(ctx, s.Store, p.ID, page.Rows[i].Doc.Group)
		if errors.Is(err, store.ErrNotFound) { // deleted since the list was read
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Groups = append(out.Groups, *groupView(&row.Doc))
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}

// ListUsersInGroup lists the members of a group.
func (s *Service) ListUsersInGroup(ctx context.Context, in *api.ListUsersInGroupRequest) (*api.ListUsersInGroupResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if _, err := groupRow(ctx, s.Store, p.ID, in.GroupName); err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListUsersInGroup", p.ID, in.GroupName}
	page, err := s.members(ctx, l, "", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListUsersInGroupResponse{Users: []api.UserType{}}
	for i := range page.Rows {
		row, err := directory.Users.Get(ctx, s.Store, p.ID, page.Rows[i].Doc.Sub)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v, err := userView(p, &row.Doc, nil)
		if err != nil {
			return nil, err
		}
		out.Users = append(out.Users, *v)
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}

// members reads a page of memberships. The last two parts of the listing are the leading values of the index.
func (s *Service) members(ctx context.Context, l pooledge.Listing, index string, token *string, limit *int) (store.Page[directory.Member], error) {
	after, err := s.edge.Cursor(ctx, l, token)
	if err != nil {
		return store.Page[directory.Member]{}, err
	}
	page, err := directory.Members.List(ctx, s.Store, store.Query{Index: index, Prefix: l[1:], After: after, Limit: pooledge.Limit(limit, pooledge.PageSize)})
	return page, pooledge.PageError(err)
}
