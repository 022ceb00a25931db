// Package cli is the client: the commands that take a person or a program to short-term credentials and put them into the hands of any AWS SDK or CLI.
//
//	login, logout, status, whoami, roles    the session: who one is, until when
//	process, exec, env, serve, token, curl  credentials in use
//	console                                 a browser at the AWS console
//	configure, setup, key                   which server, which session, which profiles, which long-term keys
//	doctor, decode                          what keeps all this from working, and what a token is
//	completion                              what shells complete
//
// One file for each command; what they share is in io.go. Sessions, and the way from them to credentials, are package login's. Commands reach a server only by its public
// protocols, through package credentials.
//
// No secret comes from a command line, and none goes to a log or an error. The package knows nothing of the server's inside.
package cli
