package organization

import (
	"context"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ListChildren lists the units or the accounts right below the root or a unit.
func (s *Service) ListChildren(ctx context.Context, in *api.ListChildrenRequest) (*api.ListChildrenResponse, error) {
	out := &api.ListChildrenResponse{Children: []api.Child{}}
	add := func(id string) {
		out.Children = append(out.Children, api.Child{Id: &id, Type: ptr(in.ChildType)})
	}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		if _, err := o.parent(ctx, r, in.ParentId); err != nil {
			return found(err, noParent)
		}
		l := s.list(in.ParentId+" "+string(in.ChildType), in.NextToken, in.MaxResults)
		if in.ChildType == api.ChildTypeOrganizationalUnit {
			page, token, err := rows(ctx, l, r, units, store.Query{Index: "by_name", Prefix: []string{in.ParentId}})
			for i := range page {
				add(page[i].Doc.ID)
			}
			out.NextToken = token
			return err
		}
		page, token, err := rows(ctx, l, r, accounts, store.Query{Index: "by_parent", Prefix: []string{in.ParentId}})
		for i := range page {
			add(page[i].Doc.ID)
		}
		out.NextToken = token
		return err
	})
	return out, err
}

// ListParents tells the one parent of a unit or an account.
func (s *Service) ListParents(ctx context.Context, in *api.ListParentsRequest) (*api.ListParentsResponse, error) {
	out := &api.ListParentsResponse{Parents: []api.Parent{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		if strings.HasPrefix(in.ChildId, rootPrefix) {
			return noChild()
		}
		n, err := o.target(ctx, r, in.ChildId)
		if err != nil {
			return found(err, noChild)
		}
		parents, token, err := slice(ctx, s.list(in.ChildId, in.NextToken, in.MaxResults), []string{n.parent})
		for _, id := range parents {
			out.Parents = append(out.Parents, api.Parent{Id: &id, Type: ptr(parentType(id))})
		}
		out.NextToken = token
		return err
	})
	return out, err
}
