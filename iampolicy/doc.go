// Package iampolicy parses, matches and evaluates IAM policy documents and says why it decided as it did.
//
// It owns the policy language (versions 2008-10-17 and 2012-10-17), its condition operators and variables, and the rules by which
// several policies combine. It refuses to know where policies are stored, who the caller is, what time it is, or what an action does:
// all of that arrives in a Set and a Request. No input or output, no clock, no state; a Policy is immutable and safe for concurrent use.
//
//	Parse(document, grammar) -> *Policy      strict; errors carry IAM's own MalformedPolicyDocument wording
//	Evaluate(set, request)   -> Decision     fast: one pass, the deciding statement
//	Explain(set, request)    -> Decision     the same decision with every matching statement and every missing context key
//
// The rules, with the IAM User Guide page each comes from ("Policy evaluation logic" and its sub-pages unless another is named):
//   - An explicit Deny anywhere wins. Every service control level must allow. Then, in the resource's own account:
//   - a resource policy that names the user, the role session, the federated session or "*" grants by itself; one that names the role
//     (or the user behind a federated session) replaces the identity policy but stays under boundary and session policy; one that
//     names the account only delegates ("AWS JSON policy elements: Principal") and the identity policy must allow as well;
//   - otherwise identity policy, permissions boundary and session policy must all allow. A federated user without session policy has nothing.
//   - a session of the account itself, or one that a user has delegated, stays under its session policy, whatever the resource's policy says
//     ("AssumeRoot", "IAM temporary delegation").
//   - From another account the resource policy and the caller's identity side must both allow ("Cross-account policy evaluation logic").
//   - A trust policy must allow in every case ("API reference AssumeRole": a policy on the user if the trust policy trusts the account, or
//     the user named in the trust policy itself); a user's boundary limits even then ("Update a role trust policy").
//   - What cannot be decided is a no: an unreadable request value makes an Allow condition false and a Deny condition true. See condition.go.
package iampolicy
