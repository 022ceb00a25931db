// Package sts is the AWS Security Token Service: who am I, sessions of users, sessions of roles.
//
// Whether a caller may assume a role is decided by the pipeline, from the role's trust policy and the caller's own policies: asks.go says what a request
// asks for. The operations hold the rules that are not policy: durations, chaining, session tags, source identity.
//
// Whoever comes with a token or an assertion of another identity provider signs nothing, so the pipeline has nobody to decide about. There the
// operation itself asks the trust policy, once it knows what the provider says (federated.go), and has every answer recorded before it takes effect:
//
//	token      -> issuer -> provider of the role's account -> verified -> claims as condition keys -> trust policy -> session
//	assertion  -> provider by ARN, of the role's account   -> verified -> attributes as condition keys -> trust policy -> session
//
// It refuses to know how a session token looks (session), where roles and providers are kept (iam), and how tokens are verified (federate).
package sts
