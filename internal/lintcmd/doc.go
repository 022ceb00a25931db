// Package lintcmd is the command that judges policy documents: it gives iampolicy/lint the actions of the services that this server knows,
// and writes what the linter finds for people or as JSON.
//
// It refuses to know files and flags, which are the command line's, and to judge, which is the linter's.
//
//	documents -> lint.Lint with Actions() -> lines "file: place: severity: message (CODE)", or one JSON list
package lintcmd
