// Package mayflytest gives any Go test a Mayfly server in one line:
//
//	server := mayflytest.New(t)
//
// The server is in the test's process and in memory, on a loopback port of its own, and ends with the test. It has an account with a root key and a tenant with an
// API token, and verifies everything that a server in production verifies. With At its clock stands still until the test moves it.
package mayflytest
