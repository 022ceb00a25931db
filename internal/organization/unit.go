package organization

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// errLoop is a damaged tree: a unit that is below itself, or deeper than units can be.
var errLoop = errors.New("organization: a unit is deeper than the tree")

const duplicateUnit = "An OU with the same name already exists."

// CreateOrganizationalUnit makes a unit below the root or another unit, five deep at most.
func (s *Service) CreateOrganizationalUnit(ctx context.Context, in *api.CreateOrganizationalUnitRequest) (*api.CreateOrganizationalUnitResponse, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	suffix, err := newID(s.Random, "", 8)
	if err != nil {
		return nil, err
	}
	var out *api.CreateOrganizationalUnitResponse
	err = s.change(ctx, func(w store.Writer, o *Organization) error {
		up, err := o.above(ctx, w, in.ParentId)
		if err != nil {
			return found(err, noParent)
		}
		if len(up) > maxDepth {
			return constraint(api.ConstraintViolationExceptionReasonOuDepthLimitExceeded, "You have exceeded the maximum depth of the organizational unit tree.")
		}
		n, err := units.Count(ctx, w, "by_org", o.ID)
		if err != nil {
			return err
		}
		if n >= maxUnits {
			return constraint(api.ConstraintViolationExceptionReasonOuNumberLimitExceeded, "You have exceeded the number of organizational units that you can have in an organization.")
		}
		u := Unit{ID: unitPrefix + o.Root[len(rootPrefix):] + "-" + suffix, Org: o.ID, Parent: in.ParentId, Name: in.Name, Tags: tags}
		if u.SCPs, err = o.attachDefault(ctx, w, u.ID); err != nil {
			return err
		}
		out = &api.CreateOrganizationalUnitResponse{OrganizationalUnit: o.unit(&u)}
		return taken(units.Insert(ctx, w, &u), "by_name", duplicateUnit, api.DuplicateOrganizationalUnitException)
	})
	return out, err
}

func (o *Organization) unit(u *Unit) *api.OrganizationalUnit {
	return &api.OrganizationalUnit{Id: ptr(u.ID), Arn: ptr(o.ARN(u.ID)), Name: ptr(u.Name)}
}

// find gives a unit's row.
func (o *Organization) findUnit(ctx context.Context, r store.Reader, id string) (store.Row[Unit], error) {
	row, err := units.Get(ctx, r, id)
	if err == nil && row.Doc.Org != o.ID {
		err = store.ErrNotFound
	}
	return row, found(err, noUnit)
}

// DescribeOrganizationalUnit tells about a unit.
func (s *Service) DescribeOrganizationalUnit(ctx context.Context, in *api.DescribeOrganizationalUnitRequest) (*api.DescribeOrganizationalUnitResponse, error) {
	var out *api.DescribeOrganizationalUnitResponse
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		row, err := o.findUnit(ctx, r, in.OrganizationalUnitId)
		if err == nil {
			out = &api.DescribeOrganizationalUnitResponse{OrganizationalUnit: o.unit(&row.Doc)}
		}
		return err
	})
	return out, err
}

// UpdateOrganizationalUnit renames a unit.
func (s *Service) UpdateOrganizationalUnit(ctx context.Context, in *api.UpdateOrganizationalUnitRequest) (*api.UpdateOrganizationalUnitResponse, error) {
	var out *api.UpdateOrganizationalUnitResponse
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.findUnit(ctx, w, in.OrganizationalUnitId)
		if err != nil {
			return err
		}
		if in.Name != nil {
			row.Doc.Name = *in.Name
		}
		out = &api.UpdateOrganizationalUnitResponse{OrganizationalUnit: o.unit(&row.Doc)}
		return taken(units.Update(ctx, w, &row), "by_name", duplicateUnit, api.DuplicateOrganizationalUnitException)
	})
	return out, err
}

// DeleteOrganizationalUnit deletes a unit that holds nothing. Its policies are detached.
func (s *Service) DeleteOrganizationalUnit(ctx context.Context, in *api.DeleteOrganizationalUnitRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.findUnit(ctx, w, in.OrganizationalUnitId)
		if err != nil {
			return err
		}
		below, err1 := units.Count(ctx, w, "by_name", row.Doc.ID)
		members, err2 := accounts.Count(ctx, w, "by_parent", row.Doc.ID)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if below+members > 0 {
			return api.OrganizationalUnitNotEmptyException.New("The organizational unit you want to delete is not empty. Move all accounts out and delete all child OUs.")
		}
		if err := o.detachAll(ctx, w, row.Doc.ID, row.Doc.SCPs); err != nil {
			return err
		}
		return units.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// ListOrganizationalUnitsForParent lists the units right below the root or a unit, by name.
func (s *Service) ListOrganizationalUnitsForParent(ctx context.Context, in *api.ListOrganizationalUnitsForParentRequest) (*api.ListOrganizationalUnitsForParentResponse, error) {
	out := &api.ListOrganizationalUnitsForParentResponse{OrganizationalUnits: []api.OrganizationalUnit{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		if _, err := o.parent(ctx, r, in.ParentId); err != nil {
			return found(err, noParent)
		}
		page, token, err := rows(ctx, s.list(in.ParentId, in.NextToken, in.MaxResults), r, units, store.Query{Index: "by_name", Prefix: []string{in.ParentId}})
		for i := range page {
			out.OrganizationalUnits = append(out.OrganizationalUnits, *o.unit(&page[i].Doc))
		}
		out.NextToken = token
		return err
	})
	return out, err
}
