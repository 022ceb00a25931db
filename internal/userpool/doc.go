// Package userpool owns user pools as an administrator sees them: pools with all their settings, app clients with their secrets, and tags, under
// the operations of Amazon Cognito Identity Provider that need an AWS signature. Users and groups are pooluser's.
//
// It refuses to know HTTP, encoding, permissions, how users sign in and how tokens are made: signing keys are made by PoolKeys, sign-ins are
// ended by Tokens.
//
// The flow of an operation: the pool is looked up (a pool of another account or region does not exist), the settings are held against one another
// and against the pool's tier, and one transaction of the store changes the directory's records.
package userpool
