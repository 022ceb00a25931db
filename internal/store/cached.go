package store

import (
	"context"
	"slices"
)

// uniquePosition returns the position of a unique index.
func (s *schema) uniquePosition(name string) int {
	return slices.Index(s.indexes, s.uniqueIndex(name))
}

// cached returns the shared *Row[T] with these values of a unique index.
func (t *table) cached(ctx context.Context, db *DB, index int, values []string) (any, error) {
	ix := t.s.indexes[index]
	if len(values) != len(ix.cols) {
		t.s.checkArity("index "+ix.name, len(values), len(ix.cols))
	}
	k := newCacheKey(t.s, index, values)
	if e := db.cache.get(&k); e != nil && db.servable(e) {
		return e.row, nil
	}
	return t.fill(ctx, db, k, ix, slices.Clone(values))
}

// fill reads the row and caches it.
func (t *table) fill(ctx context.Context, db *DB, k cacheKey, ix *index, values []string) (any, error) {
	if t.s.uncached {
		panic("store: table " + t.s.name + " is declared uncached")
	}
	if db.tables[t.s.name] != t {
		panic("store: table " + t.s.name + " was not given to Open")
	}
	epoch := db.cache.begin()
	row, s := t.fresh()
	if err := t.find(ctx, db, ix, values, s); err != nil {
		return nil, err
	}
	own := newCacheKey(t.s, 0, t.keyOf(s.doc))
	e := db.cache.put(epoch, own, row, t.expiryMilli(s.doc))
	if e != nil && k.index != 0 {
		db.cache.putAlias(k, e)
	}
	return row, nil
}
