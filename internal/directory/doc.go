// Package directory owns the records of user pools, app clients and users, and their tables.
//
// It is what userpool (administration), signin (authentication) and idtoken (tokens) share: state without operations. It refuses to know
// passwords, protocols and tokens: a password is here only as a sealed verifier that others made.
//
// Pools and clients are read through the cache; a change is seen by every node within a second. Users are found by their sub, by their user
// name (as the pool canonicalises it) and by verified aliases.
package directory
