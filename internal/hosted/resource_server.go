package hosted

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// maxResourceServers is the most that AWS raises the quota of a pool to
// (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#resource-quotas).
const maxResourceServers = 300

// maxServerPage bounds a page of ListResourceServers.
const maxServerPage = 50

// CreateResourceServer adds an API to a pool, with the scopes that access tokens may carry for it.
func (s *Service) CreateResourceServer(ctx context.Context, in *api.CreateResourceServerRequest) (*api.CreateResourceServerResponse, error) {
	r := &directory.ResourceServer{PoolID: in.UserPoolId, Identifier: in.Identifier, Name: in.Name}
	var err error
	if r.Scopes, err = scopes(in.Scopes); err != nil {
		return nil, err
	}
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		n, err := directory.ResourceServers.Count(ctx, w, "", p.ID)
		if err != nil {
			return err
		}
		if n >= maxResourceServers {
			return api.LimitExceededException.New("Exceeded limit of %d resource servers per user pool.", maxResourceServers)
		}
		err = directory.ResourceServers.Insert(ctx, w, r)
		if errors.Is(err, store.ErrExists) {
			return api.InvalidParameterException.New("%s already exists in user pool %s.", in.Identifier, p.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateResourceServerResponse{ResourceServer: *resourceServerView(r)}, nil
}

// scopes takes the scopes in the order given. A name counts once.
func scopes(in []api.ResourceServerScopeType) ([]directory.Scope, error) {
	var out []directory.Scope
	seen := make(map[string]bool, len(in))
	for _, sc := range in {
		if seen[sc.ScopeName] {
			return nil, api.InvalidParameterException.New("Scope %s is given more than once.", sc.ScopeName)
		}
		seen[sc.ScopeName] = true
		out = append(out, directory.Scope{Name: sc.ScopeName, Description: sc.ScopeDescription})
	}
	return out, nil
}

func resourceServerError(err error, identifier string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("Resource server %s does not exist.", identifier)
	}
	return err
}

// DescribeResourceServer shows a resource server.
func (s *Service) DescribeResourceServer(ctx context.Context, in *api.DescribeResourceServerRequest) (*api.DescribeResourceServerResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := directory.ResourceServers.Get(ctx, s.Store, p.ID, in.Identifier)
	if err != nil {
		return nil, resourceServerError(err, in.Identifier)
	}
	return &api.DescribeResourceServerResponse{ResourceServer: *resourceServerView(&row.Doc)}, nil
}

// UpdateResourceServer replaces name and scopes. As with AWS, no scopes given are no scopes.
func (s *Service) UpdateResourceServer(ctx context.Context, in *api.UpdateResourceServerRequest) (*api.UpdateResourceServerResponse, error) {
	list, err := scopes(in.Scopes)
	if err != nil {
		return nil, err
	}
	var r directory.ResourceServer
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		row, err := directory.ResourceServers.Get(ctx, w, p.ID, in.Identifier)
		if err != nil {
			return resourceServerError(err, in.Identifier)
		}
		row.Doc.Name, row.Doc.Scopes = in.Name, list
		r = row.Doc
		return directory.ResourceServers.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateResourceServerResponse{ResourceServer: *resourceServerView(&r)}, nil
}

// DeleteResourceServer removes a resource server. Clients that were allowed its scopes get no more tokens with them.
func (s *Service) DeleteResourceServer(ctx context.Context, in *api.DeleteResourceServerRequest) (*wire.Empty, error) {
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		return resourceServerError(directory.ResourceServers.Delete(ctx, w, p.ID, in.Identifier), in.Identifier)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// ListResourceServers lists the resource servers of a pool by identifier.
func (s *Service) ListResourceServers(ctx context.Context, in *api.ListResourceServersRequest) (*api.ListResourceServersResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListResourceServers", p.ID}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.ResourceServers.List(ctx, s.Store, store.Query{Prefix: []string{p.ID}, After: after, Limit: pooledge.Limit(in.MaxResults, maxServerPage)})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListResourceServersResponse{ResourceServers: []api.ResourceServerType{}}
	for i := range page.Rows {
		out.ResourceServers = append(out.ResourceServers, *resourceServerView(&page.Rows[i].Doc))
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}

func resourceServerView(r *directory.ResourceServer) *api.ResourceServerType {
	out := &api.ResourceServerType{Identifier: &r.Identifier, Name: &r.Name, UserPoolId: &r.PoolID, Scopes: []api.ResourceServerScopeType{}}
	for _, sc := range r.Scopes {
		out.Scopes = append(out.Scopes, api.ResourceServerScopeType{ScopeName: sc.Name, ScopeDescription: sc.Description})
	}
	return out
}
