// Package gateway verifies calls to an operator's own API.
//
// What is here: the caller endpoint, /_mayfly/caller, which answers a request signed with SigV4 or carrying an access token with who makes it, and
// refuses everything else. A proxy in front of an API can ask it, and a client can try its credentials on it.
package gateway
