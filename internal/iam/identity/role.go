package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// defaultSession is a role's MaxSessionDuration when the request has none, in seconds.
const defaultSession = 3600

// CreateRole makes a role.
func (s *Service) CreateRole(ctx context.Context, in *iamapi.CreateRoleRequest) (*iamapi.CreateRoleResponse, error) {
	tags, err := edge.Tags(nil, in.Tags, "Role")
	if err != nil {
		return nil, err
	}
	if err := freePath(edge.Path(in.Path)); err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixRole)
	if err != nil {
		return nil, err
	}
	max := defaultSession
	if in.MaxSessionDuration != nil {
		max = *in.MaxSessionDuration
	}
	var r record.Role
	err = s.db.Update(ctx, func(w store.Writer) error {
		trust, err := storeTrust(ctx, w, in.AssumeRolePolicyDocument)
		if err != nil {
			return err
		}
		r = record.Role{
			ID: id, Account: account(ctx), Name: in.RoleName, Path: edge.Path(in.Path), Description: text(in.Description),
			Created: s.second(), MaxSession: max, Tags: tags, Trust: trust,
		}
		if err := setBoundary(ctx, w, r.Account, record.KindRole, id, &r.Grants, in.PermissionsBoundary); err != nil {
			return err
		}
		if err := edge.Exists(record.Roles.Insert(ctx, w, &r), "Role with name %s already exists.", in.RoleName); err != nil {
			return err
		}
		return belowRoles(ctx, w, r.Account)
	})
	if err != nil {
		return nil, err
	}
	out, err := s.changedRole(ctx, &r)
	out.Description = nil // AWS leaves it out here
	return &iamapi.CreateRoleResponse{Role: out}, err
}

// GetRole shows a role.
func (s *Service) GetRole(ctx context.Context, in *iamapi.GetRoleRequest) (*iamapi.GetRoleResponse, error) {
	row, err := record.FindRole(ctx, s.db, account(ctx), in.RoleName)
	if err != nil {
		return nil, edge.NoRole(err, in.RoleName)
	}
	out, err := s.fullRole(ctx, s.db, &row.Doc)
	if err != nil {
		return nil, err
	}
	out.RoleLastUsed, err = s.lastUsed(ctx, row.Doc.ID)
	return &iamapi.GetRoleResponse{Role: out}, err
}

// ListRoles lists roles, by name.
func (s *Service) ListRoles(ctx context.Context, in *iamapi.ListRolesRequest) (*iamapi.ListRolesResponse, error) {
	l := s.list(edge.Path(in.PathPrefix), in.Marker, in.MaxItems)
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	keep := edge.PathFilter(in.PathPrefix, func(r *record.Role) string { return r.Path })
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.Roles, q, keep)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListRolesResponse{Roles: make([]iamapi.Role, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		if out.Roles[i], err = s.briefRole(ctx, s.db, &page[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// UpdateRole changes a role's description and the longest duration of its sessions. Of a role that belongs to AWS, only the description can
// be changed (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-service-linked-role.html).
func (s *Service) UpdateRole(ctx context.Context, in *iamapi.UpdateRoleRequest) (*iamapi.UpdateRoleResponse, error) {
	_, err := s.changeRole(ctx, in.RoleName, func(_ store.Writer, r *record.Role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			if err := edge.Modifiable(r); err != nil {
				return err
			}
			r.MaxSession = *in.MaxSessionDuration
		}
		return nil
	})
	return &iamapi.UpdateRoleResponse{}, err
}

// UpdateRoleDescription changes a role's description.
func (s *Service) UpdateRoleDescription(ctx context.Context, in *iamapi.UpdateRoleDescriptionRequest) (*iamapi.UpdateRoleDescriptionResponse, error) {
	r, err := s.changeRole(ctx, in.RoleName, func(_ store.Writer, r *record.Role) error {
		r.Description = in.Description
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := s.changedRole(ctx, r)
	return &iamapi.UpdateRoleDescriptionResponse{Role: &out}, err
}

// UpdateAssumeRolePolicy replaces a role's trust policy.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, in *iamapi.UpdateAssumeRolePolicyRequest) (*wire.Empty, error) {
	_, err := s.changeRole(ctx, in.RoleName, func(w store.Writer, r *record.Role) (err error) {
		if err := edge.Modifiable(r); err != nil {
			return err
		}
		r.Trust, err = storeTrust(ctx, w, in.PolicyDocument)
		return err
	})
	return &wire.Empty{}, err
}

// DeleteRole deletes a role that is in no instance profile and has no policies left. Its sessions end with it.
func (s *Service) DeleteRole(ctx context.Context, in *iamapi.DeleteRoleRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.FindRole(ctx, w, account(ctx), in.RoleName)
		if err != nil {
			return edge.NoRole(err, in.RoleName)
		}
		r := &row.Doc
		if err := edge.Modifiable(r); err != nil {
			return err
		}
		profiles, err := record.InstanceProfiles.Count(ctx, w, "by_role", r.ID)
		if err != nil {
			return err
		}
		if profiles > 0 {
			return edge.Conflict("remove roles from instance profile")
		}
		if err := deletable(&r.Grants); err != nil {
			return err
		}
		if err := dropBoundary(ctx, w, r.Account, record.KindRole, r.ID, &r.Grants); err != nil {
			return err
		}
		return record.Roles.Delete(ctx, w, r.ID)
	})
	return &wire.Empty{}, err
}

// TagRole adds tags to a role.
func (s *Service) TagRole(ctx context.Context, in *iamapi.TagRoleRequest) (*wire.Empty, error) {
	_, err := s.changeRole(ctx, in.RoleName, func(_ store.Writer, r *record.Role) (err error) {
		r.Tags, err = edge.Tags(r.Tags, in.Tags, "Role")
		return err
	})
	return &wire.Empty{}, err
}

// UntagRole takes tags from a role.
func (s *Service) UntagRole(ctx context.Context, in *iamapi.UntagRoleRequest) (*wire.Empty, error) {
	_, err := s.changeRole(ctx, in.RoleName, func(_ store.Writer, r *record.Role) error {
		r.Tags = edge.Untag(r.Tags, in.TagKeys)
		return nil
	})
	return &wire.Empty{}, err
}

// ListRoleTags lists the tags of a role.
func (s *Service) ListRoleTags(ctx context.Context, in *iamapi.ListRoleTagsRequest) (*iamapi.ListRoleTagsResponse, error) {
	row, err := record.FindRole(ctx, s.db, account(ctx), in.RoleName)
	if err != nil {
		return nil, edge.NoRole(err, in.RoleName)
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ID, in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListRoleTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// changeRole reads a role, changes it and writes it in one transaction.
func (s *Service) changeRole(ctx context.Context, name string, change func(store.Writer, *record.Role) error) (*record.Role, error) {
	var row store.Row[record.Role]
	err := s.db.Update(ctx, func(w store.Writer) (err error) {
		if row, err = record.FindRole(ctx, w, account(ctx), name); err != nil {
			return edge.NoRole(err, name)
		}
		if err := change(w, &row.Doc); err != nil {
			return err
		}
		return record.Roles.Update(ctx, w, &row)
	})
	return &row.Doc, err
}
