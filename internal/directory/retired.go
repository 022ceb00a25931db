package directory

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// RetiredPool remembers the id of a pool that was deleted. Issuers, trust policies and identity pools of others name pools by id, so that an
// id is never handed to another account. The account that had it may choose it again: nothing of the old pool is left by then, and the new
// one has other keys.
type RetiredPool struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Deleted time.Time `json:"deleted"`
}

// RetiredPools is the table of ids of deleted pools.
var RetiredPools = store.NewTable("retired_user_pools", store.Spec[RetiredPool]{
	Key: []store.Column[RetiredPool]{{Name: "id", Value: func(r *RetiredPool) string { return r.ID }}},
})

// RetiredClient remembers the id of an app client that was deleted while its pool lives: tokens that were issued for it are not to come
// to life again under a client that takes its id.
type RetiredClient struct {
	ID     string `json:"id"`
	PoolID string `json:"poolId"`
}

// RetiredClients is the table of ids of deleted app clients. They go with their pool, and with it all that was issued.
var RetiredClients = store.NewTable("retired_app_clients", store.Spec[RetiredClient]{
	Key:     []store.Column[RetiredClient]{{Name: "id", Value: func(r *RetiredClient) string { return r.ID }}},
	Indexes: []store.Index[RetiredClient]{{Name: "by_pool", Columns: []store.Column[RetiredClient]{{Name: "pool_id", Value: func(r *RetiredClient) string { return r.PoolID }}}}},
})

// ErrRetired says that an id belonged to something that is gone, and cannot be had.
var ErrRetired = errors.New("directory: the id was used before")

// PoolIDFree tells whether a new pool of an account can have an id: nil, ErrRetired, or a failure of the store. That no living pool has it the
// store sees at the insertion.
func PoolIDFree(ctx context.Context, r store.Reader, account, id string) error {
	row, err := RetiredPools.Get(ctx, r, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err == nil && row.Doc.Account != account:
		return ErrRetired
	}
	return err
}

// ClientIDFree tells whether a new app client can have an id: nil, ErrRetired, or a failure of the store. That no living client has it the store
// sees at the insertion.
func ClientIDFree(ctx context.Context, r store.Reader, id string) error {
	_, err := RetiredClients.Get(ctx, r, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err == nil:
		return ErrRetired
	}
	return err
}
