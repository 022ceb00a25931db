package store

import (
	"context"
	"slices"
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
	shapes  map[*schema]int64
	at      time.Time // one instant decides expiry throughout
	changes []Change
	wide    map[*schema]bool // tables that were changed as a whole
	undo    []undo
	writes  bool
	read    []readRow // rows this transaction has read or updated, the latest ones
}

// readRow holds the columns of a row as they are in the database, so that an
// update that changes none of them leaves every index alone.
type readRow struct {
	s       *schema
	version int64
	vals    []any // the columns and the expiry
}

// maxReadRows bounds what a transaction remembers; it is searched linearly.
const maxReadRows = 16

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

// shape returns the shape that rows of a table are written with.
func (x *tx) shape(s *schema) int64 {
	shape := x.shapes[s]
	if shape == 0 {
		panic("store: table " + s.name + " was not given to Open")
	}
	return shape
}

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

// remember keeps the columns of a row for a later update.
func (x *tx) remember(s *schema, version int64, vals []any) {
	if len(x.read) == maxReadRows {
		x.read = x.read[1:]
	}
	x.read = append(x.read, readRow{s, version, vals})
}

// unchanged reports whether a row with this version has just these columns.
// The key is among them, so it is the same row.
func (x *tx) unchanged(s *schema, version int64, vals []any) bool {
	return slices.ContainsFunc(x.read, func(r readRow) bool {
		return r.s == s && r.version == version && slices.Equal(r.vals, vals)
	})
}

// forget is called when a row is deleted: another with its key would start at
// version 1 again.
func (x *tx) forget() { x.read = nil }
