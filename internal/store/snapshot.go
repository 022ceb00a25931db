package store

import (
	"context"
	"fmt"
	"time"
)

// Snapshot is every row of every table at one instant, in memory.
type Snapshot struct {
	tables map[string][]snapshotRow
}

type snapshotRow struct {
	doc     string
	version int64
}

// Snapshot copies all rows, for a store that fits in memory.
func (db *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	snap := &Snapshot{}
	err := db.View(ctx, func(r Reader) error {
		snap.tables = make(map[string][]snapshotRow, len(db.tables))
		for name, t := range db.tables {
			rows := []snapshotRow{}
			err := r.access(ctx, func(c Conn) error {
				return c.Query(ctx, t.s.all, nil, func(v Values) error {
					rows = append(rows, snapshotRow{doc: v.Text(0), version: v.Int(1)})
					return nil
				})
			})
			if err != nil {
				return fmt.Errorf("store: snapshot of %s: %w", name, err)
			}
			snap.tables[name] = rows
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return snap, nil
}

// Restore replaces all rows by those of a snapshot, in one transaction, and
// clears the caches.
func (db *DB) Restore(ctx context.Context, snap *Snapshot) error {
	for name := range snap.tables {
		if db.tables[name] == nil {
			return fmt.Errorf("store: the snapshot holds an unknown table %s", name)
		}
	}
	err := db.Update(ctx, func(w Writer) error {
		return w.access(ctx, func(c Conn) error {
			for name, t := range db.tables {
				if err := restoreTable(ctx, c, t, db.shapes[t.s], snap.tables[name]); err != nil {
					return fmt.Errorf("store: restore of %s: %w", name, err)
				}
				w.tx().note(t.s, nil)
			}
			return nil
		})
	})
	db.cache.clear()
	return err
}

func restoreTable(ctx context.Context, c Conn, t *table, shape int64, rows []snapshotRow) error {
	s := t.s
	if _, err := c.Exec(ctx, s.wipe); err != nil {
		return err
	}
	for _, row := range rows {
		cols, expiry, err := t.rowFromDoc([]byte(row.doc))
		if err != nil {
			return err
		}
		inserted, err := c.Exec(ctx, s.insert, append(cols, shape, row.version, expiry, row.doc)...)
		if err != nil {
			return err
		}
		if inserted != 1 {
			return &ExistsError{Table: s.name}
		}
	}
	return nil
}

// sweepBatch bounds the rows one transaction of a sweep deletes.
const sweepBatch = 500

// Sweep deletes rows that expired before now, in batches, and returns how many
// there were. Nothing depends on it but the size of the store.
func (db *DB) Sweep(ctx context.Context, now time.Time) (int64, error) {
	var total int64
	for _, t := range db.tables {
		s := t.s
		for n := int64(sweepBatch); s.expires && n == sweepBatch; {
			err := db.Update(ctx, func(w Writer) error {
				return w.access(ctx, func(c Conn) (err error) {
					n, err = c.Exec(ctx, s.sweep, now.UnixMilli(), int64(sweepBatch))
					return err
				})
			})
			if err != nil {
				return total, fmt.Errorf("store: sweep of %s: %w", s.name, err)
			}
			total += n
		}
	}
	return total, nil
}
