package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mayfly-id/mayfly/internal/store"
)

// serverError is an error the server reported: its SQLSTATE alone, because the
// messages may quote values (https://www.postgresql.org/docs/15/errcodes-appendix.html).
type serverError struct{ state string }

func (e *serverError) Error() string { return "postgres: SQLSTATE " + e.state }

// lostError is a connection that failed or could not be made.
type lostError struct {
	why   string
	fresh bool // the other connections of the pool are likely lost, too
}

func (e *lostError) Error() string { return "postgres: " + e.why }

// translate hides what may be private in an error of pgx and adds the port's
// sentinel where there is one.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		e := &serverError{server.Code}
		if server.Code == "23514" {
			// The one check there is: another node has altered the table since
			// this one was started.
			return fmt.Errorf("%w: %w", store.ErrNewerTable, e)
		}
		if e.away() {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, e)
		}
		return e
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	lost := &lostError{why: "connection lost", fresh: true}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		lost = &lostError{why: "cannot connect"}
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, lost)
}

// again reports the errors after which the same closure may succeed: 40001
// serialization failure, 40P01 deadlock, and a uniqueness race that the guards
// in the statements could not see (23505). The last four are two nodes running
// the same DDL: duplicate column, table or object, and a catalog row that moved.
func (e *serverError) again() bool {
	switch e.state {
	case "40001", "40P01", "23505", "42701", "42P07", "42710", "XX000":
		return true
	}
	return false
}

// away reports that the server is going, gone, starting, full, or no longer the
// one that accepts writes (25006); or that it gave up waiting (57014, 25P03).
func (e *serverError) away() bool {
	switch e.state {
	case "25006", "25P03", "57014", "57P01", "57P02", "57P03", "57P05":
		return true
	}
	class := e.state[:min(2, len(e.state))]
	return class == "08" || class == "53" || class == "58"
}

// moved reports that the server must be looked for anew.
func (e *serverError) moved() bool { return e.away() && e.state != "57014" && e.state != "25P03" }

// rerun reports whether err is worth another run of the closure, given that
// nothing was committed; fresh asks for new connections first.
func rerun(err error) (yes, fresh bool) {
	var server *serverError
	if errors.As(err, &server) {
		return server.again() || server.moved(), server.moved()
	}
	var lost *lostError
	if errors.As(err, &lost) {
		return true, lost.fresh
	}
	return false, false
}
