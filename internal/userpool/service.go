package userpool

import (
	"context"
	"errors"
	"io"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
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
	counts userCounts
}

// New makes a Service.
func New(c Config) *Service { return &Service{Config: c} }

// region is the region of the request.
func (s *Service) region(ctx context.Context) string {
	if r := caller.RequestFrom(ctx).Region; r != "" {
		return r
	}
	return s.Region
}

// pool gives the record of a pool of the caller's account and region. It is shared: callers must not change it.
func (s *Service) pool(ctx context.Context, id string) (*directory.Pool, error) {
	row, err := directory.Pools.GetCached(ctx, s.Store, id)
	if err != nil {
		return nil, poolError(err, id)
	}
	return &row.Doc, s.own(ctx, &row.Doc)
}

// poolRow reads a pool in a transaction, to change it.
func (s *Service) poolRow(ctx context.Context, r store.Reader, id string) (store.Row[directory.Pool], error) {
	row, err := directory.Pools.Get(ctx, r, id)
	if err != nil {
		return row, poolError(err, id)
	}
	return row, s.own(ctx, &row.Doc)
}

// own refuses the pools of other accounts and regions just as those that do not exist.
func (s *Service) own(ctx context.Context, p *directory.Pool) error {
	if p.Account != caller.PrincipalFrom(ctx).Account || p.Region != s.region(ctx) {
		return poolError(store.ErrNotFound, p.ID)
	}
	return nil
}

func poolError(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("User pool %s does not exist.", id)
	}
	return err
}

// updatePool changes a pool in one transaction.
func (s *Service) updatePool(ctx context.Context, id string, change func(*directory.Pool) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := s.poolRow(ctx, w, id)
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

// poolARN is the ARN of a pool.
func poolARN(p *directory.Pool) string {
	return "arn:aws:cognito-idp:" + p.Region + ":" + p.Account + ":userpool/" + p.ID
}

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

// deref gives the value of an optional member, or its zero value.
func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// optional gives a member that is left out when it is zero.
func optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// pageSize is how many rows a page has when none is asked for, and at most.
const pageSize = 60

// limitOf gives the rows of a page; 0 and absent stand for the most.
func limitOf(n *int) int {
	if deref(n) == 0 {
		return pageSize
	}
	return *n
}
