package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/mayfly-id/mayfly/internal/store"
)

// conn is a connection lent to one closure. It implements store.Conn.
type conn struct {
	c      *pgx.Conn
	ctx    context.Context // bounds the transaction; outside of one, the call
	begin  string          // sent along with the first statement
	failed error           // the first error of the server or the connection
}

// Exec implements store.Conn.
func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := c.ready(ctx); err != nil {
		return 0, err
	}
	if c.begin == "" {
		tag, err := c.c.Exec(c.ctx, sql, args...)
		return tag.RowsAffected(), c.check(err)
	}
	results := c.first(sql, args)
	_, err := results.Exec()
	var n int64
	if err == nil {
		tag, e := results.Exec()
		n, err = tag.RowsAffected(), e
	}
	return n, c.check(errors.Join(err, results.Close()))
}

// Query implements store.Conn.
func (c *conn) Query(ctx context.Context, sql string, args []any, row func(store.Values) error) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	if c.begin == "" {
		rows, err := c.c.Query(c.ctx, sql, args...)
		if err != nil {
			return c.check(err)
		}
		return c.each(rows, row)
	}
	results := c.first(sql, args)
	if _, err := results.Exec(); err != nil {
		return c.check(errors.Join(err, results.Close()))
	}
	rows, err := results.Query()
	if err != nil {
		return c.check(errors.Join(err, results.Close()))
	}
	err = c.each(rows, row)
	return errors.Join(err, c.check(results.Close()))
}

// first sends BEGIN and a statement in one round trip.
func (c *conn) first(sql string, args []any) pgx.BatchResults {
	b := &pgx.Batch{}
	b.Queue(c.begin)
	b.Queue(sql, args...)
	c.begin = ""
	return c.c.SendBatch(c.ctx, b)
}

func (c *conn) each(rows pgx.Rows, row func(store.Values) error) error {
	defer rows.Close()
	v := values{rows: rows}
	for rows.Next() {
		v.raw = rows.RawValues()
		if err := row(&v); err != nil {
			return err
		}
		if v.err != nil {
			return v.err
		}
	}
	return c.check(rows.Err())
}

// ready refuses statements after an error: the server would, too.
func (c *conn) ready(ctx context.Context) error {
	if c.failed != nil {
		return c.failed
	}
	return ctx.Err()
}

func (c *conn) check(err error) error {
	if err == nil {
		return nil
	}
	err = translate(c.ctx, err)
	if c.failed == nil {
		c.failed = err
	}
	return err
}

// values implements store.Values over the wire form of a row.
type values struct {
	rows pgx.Rows
	raw  [][]byte
	err  error
}

func (v *values) Text(i int) string { return string(v.Bytes(i)) }

func (v *values) Bytes(i int) []byte {
	if v.raw[i] == nil {
		v.wrong(i)
	}
	return v.raw[i]
}

// Int reads a bigint: eight bytes, most significant first, or decimal text.
func (v *values) Int(i int) int64 {
	b := v.Bytes(i)
	if v.rows.FieldDescriptions()[i].Format == pgx.BinaryFormatCode {
		if len(b) != 8 {
			v.wrong(i)
			return 0
		}
		return int64(binary.BigEndian.Uint64(b))
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		v.wrong(i)
	}
	return n
}

func (v *values) Null(i int) bool { return v.raw[i] == nil }

func (v *values) wrong(i int) {
	v.err = errors.New("postgres: column " + strconv.Itoa(i) + " holds a value of another type")
}
