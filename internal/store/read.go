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

func (s *schema) uniqueIndex(name string) *index {
	ix := s.index(name)
	if !ix.unique {
		panic("store: table " + s.name + ": index " + name + " is not unique")
	}
	return ix
}

// find reads the row with these values of a unique index into a slot.
func (t *table) find(ctx context.Context, r Reader, ix *index, values []string, to slot) error {
	t.s.checkArity("index "+ix.name, len(values), len(ix.cols))
	args, ok := lookup(values, 1)
	if !ok {
		return ErrNotFound
	}
	err := t.one(ctx, r, ix.find, t.s.liveArg(args, r.now()), to)
	if x, ok := r.(*tx); ok && x.writes && err == nil {
		if vals, err := t.columns(to.doc, 1); err == nil {
			x.remember(t.s, *to.version, append(vals, t.expiry(to.doc)))
		}
	}
	return err
}

// one runs a statement that yields "doc", "version" of at most one row.
func (t *table) one(ctx context.Context, r Reader, sql string, args []any, to slot) error {
	found := false
	err := r.access(ctx, func(c Conn) error {
		found = false
		return c.Query(ctx, sql, args, func(v Values) error {
			found = true
			*to.version = v.Int(1)
			return t.unmarshal(v.Bytes(0), to.doc)
		})
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// Count returns how many live rows have these leading values of an index (""
// is the key order).
func (t *table) Count(ctx context.Context, r Reader, index string, prefix ...string) (int64, error) {
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
