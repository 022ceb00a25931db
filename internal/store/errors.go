package store

import (
	"errors"
	"fmt"
)

// Sentinels a caller decides on. Everything else a method returns is opaque:
// report it and answer "no".
var (
	// ErrNotFound means that no live row has this key. A row past its expiry
	// is not found, whether or not it was swept already.
	ErrNotFound = errors.New("store: not found")
	// ErrExists means that a row with the same key or the same value of a
	// unique index is there. The error is an *ExistsError.
	ErrExists = errors.New("store: already exists")
	// ErrConflict means that the row moved since it was read: its version is
	// another one, or it is gone.
	ErrConflict = errors.New("store: row changed since it was read")
	// ErrUnknownOutcome means that the connection was lost while a commit was
	// under way: the transaction may or may not have happened.
	ErrUnknownOutcome = errors.New("store: outcome of the commit is unknown")
	// ErrUnavailable means that the engine could not be reached, or was busy
	// for longer than the attempts allow. Nothing was committed.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrStopped means that the engine refuses to write after an error of the
	// disk, because what it would acknowledge might not survive.
	ErrStopped = errors.New("store: writing stopped after a disk error")
	// ErrClosed means that the store was closed.
	ErrClosed = errors.New("store: closed")
	// ErrBadCursor means that a cursor does not belong to this query.
	ErrBadCursor = errors.New("store: bad cursor")
	// ErrNewerTable means that a table was written by a declaration this
	// program does not know: a newer release, or one that was changed without
	// raising its revision.
	ErrNewerTable = errors.New("store: table belongs to another declaration")
	// ErrInvalid means that a value cannot be stored. The error is a *ValueError.
	ErrInvalid = errors.New("store: value cannot be stored")
)

// ExistsError tells which uniqueness was violated. errors.Is(err, ErrExists) holds.
type ExistsError struct {
	Table string // table name
	Index string // name of the unique index; "" is the key
}

// Error implements error. It never holds the value that collided.
func (e *ExistsError) Error() string {
	if e.Index == "" {
		return fmt.Sprintf("store: %s: a row with this key exists", e.Table)
	}
	return fmt.Sprintf("store: %s: a row with this %s exists", e.Table, e.Index)
}

// Is reports that an ExistsError is ErrExists.
func (e *ExistsError) Is(target error) bool { return target == ErrExists }

// ValueError tells which value cannot be stored. errors.Is(err, ErrInvalid) holds.
type ValueError struct {
	Table  string
	Column string // column name, or "doc" for the document
	Reason string
}

// Error implements error. It never holds the value.
func (e *ValueError) Error() string {
	return fmt.Sprintf("store: %s.%s: %s", e.Table, e.Column, e.Reason)
}

// Is reports that a ValueError is ErrInvalid.
func (e *ValueError) Is(target error) bool { return target == ErrInvalid }
