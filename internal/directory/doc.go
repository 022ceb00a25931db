// Package directory owns the records of user pools, app clients, users and groups, and their tables.
//
// It is what userpool (administration), signin (authentication) and idtoken (tokens) share: state, and the rules that a record must obey
// whoever writes it: which attributes a pool has and what values they take (schema.go), what a password must look like (password.go), and
// that one sign-in name stands for one user (alias.go). It refuses to know operations, protocols, tokens and keys: a password is kept here
// only as a sealed verifier that others made.
//
// Pools and clients are read through the cache; a change is seen by every node within a second. Users are found by their sub, by their user
// name (as the pool canonicalises it) and by aliases. Users are made with InsertUser, and changed with UpdateUser where a name may change, so
// that names cannot collide.
package directory
