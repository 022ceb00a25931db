package store

import (
	"context"
	"iter"
	"time"
)

// Table is a declared table. It is immutable and safe for concurrent use.
//
// The compiler makes a copy of generic code for every document type, and a
// program declares dozens. So the methods here only put a type on what the
// core does, and those whose form holds no type are the core's own.
type Table[T any] struct{ table }

// table is a Table without the type of its documents: a doc is always the *T
// of the declaration.
type table struct {
	s       *schema
	cols    []colFunc // parallel to s.cols
	expires func(doc any) time.Time
	fresh   func() (row any, s slot) // makes a *Row[T]
}

// colFunc computes one physical column from its declarations. Those that are
// present must agree; when none is, the column is NULL.
type colFunc []struct {
	value   func(doc any) string
	present func(doc any) bool // nil is always
}

// AnyTable is a declared table of any document type.
type AnyTable interface{ core() *table }

func (t *table) core() *table { return t }

// Row is a stored document and its version. The version starts at 1 and grows
// by one with every update.
type Row[T any] struct {
	Doc     T
	Version int64
}

// slot is where the parts of a row are, for the core to read and write.
type slot struct {
	doc     any // *T
	version *int64
}

func (r *Row[T]) slot() slot { return slot{&r.Doc, &r.Version} }

// Get returns the row with this key, or ErrNotFound.
func (t *Table[T]) Get(ctx context.Context, r Reader, key ...string) (Row[T], error) {
	var row Row[T]
	err := t.find(ctx, r, t.s.indexes[0], key, row.slot())
	return row, err
}

// Find returns the row with these values of a unique index, or ErrNotFound.
func (t *Table[T]) Find(ctx context.Context, r Reader, index string, values ...string) (Row[T], error) {
	var row Row[T]
	err := t.find(ctx, r, t.s.uniqueIndex(index), values, row.slot())
	return row, err
}

// GetCached returns the row with this key, or ErrNotFound, from memory when it
// can. The row is shared: the caller must not change it or anything it points
// to. It shows every change committed on this node, and those of other nodes
// within a second; while the store cannot be reached, rows that are known are
// served for Options.StaleFor and others are an error. For decisions that must
// be exact, use Get.
func (t *Table[T]) GetCached(ctx context.Context, db *DB, key ...string) (*Row[T], error) {
	row, err := t.cached(ctx, db, 0, key)
	if err != nil {
		return nil, err
	}
	return row.(*Row[T]), nil
}

// FindCached is GetCached by the values of a unique index.
func (t *Table[T]) FindCached(ctx context.Context, db *DB, index string, values ...string) (*Row[T], error) {
	row, err := t.cached(ctx, db, t.s.uniquePosition(index), values)
	if err != nil {
		return nil, err
	}
	return row.(*Row[T]), nil
}

// Page is one page of rows.
type Page[T any] struct {
	Rows []Row[T]
	Next Cursor // "" at the end
}

// List returns a page. Paging is by key, not by offset: a row that exists
// throughout is returned exactly once, whatever else is written between pages.
func (t *Table[T]) List(ctx context.Context, r Reader, q Query) (Page[T], error) {
	var rows []Row[T]
	n, next, err := t.list(ctx, r, q, func(i int) slot {
		rows = append(rows[:i], Row[T]{})
		return rows[i].slot()
	})
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{rows[:n], next}, nil
}

// All yields every row of a query, page by page; q.Limit is the page size. On a
// DB the pages are separate reads, in a transaction they are one snapshot.
func (t *Table[T]) All(ctx context.Context, r Reader, q Query) iter.Seq2[Row[T], error] {
	return func(yield func(Row[T], error) bool) {
		for {
			page, err := t.List(ctx, r, q)
			if err != nil {
				yield(Row[T]{}, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}

// Insert stores a new row with version 1. It returns an *ExistsError naming the
// key or the unique index that is taken; the transaction goes on after it. A
// row past its expiry is not in the way.
func (t *Table[T]) Insert(ctx context.Context, w Writer, doc *T) error {
	return t.insert(ctx, w, doc)
}

// Update stores a changed document if the row still has row.Version, which
// then grows by one; otherwise it returns ErrConflict (the row moved, expired
// or is gone). It returns an *ExistsError when the new value of a unique index
// is taken. The key must be the one the row was read with.
func (t *Table[T]) Update(ctx context.Context, w Writer, row *Row[T]) error {
	return t.update(ctx, w, row.slot())
}

// Upsert stores the document whether or not a row with its key exists. An
// existing row's version grows by one. It returns an *ExistsError when the
// value of another unique index is taken.
func (t *Table[T]) Upsert(ctx context.Context, w Writer, doc *T) error {
	return t.upsert(ctx, w, doc)
}

// Take removes a row and returns it, or ErrNotFound: the consume-once read. Of
// any number of callers, over all nodes, exactly one gets the row.
func (t *Table[T]) Take(ctx context.Context, w Writer, key ...string) (Row[T], error) {
	var row Row[T]
	if err := t.take(ctx, w, key, row.slot()); err != nil {
		return Row[T]{}, err
	}
	return row, nil
}
