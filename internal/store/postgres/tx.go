package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Bounds. The change feed relies on txLimit: see settled.
const (
	txLimit     = 5 * time.Second       // one transaction, each of its statements, and its commit
	retryFor    = 5 * time.Second       // runs of one closure after serialization failures
	lostRetries = 3                     // runs after a lost connection
	firstPause  = 2 * time.Millisecond  // before the second run, at most
	lastPause   = 80 * time.Millisecond // before later runs, at most
)

const (
	beginWrite = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// nowMilli is the server's clock in unix milliseconds.
const nowMilli = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`

// Read implements store.Engine.
func (e *Engine) Read(ctx context.Context, f func(store.Conn) error) error {
	return e.retry(ctx, func(ctx context.Context, pc *pgxpool.Conn) error {
		c := &conn{c: pc.Conn(), ctx: ctx}
		return c.outcome(f(c))
	})
}

// View implements store.Engine.
func (e *Engine) View(ctx context.Context, f func(store.Conn) error) error {
	return e.retry(ctx, func(ctx context.Context, pc *pgxpool.Conn) error {
		c := &conn{c: pc.Conn(), ctx: ctx, begin: beginRead}
		defer c.rollback()
		return c.outcome(f(c))
	})
}

// Update implements store.Engine.
func (e *Engine) Update(ctx context.Context, f func(store.Conn) ([]store.Change, error)) error {
	return e.retry(ctx, func(ctx context.Context, pc *pgxpool.Conn) error {
		c := &conn{c: pc.Conn(), ctx: ctx, begin: beginWrite}
		defer c.rollback()
		changes, err := f(c)
		if err = c.outcome(err); err != nil || c.begin != "" {
			return err // an unused transaction was never begun
		}
		return e.commit(c, changes)
	})
}

// Define implements store.Engine.
func (e *Engine) Define(ctx context.Context, f func(store.Conn) error) error {
	return e.retry(ctx, func(_ context.Context, pc *pgxpool.Conn) error {
		c := &conn{c: pc.Conn(), ctx: ctx, begin: "BEGIN"}
		defer c.rollback()
		if _, err := c.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
		if err := c.outcome(f(c)); err != nil {
			return err
		}
		_, err := c.Exec(ctx, "COMMIT")
		return err
	})
}

// retry runs a transaction until it succeeds, fails for good, or time is up.
// Errors that reach it mean that nothing was committed, but for
// ErrUnknownOutcome, which ends it.
func (e *Engine) retry(ctx context.Context, run func(context.Context, *pgxpool.Conn) error) error {
	until := time.Now().Add(retryFor)
	lost := 0
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := e.attempt(ctx, run)
		if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrUnknownOutcome) {
			return err
		}
		yes, fresh := rerun(err)
		if !yes {
			return err
		}
		if errors.Is(err, store.ErrUnavailable) {
			if lost++; lost >= lostRetries {
				return err
			}
			pause = lastPause
		}
		if fresh {
			e.pool.Reset()
		}
		if time.Now().After(until) {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
		}
		if err := sleep(ctx, rand.N(pause)+pause/4); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) attempt(ctx context.Context, run func(context.Context, *pgxpool.Conn) error) error {
	bounded, cancel := context.WithTimeout(ctx, txLimit)
	defer cancel()
	pc, err := e.pool.Acquire(bounded)
	if err != nil {
		if ctx.Err() == nil && bounded.Err() != nil {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, &lostError{why: "no connection became free in time"})
		}
		return translate(ctx, err)
	}
	defer pc.Release()
	err = run(bounded, pc)
	if ctx.Err() == nil && bounded.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", store.ErrUnavailable, &serverError{"57014"})
	}
	return err
}

// outcome replaces the closure's error by the connection's when that is worth
// another run, and does not let a closure hide an error that undid its work.
func (c *conn) outcome(err error) error {
	if c.failed == nil {
		return err
	}
	if yes, _ := rerun(c.failed); yes || err == nil {
		return c.failed
	}
	return err
}

// rollback ends a transaction that did not commit. When even that fails, the
// pool notices the state of the connection and closes it.
func (c *conn) rollback() {
	if c.c.PgConn().TxStatus() == 'I' || c.c.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), time.Second)
	defer cancel()
	_, _ = c.c.Exec(ctx, "ROLLBACK")
}

const insertChange = `INSERT INTO "store_changes" ("node", "seq", "at", "rows") VALUES ($1, $2, ` + nowMilli + `, $3)`

// commit sends the row of the change feed and COMMIT in one round trip. From
// here on the caller's context no longer counts: giving up on a commit under
// way would leave its outcome unknown.
func (e *Engine) commit(c *conn, changes []store.Change) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), txLimit)
	defer cancel()
	b := &pgx.Batch{}
	var seq int64
	if len(changes) > 0 {
		rows, err := encodeChanges(changes)
		if err != nil {
			return err
		}
		seq = e.numbers.next(time.Now())
		b.Queue(insertChange, e.node, seq, rows)
	}
	b.Queue("COMMIT")
	warned := e.watchWarnings(c.c.PgConn())
	results := c.c.SendBatch(ctx, b)
	var err error
	var tag pgconn.CommandTag
	for range b.Len() {
		if tag, err = results.Exec(); err != nil {
			break
		}
	}
	err = errors.Join(err, results.Close())
	switch {
	case err == nil && tag.String() == "COMMIT" && !warned():
		if seq > 0 {
			e.poke()
		}
		return nil
	case err == nil && tag.String() == "ROLLBACK":
		e.numbers.free(seq, time.Now())
		return fmt.Errorf("%w: the server rolled back", store.ErrUnavailable)
	}
	warned()
	return e.failedCommit(err, seq)
}

// failedCommit tells a commit that did not happen from one that may have. An
// ERROR aborts the transaction; a FATAL or PANIC, a warning, or silence may
// come after it was written.
func (e *Engine) failedCommit(err error, seq int64) error {
	var server *pgconn.PgError
	switch {
	case errors.As(err, &server) && server.SeverityUnlocalized == "ERROR":
		e.numbers.free(seq, time.Now())
		return translate(context.Background(), server)
	case err != nil && pgconn.SafeToRetry(err): // nothing was sent
		e.numbers.free(seq, time.Now())
		return fmt.Errorf("%w: %w", store.ErrUnavailable, &lostError{why: "connection lost", fresh: true})
	}
	e.numbers.doubt(seq, time.Now())
	return store.ErrUnknownOutcome
}

// watchWarnings collects warnings of a connection until the returned function
// is called. A warning during COMMIT says that the server stopped waiting for
// its synchronous standby: the commit is not as durable as it must be.
func (e *Engine) watchWarnings(pc *pgconn.PgConn) func() bool {
	seen := new(bool)
	e.warned.Store(pc, seen)
	return func() bool {
		e.warned.Delete(pc)
		return *seen
	}
}

// onNotice runs on the goroutine that reads from the connection.
func (e *Engine) onNotice(pc *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized != "WARNING" {
		return
	}
	if seen, ok := e.warned.Load(pc); ok {
		*seen.(*bool) = true
	}
}

// encodeChanges writes the changes as a JSON array of arrays: the table, then
// the key; the table alone means any row of it.
func encodeChanges(changes []store.Change) (string, error) {
	rows := make([][]string, len(changes))
	for i, c := range changes {
		rows[i] = append([]string{c.Table}, c.Key...)
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

// decodeChanges reads what encodeChanges wrote.
func decodeChanges(text []byte) ([]store.Change, error) {
	var rows [][]string
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, errors.New("postgres: a row of store_changes cannot be read")
	}
	changes := make([]store.Change, 0, len(rows))
	for _, r := range rows {
		if len(r) == 0 {
			return nil, errors.New("postgres: a row of store_changes names no table")
		}
		c := store.Change{Table: r[0]}
		if len(r) > 1 {
			c.Key = r[1:]
		}
		changes = append(changes, c)
	}
	return changes, nil
}
