package store

import (
	"context"
	"time"
)

// Engine is what a database must offer. One SQL text with $1…$n placeholders
// serves every engine; Dialect holds the few words of DDL that differ.
//
// Implementations map their errors: ErrUnavailable when nothing was committed
// and the engine cannot be reached, ErrUnknownOutcome when a commit may have
// happened, ErrStopped after a disk error. An error returned by a closure is
// passed through untouched.
type Engine interface {
	// Dialect returns the engine's words; constant for its life.
	Dialect() Dialect
	// Read runs f outside of a transaction: each statement sees the newest
	// committed state.
	Read(ctx context.Context, f func(Conn) error) error
	// View runs f in one read-only snapshot.
	View(ctx context.Context, f func(Conn) error) error
	// Update runs f in one serializable transaction and returns only after it
	// is durable. f may run more than once. An error from f undoes what f did
	// and nothing else. The changes f returns are published to other nodes
	// with the commit.
	Update(ctx context.Context, f func(Conn) ([]Change, error)) error
	// Define runs one step of DDL or of a backfill in a transaction, without the
	// bound on time that Update may have. f may run more than once.
	Define(ctx context.Context, f func(Conn) error) error
	// Changes delivers what other nodes committed, until ctx is done. Engines
	// that are never shared return at once; see Dialect.Shared.
	Changes(ctx context.Context, to Sink) error
	// Close releases everything. Callers have stopped using the engine.
	Close() error
}

// Conn runs statements. It belongs to one closure and one goroutine.
type Conn interface {
	// Query calls row once per result row, in order; an error from row ends it.
	Query(ctx context.Context, sql string, args []any, row func(Values) error) error
	// Exec returns the number of rows affected.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
}

// Values is one result row, valid during the callback. Reading a column as the
// wrong type yields the zero value and makes Query return an error.
type Values interface {
	Text(i int) string
	Bytes(i int) []byte // text as bytes; valid during the callback only
	Int(i int) int64
	Null(i int) bool
}

// Dialect holds what differs in the DDL of engines, and two traits.
type Dialect struct {
	TextType  string // a text column that sorts bytewise
	IntType   string // a 64-bit integer column
	TableTail string // after the closing parenthesis of CREATE TABLE
	AddColumn string // "ADD COLUMN", with "IF NOT EXISTS" where the engine knows it
	DDLBatch  bool   // many DDL statements may share one transaction
	Shared    bool   // other nodes write to the same store: run the change feed
}

// Change names a row that a transaction wrote or deleted.
type Change struct {
	Table string
	Key   []string // nil means: any row of the table
}

// Sink receives the change feed.
type Sink interface {
	// Alive reports a complete look at the feed that began so long ago: all
	// that was committed before it began has been delivered. at is the
	// engine's own clock.
	Alive(took time.Duration, at time.Time)
	// Changed reports rows that other nodes wrote.
	Changed([]Change)
	// Reset reports that changes may have been missed.
	Reset()
}
