package store

import (
	"context"
	"slices"
)

func (t *table) insert(ctx context.Context, w Writer, doc any) error {
	args, err := t.encode(doc, w.tx().shape(t.s), 1)
	if err != nil {
		return err
	}
	err = w.access(ctx, func(c Conn) error {
		return t.guarded(ctx, c, w, args, t.s.indexes, func() (int64, error) {
			return c.Exec(ctx, t.s.insert, args...)
		})
	})
	if err == nil {
		w.tx().note(t.s, t.keyOf(doc))
	}
	return err
}

func (t *table) update(ctx context.Context, w Writer, row slot) error {
	vals, err := t.columns(row.doc, 5)
	if err != nil {
		return err
	}
	cols, shape := vals, w.tx().shape(t.s)
	text, err := t.marshal(row.doc)
	if err != nil {
		return err
	}
	expiry := t.expiry(row.doc)
	vals = append(slices.Clone(cols), expiry)
	key := vals[:t.s.key:t.s.key]
	err = w.access(ctx, func(c Conn) error {
		if w.tx().unchanged(t.s, *row.version, vals) {
			args := t.s.liveArg(append(key, shape, text, *row.version), w.now())
			n, err := c.Exec(ctx, t.s.updateDoc, args...)
			if err == nil && n == 0 {
				err = ErrConflict
			}
			return err
		}
		args := t.s.liveArg(append(cols, shape, expiry, text, *row.version), w.now())
		return t.guarded(ctx, c, w, args, t.s.indexes[1:], func() (int64, error) {
			n, err := c.Exec(ctx, t.s.update, args...)
			if err != nil || n == 1 {
				return n, err
			}
			version, err := t.probe(ctx, c, w, key)
			if err == nil && version != *row.version {
				err = ErrConflict
			}
			return 0, err
		})
	})
	if err == nil {
		w.tx().bump(row.version)
		w.tx().remember(t.s, *row.version, vals)
		w.tx().note(t.s, t.keyOf(row.doc))
	}
	return err
}

func (t *table) upsert(ctx context.Context, w Writer, doc any) error {
	args, err := t.columns(doc, 0)
	if err != nil {
		return err
	}
	var version int64
	err = w.access(ctx, func(c Conn) (err error) {
		version, err = t.probe(ctx, c, w, args[:t.s.key])
		return err
	})
	if err != nil {
		return err
	}
	if version == 0 {
		return t.insert(ctx, w, doc)
	}
	return t.update(ctx, w, slot{doc, &version})
}

// probe returns the version of a live row, 0 when there is none.
func (t *table) probe(ctx context.Context, c Conn, w Writer, key []any) (int64, error) {
	var version int64
	args := t.s.liveArg(key[:len(key):len(key)], w.now())
	err := c.Query(ctx, t.s.probe, args, func(v Values) error {
		version = v.Int(0)
		return nil
	})
	return version, err
}

// guarded runs a statement that affects no row when the value of one of these
// indexes is taken by another row. It then finds out which, clears an expired
// row out of the way and tries again.
func (t *table) guarded(ctx context.Context, c Conn, w Writer, cols []any, indexes []*index, exec func() (int64, error)) error {
	for {
		n, err := exec()
		if err != nil || n == 1 {
			return err
		}
		cleared, err := t.clearTaken(ctx, c, w, cols, indexes)
		if err != nil {
			return err
		}
		if !cleared {
			return ErrConflict
		}
	}
}

// clearTaken looks for another row that holds a value cols needs. It deletes
// one that has expired and reports so, or returns an *ExistsError.
func (t *table) clearTaken(ctx context.Context, c Conn, w Writer, cols []any, indexes []*index) (bool, error) {
	for _, ix := range indexes {
		if !ix.unique || ix.marker >= 0 && cols[ix.marker] == nil {
			continue
		}
		args := make([]any, len(ix.cols))
		for i, n := range ix.cols {
			args[i] = cols[n]
		}
		other, live, key := false, false, make([]any, t.s.key)
		err := c.Query(ctx, ix.collide, args, func(v Values) error {
			other = ix.name == ""
			for i := range key {
				key[i] = v.Text(i + 1)
				other = other || key[i] != cols[i]
			}
			live = v.Null(0) || v.Int(0) > w.now().UnixMilli()
			return nil
		})
		switch {
		case err != nil:
			return false, err
		case other && live:
			return false, &ExistsError{Table: t.s.name, Index: ix.name}
		case other:
			w.tx().forget()
			_, err := c.Exec(ctx, t.s.removeAny, key...)
			return true, err
		}
	}
	return false, nil
}
