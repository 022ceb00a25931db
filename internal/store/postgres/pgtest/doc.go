// Package pgtest starts PostgreSQL servers for tests: a primary and, beside
// it, a standby that replicates synchronously.
//
// It owns the servers' processes and folders, and ends both with the test. It
// needs PostgreSQL's programs, in the folder that the environment variable
// MAYFLY_TEST_POSTGRES_BIN names, and skips the test without. As root it runs
// the servers as the user postgres, because PostgreSQL refuses root.
package pgtest
