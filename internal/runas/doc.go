// Package runas runs a program with short-term credentials.
//
//	Variables -> Change: what to set and what to remove -> Apply to the environment -> Exec: the program takes this process's place
//	                                                                                -> Run:  this process stays, for an endpoint the program asks
//
// It owns which variables an SDK of AWS reads credentials from, which others would hide them, and how a parent stands between a terminal and its child: signals,
// the exit code, the terminal's own keys. It refuses to know where credentials come from, and touches nothing else of an environment. Credentials go to the
// child by its environment alone, and never into an argument, which every user of the machine may read.
package runas
