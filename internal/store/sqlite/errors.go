package sqlite

import (
	"errors"
	"fmt"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Primary result codes (https://www.sqlite.org/rescode.html); the extended
// codes carry them in their low byte.
const (
	codeError   = 1
	codeBusy    = 5
	codeNoMem   = 7
	codeIOErr   = 10
	codeCorrupt = 11
	codeFull    = 13
	codeNotADB  = 26
)

// code returns SQLite's primary result code of an error, 0 when it has none.
func code(err error) int {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// endsTransaction reports the errors after which SQLite may have rolled back
// the whole transaction by itself (https://www.sqlite.org/lang_transaction.html,
// section 3).
func endsTransaction(err error) bool {
	switch code(err) {
	case codeBusy, codeNoMem, codeIOErr, codeCorrupt, codeFull, codeNotADB:
		return true
	}
	return false
}

// harmless reports the errors of a commit that left nothing half-done and may
// not come again: no room, no memory, or a lock held by an operator's tool.
func harmless(err error) bool {
	switch code(err) {
	case codeBusy, codeNoMem, codeFull:
		return true
	}
	return false
}

func unavailable(err error) error {
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}
