package store

import (
	"context"
	"slices"
)

// GetCached returns the row with this key, or ErrNotFound, from memory when it
// can. The row is shared: the caller must not change it or anything it points
// to. It shows every change committed on this node, and those of other nodes
// within a second; while the store cannot be reached, rows that are known are
// served for Options.StaleFor and others are an error. For decisions that must
// be exact, use Get.
func (t *Table[T]) GetCached(ctx context.Context, db *DB, key ...string) (*Row[T], error) {
	return t.cached(ctx, db, 0, key)
}

// FindCached is GetCached by the values of a unique index.
func (t *Table[T]) FindCached(ctx context.Context, db *DB, index string, values ...string) (*Row[T], error) {
	ix := t.s.uniqueIndex(index)
	return t.cached(ctx, db, slices.Index(t.s.indexes, ix), values)
}

func (t *Table[T]) cached(ctx context.Context, db *DB, index int, values []string) (*Row[T], error) {
	ix := t.s.indexes[index]
	if len(values) != len(ix.cols) {
		t.s.checkArity("index "+ix.name, len(values), len(ix.cols))
	}
	k := newCacheKey(t.s, index, values)
	if e := db.cache.get(&k); e != nil && db.servable(e) {
		return e.row.(*Row[T]), nil
	}
	return t.fill(ctx, db, k, ix, slices.Clone(values))
}

// fill reads the row and caches it.
func (t *Table[T]) fill(ctx context.Context, db *DB, k cacheKey, ix *index, values []string) (*Row[T], error) {
	if t.s.uncached {
		panic("store: table " + t.s.name + " is declared uncached")
	}
	if db.tables[t.s.name] != AnyTable(t) {
		panic("store: table " + t.s.name + " was not given to Open")
	}
	epoch := db.cache.begin()
	found, err := t.find(ctx, db, ix, values)
	if err != nil {
		return nil, err
	}
	row := &found
	own := newCacheKey(t.s, 0, t.keyOf(&row.Doc))
	e := db.cache.put(epoch, own, row, t.expiryMilli(&row.Doc))
	if e != nil && k.index != 0 {
		db.cache.putAlias(k, e)
	}
	return row, nil
}
