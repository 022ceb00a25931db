package store

import (
	"context"
	"errors"
)

// wideDelete is how many deleted rows are published one by one; more than that
// are published as a change of the whole table.
const wideDelete = 64

// Delete removes a row, or returns ErrNotFound. Of any number of callers, over
// all nodes, exactly one removes it.
func (t *table) Delete(ctx context.Context, w Writer, key ...string) error {
	return t.remove(ctx, w, t.s.remove, key, nil)
}

// DeleteVersion removes a row if it still has this version. It returns
// ErrNotFound when it is gone and ErrConflict when it moved.
func (t *table) DeleteVersion(ctx context.Context, w Writer, version int64, key ...string) error {
	err := t.remove(ctx, w, t.s.removeVersion, key, version)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	args, ok := lookup(key, 1)
	if !ok {
		return ErrNotFound
	}
	return w.access(ctx, func(c Conn) error {
		found, err := t.probe(ctx, c, w, args)
		switch {
		case err != nil:
			return err
		case found != 0:
			return ErrConflict
		}
		return ErrNotFound
	})
}

func (t *table) remove(ctx context.Context, w Writer, sql string, key []string, version any) error {
	t.s.checkArity("the key", len(key), t.s.key)
	args, ok := lookup(key, 2)
	if !ok {
		return ErrNotFound
	}
	if version != nil {
		args = append(args, version)
	}
	args = t.s.liveArg(args, w.now())
	w.tx().forget()
	return w.access(ctx, func(c Conn) error {
		n, err := c.Exec(ctx, sql, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		w.tx().note(t.s, append([]string(nil), key...))
		return nil
	})
}

func (t *table) take(ctx context.Context, w Writer, key []string, to slot) error {
	t.s.checkArity("the key", len(key), t.s.key)
	args, ok := lookup(key, 1)
	if !ok {
		return ErrNotFound
	}
	w.tx().forget()
	if err := t.one(ctx, w, t.s.take, t.s.liveArg(args, w.now()), to); err != nil {
		return err
	}
	w.tx().note(t.s, append([]string(nil), key...))
	return nil
}

// DeleteAll removes every row with these leading values of an index, expired
// or not, and returns how many there were. It is one statement in the caller's
// transaction: it suits thousands of rows, not millions.
func (t *table) DeleteAll(ctx context.Context, w Writer, index string, prefix ...string) (int64, error) {
	ix := t.s.index(index)
	args, ok := t.s.prefixArgs(ix, prefix)
	if !ok {
		return 0, nil
	}
	var b sqlText
	b.add("DELETE FROM ", quote(t.s.name))
	t.s.where(&b, ix, len(prefix))
	w.tx().forget()
	var n int64
	if t.s.uncached {
		err := w.access(ctx, func(c Conn) (err error) {
			n, err = c.Exec(ctx, b.String(), args...)
			return err
		})
		return n, err
	}
	b.add(" RETURNING ", t.s.quoted(t.s.indexes[0].cols))
	var keys [][]string
	err := w.access(ctx, func(c Conn) error {
		return c.Query(ctx, b.String(), args, func(v Values) error {
			if n++; n <= wideDelete {
				key := make([]string, t.s.key)
				for i := range key {
					key[i] = v.Text(i)
				}
				keys = append(keys, key)
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	if n > wideDelete {
		keys = [][]string{nil}
	}
	for _, key := range keys {
		w.tx().note(t.s, key)
	}
	return n, nil
}
