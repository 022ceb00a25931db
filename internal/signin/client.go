package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// door is the client that somebody comes in by, and its pool. Both are shared rows: not to be changed.
type door struct {
	pool   *directory.Pool
	client *directory.Client
}

func clientUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool client %s does not exist.", id)
}

func poolUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool %s does not exist.", id)
}

// open finds a client.
func (s *Service) open(ctx context.Context, clientID string) (door, error) {
	c, err := directory.Clients.GetCached(ctx, s.db, clientID)
	if errors.Is(err, store.ErrNotFound) {
		return door{}, clientUnknown(clientID)
	}
	if err != nil {
		return door{}, err
	}
	p, err := directory.Pools.GetCached(ctx, s.db, c.Doc.PoolID)
	if errors.Is(err, store.ErrNotFound) {
		return door{}, clientUnknown(clientID)
	}
	if err != nil {
		return door{}, err
	}
	return door{&p.Doc, &c.Doc}, nil
}

// openAs finds a client of a pool for an administrator.
func (s *Service) openAs(ctx context.Context, poolID, clientID string) (door, error) {
	if _, err := s.ownPool(ctx, poolID); err != nil {
		return door{}, err
	}
	d, err := s.open(ctx, clientID)
	if err == nil && d.pool.ID != poolID {
		return door{}, clientUnknown(clientID)
	}
	return d, err
}

// ownPool finds a pool of the caller's account. Those of others do not exist.
func (s *Service) ownPool(ctx context.Context, poolID string) (*directory.Pool, error) {
	p, err := directory.Pools.GetCached(ctx, s.db, poolID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, poolUnknown(poolID)
	case err != nil:
		return nil, err
	case p.Doc.Account != caller.PrincipalFrom(ctx).Account:
		return nil, poolUnknown(poolID)
	}
	return &p.Doc, nil
}

func (d door) allows(flow string) bool { return slices.Contains(d.client.Flows, flow) }

// secret opens the client's secret; empty when it has none.
func (s *Service) secret(ctx context.Context, d door) (string, error) {
	if len(d.client.SealedSecret) == 0 {
		return "", nil
	}
	b, err := s.keys.Open(ctx, seal.ClientSecret, d.pool.ID, d.client.SealedSecret, seal.AAD("user_pool_clients", d.client.ID, "secret"))
	if err != nil {
		return "", fmt.Errorf("signin: opening a client secret: %w", err)
	}
	return string(b), nil
}

// checkSecretHash holds a SECRET_HASH against the client's secret, over any of the names that the user goes by
// (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash).
func (s *Service) checkSecretHash(ctx context.Context, d door, given string, names ...string) error {
	secret, err := s.secret(ctx, d)
	if err != nil || secret == "" {
		return err
	}
	if given == "" {
		return api.NotAuthorizedException.New("Client %s is configured with secret but SECRET_HASH was not received", d.client.ID)
	}
	same := 0
	for _, name := range names {
		same |= subtle.ConstantTimeCompare([]byte(srp.SecretHash(secret, name, d.client.ID)), []byte(given))
	}
	if same != 1 {
		return api.NotAuthorizedException.New("Unable to verify secret hash for client %s", d.client.ID)
	}
	return nil
}

// checkSecret holds the secret itself against the client's.
func (s *Service) checkSecret(ctx context.Context, d door, given *string) error {
	secret, err := s.secret(ctx, d)
	if err != nil || secret == "" {
		return err
	}
	if given == nil {
		return api.NotAuthorizedException.New("Client %s is configured with secret but ClientSecret was not received", d.client.ID)
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(*given)) != 1 {
		return api.NotAuthorizedException.New("Unable to verify secret for client %s", d.client.ID)
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
