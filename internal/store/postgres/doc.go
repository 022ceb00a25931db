// Package postgres is the engine of the store for several nodes: PostgreSQL 15
// or newer through pgx. Servers that speak its protocol should work, untested.
//
// It owns the connection pool, the retries of serializable transactions, and
// the change feed. It refuses to know tables and rows: it runs the SQL that
// package store writes.
//
// Writing: each closure is a SERIALIZABLE transaction of at most five seconds.
// BEGIN travels with its first statement and COMMIT with the row of the change
// feed. Serialization failures run the closure again; a connection lost during
// COMMIT is store.ErrUnknownOutcome, and so is a COMMIT the server confirmed
// without its synchronous standby.
//
// The change feed: every commit appends one row, numbered by its node without
// gaps, to store_changes. Each node polls the others' numbers four times a
// second; a number that was skipped is asked for again until it can no longer
// be committed. NOTIFY, at most once per 20 ms and never in a transaction that
// does work, only makes the poll come sooner.
package postgres
