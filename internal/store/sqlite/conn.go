package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/mayfly-id/mayfly/internal/store"
	msqlite "modernc.org/sqlite"
)

// maxStatements bounds the prepared statements of a connection. The program's
// own statements are far fewer; lists add a few shapes each.
const maxStatements = 512

// conn is one SQLite connection with its prepared statements. It is used by
// one goroutine at a time. It speaks to the driver directly: database/sql would
// add its own locking, a pool and a goroutine per context to each statement.
type conn struct {
	raw   driver.Conn
	stmts map[string]*stmt
	dest  []driver.Value
	named []driver.NamedValue

	broken error // set by an error that may have ended the transaction
}

type stmt struct {
	raw   driver.Stmt
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
}

func openConn(dsn string) (*conn, error) {
	raw, err := new(msqlite.Driver).Open(dsn)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open: %w", err)
	}
	return &conn{raw: raw, stmts: make(map[string]*stmt)}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.raw.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

func (c *conn) prepare(sql string) (*stmt, error) {
	if s := c.stmts[sql]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		for text, s := range c.stmts { // any will do: it is prepared again when needed
			delete(c.stmts, text)
			if err := s.raw.Close(); err != nil {
				return nil, err
			}
			break
		}
	}
	raw, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, c.check(err)
	}
	exec, ok1 := raw.(driver.StmtExecContext)
	query, ok2 := raw.(driver.StmtQueryContext)
	if !ok1 || !ok2 {
		return nil, errors.Join(errors.New("sqlite: the driver's statements cannot run"), raw.Close())
	}
	s := &stmt{raw: raw, exec: exec, query: query}
	c.stmts[sql] = s
	return s, nil
}

func (c *conn) ready(ctx context.Context) error {
	if c.broken != nil {
		return c.broken
	}
	return ctx.Err()
}

// bind reuses one slice for the arguments; the driver copies what it needs.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.named = c.named[:0]
	for i, a := range args {
		c.named = append(c.named, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.named
}

// Exec implements store.Conn. A statement is never interrupted half-way: all
// are short, and the driver would start a goroutine to watch the context.
func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := c.ready(ctx); err != nil {
		return 0, err
	}
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	res, err := s.exec.ExecContext(context.Background(), c.bind(args))
	clear(c.named)
	if err != nil {
		return 0, c.check(err)
	}
	return res.RowsAffected()
}

// Query implements store.Conn.
func (c *conn) Query(ctx context.Context, sql string, args []any, row func(store.Values) error) (err error) {
	if err := c.ready(ctx); err != nil {
		return err
	}
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.query.QueryContext(context.Background(), c.bind(args))
	clear(c.named)
	if err != nil {
		return c.check(err)
	}
	defer func() { // also when row panics: the statement must be usable again
		if e := rows.Close(); err == nil && e != nil {
			err = c.check(e)
		}
	}()
	n := len(rows.Columns())
	if cap(c.dest) < n {
		c.dest = make([]driver.Value, n)
	}
	v := values{dest: c.dest[:n]}
	defer clear(v.dest)
	for {
		if err := rows.Next(v.dest); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return c.check(err)
		}
		if err := row(&v); err != nil {
			return err
		}
		if v.err != nil {
			return v.err
		}
	}
}

// check names the engine in an error. After an error that may have ended the
// transaction behind our back, the connection refuses statements until it is
// reset: they would run, and commit, on their own.
func (c *conn) check(err error) error {
	err = fmt.Errorf("sqlite: %w", err)
	if endsTransaction(err) {
		c.broken = err
	}
	return err
}

// values implements store.Values over a driver row.
type values struct {
	dest []driver.Value
	err  error
}

func (v *values) Text(i int) string {
	s, ok := v.dest[i].(string)
	if !ok {
		v.wrong(i)
	}
	return s
}

func (v *values) Bytes(i int) []byte { return []byte(v.Text(i)) }

func (v *values) Int(i int) int64 {
	n, ok := v.dest[i].(int64)
	if !ok {
		v.wrong(i)
	}
	return n
}

func (v *values) Null(i int) bool { return v.dest[i] == nil }

func (v *values) wrong(i int) {
	v.err = fmt.Errorf("sqlite: column %d holds a value of another type", i)
}
