// Package pooluser owns the users and groups of user pools as an administrator sees them: the operations of Amazon Cognito Identity Provider
// that make, show, change and list them, and that need an AWS signature.
//
// It refuses to know how pools are administered (userpool), how users sign in (signin), how tokens are made, how functions are called and how
// messages travel: sign-ins are ended by Tokens, invitations leave through Notifier.
//
// The flow of an operation: the pool is looked up (a pool of another account or region does not exist), the input is held against the pool's
// schema and password policy, one transaction of the store changes the directory's records, and messages leave after it committed. What
// costs time (deriving a password's verifier) happens before the transaction.
package pooluser
