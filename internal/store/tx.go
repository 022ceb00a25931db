package store

import (
	"context"
	"time"
)

// Writer is the transaction given to an Update closure.
type Writer interface {
	Reader
	tx() *tx
}

// tx is one run of a View or Update closure.
type tx struct {
	conn    Conn
	at      time.Time // one instant decides expiry throughout
	changes []Change
	wide    map[*schema]bool // tables that were changed as a whole
	undo    []undo
}

// undo restores a version in memory when the transaction did not happen.
type undo struct {
	version *int64
	old     int64
}

func (x *tx) access(ctx context.Context, f func(Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(x.conn)
}

func (x *tx) now() time.Time { return x.at }

func (x *tx) tx() *tx { return x }

// note records that a row was written or deleted; no key means any row.
func (x *tx) note(s *schema, key []string) {
	if s.uncached || x.wide[s] {
		return
	}
	if key == nil {
		if x.wide == nil {
			x.wide = make(map[*schema]bool)
		}
		x.wide[s] = true
	}
	x.changes = append(x.changes, Change{Table: s.name, Key: key})
}

// bump raises a version in memory until the transaction is rolled back.
func (x *tx) bump(version *int64) {
	x.undo = append(x.undo, undo{version, *version})
	*version++
}

// rollback gives back the versions that were raised.
func (x *tx) rollback() {
	for i := len(x.undo) - 1; i >= 0; i-- {
		*x.undo[i].version = x.undo[i].old
	}
	x.undo = nil
}
