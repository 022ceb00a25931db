// Package account owns what signing in and looking after oneself have in common: the client that somebody comes in by and its secret, the
// account that a name stands for, passwords and their verifiers, the wait after failures, codes that go to an address, users who come from
// another system, and what is done after an answer.
//
// A name that nobody has stands for a ghost, unless the client asks for the older behaviour that tells: a user who is made up from the name,
// the same every time, whom no password and no code fits. Whatever is done for a user is done for a ghost as well, so that neither answers nor
// their time tell who exists.
//
// Counters and single uses are conditional: a code is used up in the transaction of what it allows, a wrong answer is counted in a transaction
// that commits.
//
// It refuses to know the steps of a sign-in (signin), how profiles change (profile), and how messages travel (Notifier).
package account
