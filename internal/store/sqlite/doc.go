// Package sqlite is the embedded engine of the store: one SQLite file in WAL
// mode, used by one process.
//
// It owns the files (mode 0600, locked against a second process), one writer
// connection and a few reading ones. It refuses to know tables and rows: it
// runs the SQL that package store writes.
//
// Writing: one goroutine holds the writer connection. It takes every closure
// that is waiting into one transaction, lends the connection to each caller in
// turn (a savepoint keeps one failure from undoing the others), and commits
// with a full sync. Callers are answered after that. An I/O error while writing
// or syncing stops all writing until the process is started again: what the
// disk holds is then read anew, instead of guessed.
//
// Reading: up to eight connections, opened when they are first needed, each
// with its own prepared statements. Readers never wait for the writer.
package sqlite
