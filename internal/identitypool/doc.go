// Package identitypool is Amazon Cognito's identity pools: a verified login becomes an identity, and an identity becomes temporary credentials of a role.
//
// Logins are verified every time: signature, issuer, audience, expiry and token use, by whoever issued them (an interface). The role's trust
// policy is evaluated with the identity's own context, so a role that does not trust the pool gives nothing.
//
// It refuses to know how tokens are signed and how session tokens look.
package identitypool
