// Package cli is the client: the commands that take a person or a program to short-term credentials and put them into the hands of any AWS SDK or CLI.
//
//	login, logout, status, whoami           the session: who one is, until when
//	process, exec, env, serve, token, curl  credentials in use
//	console                                 a browser at the AWS console
//	configure                               which server, which session
//	doctor                                  what keeps all this from working
//
// A session of the configuration says how one signs in and what one gets; its tokens and credentials are in the vault, sealed. Commands reach a server only by its public
// protocols, through package credentials. One file for each command; what they share is in io.go (the world around a process), config.go (sessions) and session.go
// (from a session to tokens and credentials).
//
// No secret comes from a command line, and none goes to a log or an error. The package knows nothing of the server's inside.
package cli
