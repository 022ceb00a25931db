package pooledge

import (
	"context"
	"errors"
	"maps"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals page tokens.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Edge looks pools up. Every field is required. It is safe for concurrent use.
type Edge struct {
	Store  *store.DB
	Keys   Keys
	Region string // RegionOf of requests that name none
}

// RegionOf is the region of the request.
func (e *Edge) RegionOf(ctx context.Context) string {
	if r := caller.RequestFrom(ctx).Region; r != "" {
		return r
	}
	return e.Region
}

// Pool gives the record of a pool of the caller's account and region. It is shared: callers must not change it.
func (e *Edge) Pool(ctx context.Context, id string) (*directory.Pool, error) {
	row, err := directory.Pools.GetCached(ctx, e.Store, id)
	if err != nil {
		return nil, unknown(err, id)
	}
	return &row.Doc, e.own(ctx, &row.Doc)
}

// Row reads a pool in a transaction, so that what is written beside it is not written for a pool that has gone.
func (e *Edge) Row(ctx context.Context, r store.Reader, id string) (store.Row[directory.Pool], error) {
	row, err := directory.Pools.Get(ctx, r, id)
	if err != nil {
		return row, unknown(err, id)
	}
	return row, e.own(ctx, &row.Doc)
}

// Update runs a change in one transaction in which the pool is there.
func (e *Edge) Update(ctx context.Context, id string, change func(w store.Writer, p *directory.Pool) error) error {
	return e.Store.Update(ctx, func(w store.Writer) error {
		row, err := e.Row(ctx, w, id)
		if err != nil {
			return err
		}
		return change(w, &row.Doc)
	})
}

// Client gives an app client of a pool. The client of another pool does not exist.
func (e *Edge) Client(ctx context.Context, r store.Reader, poolID, id string) (*directory.Client, error) {
	row, err := directory.Clients.Get(ctx, r, id)
	if err == nil && row.Doc.PoolID != poolID {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.ResourceNotFoundException.New("User pool client %s does not exist.", id)
	}
	return &row.Doc, err
}

// own refuses the pools of other accounts and regions just as those that do not exist.
func (e *Edge) own(ctx context.Context, p *directory.Pool) error {
	if p.Account != caller.PrincipalFrom(ctx).Account || p.Region != e.RegionOf(ctx) {
		return unknown(store.ErrNotFound, p.ID)
	}
	return nil
}

func unknown(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("User pool %s does not exist.", id)
	}
	return err
}

// OnPool is the ask of an operation on one pool, named by its id.
func OnPool[In any](e *Edge, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		return e.Ask(ctx, id(in), nil)
	}
}

// Ask asks for a pool by the ARN it has, or would have in the caller's account: whether it is there is for those who may know. keys are context keys of the
// request; nil: none. Tags that cannot be read are an error: a policy may deny by them.
func (e *Edge) Ask(ctx context.Context, id string, keys iampolicy.MapContext) ([]caller.Ask, error) {
	p := &directory.Pool{ID: id, Account: caller.PrincipalFrom(ctx).Account, Region: e.RegionOf(ctx)}
	all := iampolicy.MapContext{}
	known, err := e.Pool(ctx, id)
	switch {
	case err == nil:
		p = known
		caller.AddTags(all, "aws:resourcetag/", known.Tags)
	case !errors.Is(err, api.ResourceNotFoundException):
		return nil, err
	}
	maps.Copy(all, keys)
	return []caller.Ask{{Resource: ARN(p), Context: all}}, nil
}

// ARN is the ARN of a pool.
func ARN(p *directory.Pool) string {
	return "arn:aws:cognito-idp:" + p.Region + ":" + p.Account + ":userpool/" + p.ID
}
