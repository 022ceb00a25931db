// Package provider performs the operations of IAM on identity providers: the OpenID Connect and SAML providers whose users may assume roles.
//
// It owns their names, client ids, metadata and tags, and answers which provider an account has registered for an issuer or under an ARN, for the
// security token service. A provider is nothing but a name of trust: that somebody may assume a role says the role's trust policy, which names the
// provider by its ARN, and a provider that is deleted takes no role along.
//
// It refuses to know how a token or an assertion is verified; what metadata says is read by a function that it is given.
package provider
