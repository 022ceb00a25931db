// Package userpool owns user pools as an administrator sees them: pools, app clients, users, groups and tags, under the operations of
// Amazon Cognito Identity Provider that need an AWS signature.
//
// It refuses to know HTTP, encoding, permissions, how users sign in, how tokens are made and how messages travel: signing keys are made by
// PoolKeys, sign-ins are ended by Tokens, invitations leave through Notifier.
//
// The flow of an operation: the pool is looked up (a pool of another account or region does not exist), the input is held against the pool's
// schema and password policy, one transaction of the store changes the directory's records, and messages leave after it committed. What
// costs time (deriving a password's verifier) happens before the transaction.
//
// Settings that this server does not honour yet are refused by unsupported.go, never ignored.
package userpool
