// Package webtoken is the identity provider that an account is to the outside: the issuer, the keys and the tokens of outbound web identity federation
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html).
//
// It owns the issuers' rings of signing keys, the claims, and the two documents with which anyone verifies a token:
//
//	NewIssuer  --> an issuer of a random id with its keys, in the transaction of whoever turns the feature on
//	Issue      --> claims, as AWS STS writes them, signed with RS256 or ES384
//	ServeHTTP  --> /outbound/{issuer}/.well-known/openid-configuration and jwks.json; every key is published before it signs
//	Tend       --> rotation, once in 90 days
//
// An issuer whose account has turned the feature off goes on publishing its keys: tokens that are out live to their end. The package refuses to know who may
// have a token (sts), which account an issuer belongs to and whether it is on (iam/account).
package webtoken
