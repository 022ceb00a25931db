// Package signin owns how users sign in, stay signed in and sign out.
//
// The challenge machine keeps no state of a sign-in that has not succeeded. A challenge is a sealed block that the client brings back; it is
// bound to its pool, client, user and step, ends soon, and can be answered once: the answer writes the challenge's id in the same transaction
// that records the sign-in, or the failure, so that of any number of parallel answers one counts.
//
// The order of a sign-in: client and flow, secret hash, user, lockout, proof, then what only the owner of the password may learn (disabled, not
// confirmed, temporary password). Somebody who does not exist goes the whole way too, with a salt and a verifier that are derived from the
// name, unless the client asks for the older behaviour that tells.
//
// It refuses to know how tokens look (Tokens), how messages travel (Notifier) and how users are administered.
package signin
