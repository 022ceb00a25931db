package pooluser

import (
	"context"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// maxScan is the rows that a request with a filter without an index looks at; the rest is for the next page, as AWS does it.
const maxScan = 3000

// ListUsers lists the users of a pool, all or those that pass a filter. A page may hold fewer users than asked for although more follow.
func (s *Service) ListUsers(ctx context.Context, in *api.ListUsersRequest) (*api.ListUsersResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	f, err := parseFilter(deref(in.Filter))
	if err != nil {
		return nil, err
	}
	for _, name := range in.AttributesToGet {
		if _, ok := p.Attribute(name); !ok {
			return nil, api.InvalidParameterException.New("One or more requested attributes do not exist.")
		}
	}
	l := pooledge.Listing{"ListUsers", p.ID, deref(in.Filter)}
	after, err := s.edge.Cursor(ctx, l, in.PaginationToken)
	if err != nil {
		return nil, err
	}
	found, next, err := s.search(ctx, p, &f, after, pooledge.Limit(in.Limit, pooledge.PageSize))
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	var only func(string) bool
	if in.AttributesToGet != nil {
		only = func(name string) bool { return slices.Contains(in.AttributesToGet, name) }
	}
	out := &api.ListUsersResponse{Users: []api.UserType{}}
	for i := range found {
		v, err := userView(p, &found[i].Doc, only)
		if err != nil {
			return nil, err
		}
		out.Users = append(out.Users, *v)
	}
	out.PaginationToken, err = s.edge.Token(ctx, l, next)
	return out, err
}

// search gives up to limit users that pass the filter, and where to go on.
func (s *Service) search(ctx context.Context, p *directory.Pool, f *filter, after store.Cursor, limit int) ([]store.Row[directory.User], store.Cursor, error) {
	q, whole := f.query(p)
	q.After = after
	if whole {
		q.Limit = limit
		page, err := directory.Users.List(ctx, s.Store, q)
		return page.Rows, page.Next, err
	}
	var found []store.Row[directory.User]
	for seen := 0; seen < maxScan; {
		q.Limit = limit - len(found) // never more than fit, so that the page's cursor is where this search stops
		page, err := directory.Users.List(ctx, s.Store, q)
		if err != nil {
			return nil, "", err
		}
		for _, row := range page.Rows {
			if f.match(&row.Doc) {
				found = append(found, row)
			}
		}
		seen += len(page.Rows)
		q.After = page.Next
		if page.Next == "" || len(found) == limit {
			break
		}
	}
	return found, q.After, nil
}
