// Package sts is the AWS Security Token Service: who am I, sessions of users, sessions of roles.
//
// Whether a caller may assume a role is decided by the pipeline, from the role's trust policy and the caller's own policies: asks.go says what a request
// asks for. The operations hold the rules that are not policy: durations, chaining, session tags, source identity.
//
// It refuses to know how a session token looks (session) and where roles are kept (iam).
package sts
