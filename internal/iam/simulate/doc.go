// Package simulate performs the operations of IAM's policy simulator: what a user, group or role, or a set of documents, would be allowed
// to do, and which context keys that depends on.
//
// It decides nothing itself: every simulated request goes through iampolicy.Explain, which decides as iampolicy.Evaluate does for real
// requests. What it owns is the way there and back: the simulated caller, its context and the resource's owner out of the input (source.go,
// context.go, resource.go), and the decision with its statements, their places and the missing keys in the simulator's terms (result.go).
// Only what the input gives is known in a simulation: no context key is filled in from the request that asks for it.
//
//	PolicySourceArn -> Policies -> iampolicy.Set -+
//	PolicyInputList, boundary, resource policy ---+-> each action on each resource -> iampolicy.Explain -> EvaluationResult
//
// It refuses to know how policies are stored, and never learns more than the caller's own account.
package simulate
