// Package password performs the operations of IAM on login profiles, which are the passwords of users and of the account's root, and on the password
// policy of an account.
//
// Of a password only its Argon2id hash is kept, sealed and bound to its row, with the hashes of those before it, so that a policy can forbid them. The
// hashes of one profile share a salt: one computation holds a password against all of them. How many are computed at once is bounded, because each
// takes memory.
//
// ChangePassword counts a guess before it judges it, in a transaction of its own: of guesses that come together, no more are judged than of those that
// come one after the other (record.Guesses).
//
// It refuses to know how somebody signs in with a password. How old one may get is for the sign-in to decide: the policy keeps it, and whoever may change
// an expired password may do so here.
package password
