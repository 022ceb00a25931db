package userpool

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// maxClients is Cognito's quota of app clients in a pool (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
const maxClients = 1000

// CreateUserPoolClient makes an app client. Its secret, if it has one, is stored sealed.
func (s *Service) CreateUserPoolClient(ctx context.Context, in *api.CreateUserPoolClientRequest) (*api.CreateUserPoolClientResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	now := s.now()
	c := &directory.Client{PoolID: p.ID, Name: in.ClientName, Created: now, Modified: now}
	if c.ID, err = s.newClientID(p, c.Name); err != nil {
		return nil, err
	}
	secret, err := s.newSecret(c, in)
	if err != nil {
		return nil, err
	}
	if err := applyClient(p, c, in, "creating"); err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := s.edge.Row(ctx, w, p.ID); err != nil { // it may be on its way out
			return err
		}
		if err := checkNames(ctx, w, p, c); err != nil {
			return err
		}
		have, err := directory.Clients.Count(ctx, w, "by_pool", p.ID)
		if err != nil {
			return err
		}
		if have >= maxClients {
			return api.LimitExceededException.New("A user pool can have at most %d app clients.", maxClients)
		}
		return s.insertClient(ctx, w, c)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolClientResponse{UserPoolClient: clientView(c, secret)}, nil
}

// DescribeUserPoolClient shows an app client with its secret.
func (s *Service) DescribeUserPoolClient(ctx context.Context, in *api.DescribeUserPoolClientRequest) (*api.DescribeUserPoolClientResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	row, err := clientRow(ctx, s.Store, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	secret, err := s.openSecret(ctx, &row.Doc)
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserPoolClientResponse{UserPoolClient: clientView(&row.Doc, secret)}, nil
}

// clientRow reads a client of a pool. A client of another pool does not exist.
func clientRow(ctx context.Context, r store.Reader, poolID, clientID string) (store.Row[directory.Client], error) {
	row, err := directory.Clients.Get(ctx, r, clientID)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.PoolID != poolID {
		return row, api.ResourceNotFoundException.New("User pool client %s does not exist.", clientID)
	}
	return row, err
}

// UpdateUserPoolClient replaces the settings of an app client. What is absent goes back to its default, as with AWS, except for the name.
func (s *Service) UpdateUserPoolClient(ctx context.Context, in *api.UpdateUserPoolClientRequest) (*api.UpdateUserPoolClientResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	var c directory.Client
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := clientRow(ctx, w, p.ID, in.ClientId)
		if err != nil {
			return err
		}
		if in.ClientName != nil {
			row.Doc.Name = *in.ClientName
		}
		if err := applyClient(p, &row.Doc, settingsOf(in), "updating"); err != nil {
			return err
		}
		if err := checkNames(ctx, w, p, &row.Doc); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		c = row.Doc
		return directory.Clients.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	secret, err := s.openSecret(ctx, &c)
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolClientResponse{UserPoolClient: clientView(&c, secret)}, nil
}

// DeleteUserPoolClient removes an app client. Its tokens end with it, because everything that reads them asks for the client.
func (s *Service) DeleteUserPoolClient(ctx context.Context, in *api.DeleteUserPoolClientRequest) (*wire.Empty, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	err := s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := clientRow(ctx, w, in.UserPoolId, in.ClientId); err != nil {
			return err
		}
		if err := directory.RetiredClients.Insert(ctx, w, &directory.RetiredClient{ID: in.ClientId, PoolID: in.UserPoolId}); err != nil {
			return err
		}
		for _, clean := range s.ClientCleanup {
			if err := clean(ctx, w, in.UserPoolId, in.ClientId); err != nil {
				return err
			}
		}
		return directory.Clients.Delete(ctx, w, in.ClientId)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// ListUserPoolClients lists the app clients of a pool by name.
func (s *Service) ListUserPoolClients(ctx context.Context, in *api.ListUserPoolClientsRequest) (*api.ListUserPoolClientsResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListUserPoolClients", p.ID}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.Clients.List(ctx, s.Store, store.Query{Index: "by_pool", Prefix: []string{p.ID}, After: after, Limit: pooledge.Limit(in.MaxResults, pooledge.PageSize)})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListUserPoolClientsResponse{UserPoolClients: []api.UserPoolClientDescription{}}
	for i := range page.Rows {
		c := &page.Rows[i].Doc
		out.UserPoolClients = append(out.UserPoolClients, api.UserPoolClientDescription{ClientId: &c.ID, ClientName: &c.Name, UserPoolId: &c.PoolID})
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}
