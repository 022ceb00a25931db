// Package login knows what a person or a program has to sign in with, and takes them from there to tokens and credentials.
//
//	Config      the file of sessions                             config.go, takeover.go
//	Session     one of them: a user pool, SSO, a token file, long-term keys
//	Opened      a session that is ready: its tokens, its keys    session.go, and a file for each kind
//	Source      where a command takes credentials from: a session, or a profile of the shared AWS files
//
// Tokens and credentials are in the vault, sealed, and renewed once for all processes; those of an sso-session or of "aws login" are where AWS's own programs keep them. A
// World has what is seen of the process. The package writes no output but notes for people, and asks nobody but for the code of a second factor.
package login
