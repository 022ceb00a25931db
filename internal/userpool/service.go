package userpool

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals what is secret at rest and what clients hold for us.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// PoolKeys makes and removes the token signing keys of pools. Making them takes long; they are inserted, and deleted, in the caller's transaction.
type PoolKeys interface {
	NewPoolKeys(poolID, alg string) (insert func(context.Context, store.Writer) error, err error)
	DeletePoolKeys(ctx context.Context, w store.Writer, poolID string) error
}

// Tokens ends the sign-ins of a user, in the caller's transaction.
type Tokens interface {
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Functions knows the functions that triggers can name.
type Functions interface {
	// Known tells whether the server can call a function, named by its ARN.
	Known(arn string) bool
}

// Cleanup removes what another package keeps about a pool, in the transaction that deletes the pool.
type Cleanup func(ctx context.Context, w store.Writer, poolID string) error

// Config is what a Service needs. Every field is required but Functions and Cleanup.
type Config struct {
	Store     *store.DB
	Keys      Keys
	PoolKeys  PoolKeys
	Tokens    Tokens
	Functions Functions // nil: any function can be named
	Cleanup   []Cleanup // of other packages' tables
	// ClientCleanup removes what other packages keep about an app client, in the transaction that deletes it.
	ClientCleanup []func(ctx context.Context, w store.Writer, poolID, clientID string) error
	Now           func() time.Time // the clock
	Random        io.Reader        // source of ids and secrets
	Region        string           // region of requests that name none
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	edge   *pooledge.Edge
	counts userCounts
}

// New makes a Service.
func New(c Config) *Service {
	return &Service{Config: c, edge: &pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}}
}

// updatePool changes a pool in one transaction.
func (s *Service) updatePool(ctx context.Context, id string, change func(*directory.Pool) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := s.edge.Row(ctx, w, id)
		if err != nil {
			return err
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		return directory.Pools.Update(ctx, w, &row)
	})
}

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// texts gives enumeration values as plain strings.
func texts[T ~string](in []T) []string {
	if in == nil {
		return nil
	}
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// typed is the reverse of texts.
func typed[T ~string](in []string) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = T(v)
	}
	return out
}
