package store

import (
	"context"
	"time"
)

// Reader reads: the *DB itself (each call sees the newest committed state), or
// the transaction given to a View or Update closure.
type Reader interface {
	// access runs f on the reader's connection.
	access(ctx context.Context, f func(Conn) error) error
	// now is the instant that decides what has expired.
	now() time.Time
}

// Get returns the row with this key, or ErrNotFound.
func (t *Table[T]) Get(ctx context.Context, r Reader, key ...string) (Row[T], error) {
	return t.find(ctx, r, t.s.indexes[0], key)
}

// Find returns the row with these values of a unique index, or ErrNotFound.
func (t *Table[T]) Find(ctx context.Context, r Reader, index string, values ...string) (Row[T], error) {
	return t.find(ctx, r, t.s.uniqueIndex(index), values)
}

func (s *schema) uniqueIndex(name string) *index {
	ix := s.index(name)
	if !ix.unique {
		panic("store: table " + s.name + ": index " + name + " is not unique")
	}
	return ix
}

func (t *Table[T]) find(ctx context.Context, r Reader, ix *index, values []string) (Row[T], error) {
	var row Row[T]
	t.s.checkArity("index "+ix.name, len(values), len(ix.cols))
	args, ok := lookup(values, 1)
	if !ok {
		return row, ErrNotFound
	}
	err := t.one(ctx, r, ix.find, t.s.liveArg(args, r.now()), &row)
	if x, ok := r.(*tx); ok && x.writes && err == nil {
		if vals, err := t.columns(&row.Doc, 1); err == nil {
			x.remember(t.s, row.Version, append(vals, t.expiry(&row.Doc)))
		}
	}
	return row, err
}

// one runs a statement that yields "doc", "version" of at most one row.
func (t *Table[T]) one(ctx context.Context, r Reader, sql string, args []any, row *Row[T]) error {
	found := false
	err := r.access(ctx, func(c Conn) error {
		found = false
		return c.Query(ctx, sql, args, func(v Values) error {
			found = true
			row.Version = v.Int(1)
			return t.unmarshal(v.Bytes(0), &row.Doc)
		})
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// Count returns how many live rows have these leading values of an index (""
// is the key order).
func (t *Table[T]) Count(ctx context.Context, r Reader, index string, prefix ...string) (int64, error) {
	ix := t.s.index(index)
	args, ok := t.s.prefixArgs(ix, prefix)
	if !ok {
		return 0, nil
	}
	var b sqlText
	b.add("SELECT COUNT(*) FROM ", quote(t.s.name))
	t.s.where(&b, ix, len(prefix))
	t.s.live(&b)
	var n int64
	err := r.access(ctx, func(c Conn) error {
		return c.Query(ctx, b.String(), t.s.liveArg(args, r.now()), func(v Values) error {
			n = v.Int(0)
			return nil
		})
	})
	return n, err
}

// prefixArgs turns leading index values into arguments; false when no stored
// row can have them.
func (s *schema) prefixArgs(ix *index, prefix []string) ([]any, bool) {
	if len(prefix) > len(ix.cols) {
		s.checkArity("index "+ix.name, len(prefix), len(ix.cols))
	}
	return lookup(prefix, 8)
}

// where writes the condition for the first n columns of an index.
func (s *schema) where(b *sqlText, ix *index, n int) {
	b.add(" WHERE 1 = 1")
	if n > 0 {
		b.add(" AND ")
		s.equal(b, ix.cols[:n])
	}
	s.inIndex(b, ix)
}
