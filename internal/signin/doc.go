// Package signin owns how users sign in, stay signed in and sign out: the challenge machine.
//
// It keeps no state of a sign-in that has not succeeded, but for codes that were sent and for what functions say. A challenge is a sealed block that the
// client brings back, as Session or SECRET_BLOCK; it is bound to its pool, client, user, step and to what has been proven so far, ends soon, and can be
// answered once: the answer writes the challenge's id in the same transaction that records what follows from it, so that of any number of parallel
// answers one counts. A wrong code leaves its challenge, a few times; each counts as a wrong password does, so that nobody guesses by beginning again.
//
// A flow begins with the client, its secret hash, the user, the lockout and the pre authentication function, and proves a first factor. What follows is
// the same for all (next, in admit.go): what only the owner of the proof may learn (disabled, not confirmed), a new password, the second factor or the
// device that stands in for it, the device's proof, and tokens. In a custom authentication functions of the pool decide instead (functions.go).
//
// Somebody who does not exist goes the whole way too, with verifiers, factors and addresses that are derived from the name, unless the client asks for
// the older behaviour that tells. Functions are called outside of transactions.
//
// It refuses to know how tokens look (Tokens), how factors are verified (Factors), how messages travel (account.Core) and what risk is (Protection).
package signin
