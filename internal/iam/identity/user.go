package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostUsers is how many users an account can have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostUsers = 5000

// CreateUser makes a user.
func (s *Service) CreateUser(ctx context.Context, in *iamapi.CreateUserRequest) (*iamapi.CreateUserResponse, error) {
	tags, err := edge.Tags(nil, in.Tags, "User")
	if err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixUser)
	if err != nil {
		return nil, err
	}
	var u record.User
	err = s.db.Update(ctx, func(w store.Writer) error {
		u = record.User{ID: id, Account: account(ctx), Name: in.UserName, Path: edge.Path(in.Path), Created: s.second(), Tags: tags}
		if err := setBoundary(ctx, w, u.Account, record.KindUser, id, &u.Grants, in.PermissionsBoundary); err != nil {
			return err
		}
		if err := edge.Exists(record.Users.Insert(ctx, w, &u), "User with name %s already exists.", in.UserName); err != nil {
			return err
		}
		n, err := record.Users.Count(ctx, w, "by_name", u.Account)
		return edge.Below(n, err, "UsersPerAccount", mostUsers)
	})
	if err != nil {
		return nil, err
	}
	out := fullUser(&u)
	return &iamapi.CreateUserResponse{User: &out}, nil
}

// GetUser shows a user; without a name, the caller.
func (s *Service) GetUser(ctx context.Context, in *iamapi.GetUserRequest) (*iamapi.GetUserResponse, error) {
	p := caller.PrincipalFrom(ctx)
	if in.UserName == nil {
		switch p.Kind {
		case caller.Root:
			u, err := s.rootUser(ctx, p)
			return &iamapi.GetUserResponse{User: u}, err
		case caller.User:
			row, err := record.Users.Get(ctx, s.db, p.UniqueID)
			if err != nil {
				return nil, edge.NoUser(err, p.Name)
			}
			return &iamapi.GetUserResponse{User: fullUser(&row.Doc)}, nil
		}
		return nil, edge.NonUser()
	}
	row, err := record.FindUser(ctx, s.db, p.Account, *in.UserName)
	if err != nil {
		return nil, edge.NoUser(err, *in.UserName)
	}
	return &iamapi.GetUserResponse{User: fullUser(&row.Doc)}, nil
}

// rootUser shows the account as AWS does when its root calls: without a name. It began with its oldest key.
func (s *Service) rootUser(ctx context.Context, p *caller.Principal) (iamapi.User, error) {
	began, err := record.RootSince(ctx, s.db, p.Account)
	if err != nil {
		return iamapi.User{}, err
	}
	return iamapi.User{Arn: record.RootARN(p.Account), UserId: p.Account, CreateDate: began}, nil
}

// ListUsers lists users, by name.
func (s *Service) ListUsers(ctx context.Context, in *iamapi.ListUsersRequest) (*iamapi.ListUsersResponse, error) {
	l := s.list(edge.Path(in.PathPrefix), in.Marker, in.MaxItems)
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	keep := edge.PathFilter(in.PathPrefix, func(u *record.User) string { return u.Path })
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.Users, q, keep)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListUsersResponse{Users: make([]iamapi.User, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		out.Users[i] = briefUser(&page[i])
	}
	return out, nil
}

// UpdateUser gives a user another name or path. Its id, and with it all that trusts it, stays.
func (s *Service) UpdateUser(ctx context.Context, in *iamapi.UpdateUserRequest) (*wire.Empty, error) {
	return s.changeUser(ctx, in.UserName, func(u *record.User) error {
		if in.NewUserName != nil {
			u.Name = *in.NewUserName
		}
		if in.NewPath != nil {
			u.Path = *in.NewPath
		}
		return nil
	})
}

// DeleteUser deletes a user that has nothing left.
func (s *Service) DeleteUser(ctx context.Context, in *iamapi.DeleteUserRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindUser(ctx, w, account(ctx), in.UserName)
		if err != nil {
			return edge.NoUser(err, in.UserName)
		}
		u := &row.Doc
		if err := withoutCredentials(ctx, w, u); err != nil {
			return err
		}
		if err := deletable(&u.Grants); err != nil {
			return err
		}
		if len(u.Groups) > 0 {
			return edge.Conflict("remove users from group")
		}
		if err := dropBoundary(ctx, w, u.Account, record.KindUser, u.ID, &u.Grants); err != nil {
			return err
		}
		return record.Users.Delete(ctx, w, u.ID)
	})
	return &wire.Empty{}, err
}

// TagUser adds tags to a user.
func (s *Service) TagUser(ctx context.Context, in *iamapi.TagUserRequest) (*wire.Empty, error) {
	return s.changeUser(ctx, in.UserName, func(u *record.User) (err error) {
		u.Tags, err = edge.Tags(u.Tags, in.Tags, "User")
		return err
	})
}

// UntagUser takes tags from a user.
func (s *Service) UntagUser(ctx context.Context, in *iamapi.UntagUserRequest) (*wire.Empty, error) {
	return s.changeUser(ctx, in.UserName, func(u *record.User) error {
		u.Tags = edge.Untag(u.Tags, in.TagKeys)
		return nil
	})
}

// ListUserTags lists the tags of a user.
func (s *Service) ListUserTags(ctx context.Context, in *iamapi.ListUserTagsRequest) (*iamapi.ListUserTagsResponse, error) {
	row, err := record.FindUser(ctx, s.db, account(ctx), in.UserName)
	if err != nil {
		return nil, edge.NoUser(err, in.UserName)
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ID, in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListUserTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// changeUser reads a user, changes it and writes it in one transaction.
func (s *Service) changeUser(ctx context.Context, name string, change func(*record.User) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindUser(ctx, w, account(ctx), name)
		if err != nil {
			return edge.NoUser(err, name)
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		return edge.Exists(record.Users.Update(ctx, w, &row), "User with name %s already exists.", row.Doc.Name)
	})
	return &wire.Empty{}, err
}

// briefUser shows a user as lists do: without tags and boundary.
func briefUser(u *record.User) iamapi.User {
	return iamapi.User{Arn: u.ARN(), CreateDate: u.Created, Path: u.Path, UserId: u.ID, UserName: u.Name}
}

func fullUser(u *record.User) iamapi.User {
	out := briefUser(u)
	out.Tags, out.PermissionsBoundary = edge.TagList(u.Tags), boundaryOf(&u.Grants)
	return out
}
