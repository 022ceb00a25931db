// Package identitypool is Amazon Cognito's identity pools: a verified login becomes an identity, and an identity becomes temporary credentials of a role,
// or a token of this service that STS takes.
//
// Logins are verified every time, by whoever issued them or knows who did (interfaces): user pools, OpenID Connect and SAML providers, Google and Apple.
// A developer's own users are vouched for by signed calls. The role comes from the pool, a mapping of claims, or the token; its trust policy is
// evaluated with the identity's own context, and each such decision is recorded before it takes effect.
//
//	GetId                      logins -> verify -> known, or link in one transaction -> identity
//	GetCredentialsForIdentity  identity + logins -> verify, link, merge -> role -> trust policy -> session
//	GetOpenIdToken             identity + logins -> the same -> a token signed with the deployment's key -> VerifyOpenIDToken for STS
//
// It refuses to know how the tokens of others are signed, how session tokens look, and what an access policy allows.
package identitypool
