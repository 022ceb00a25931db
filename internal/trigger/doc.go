// Package trigger reaches the functions that user pools name as triggers: it implements hook.Invoker.
//
// Pools name functions by ARN, as with AWS. Where a function is, the operator says in a file of JSON (see ParseFunctions): behind an HTTP endpoint
// of its own, which gets the event as the body of a POST, or behind an endpoint that speaks Lambda's Invoke operation. A function that the file
// does not name cannot be reached, whatever an administrator of a pool writes.
//
// A plain endpoint answers 200 with the event, "response" filled in. To fail on purpose it answers 4xx with {"errorMessage": "text"}. When the
// file gives it a secret, the request carries
//
//	Mayfly-Signature: t=<seconds since 1970>,v1=<hex of HMAC-SHA256(secret, t ‖ "." ‖ body)>
//
// and the endpoint should refuse what is unsigned or more than a few minutes old. A Lambda endpoint gets requests signed with SigV4 when the file
// gives an access key.
//
// The flow: find the function, build the event, call with five seconds for each of at most three tries, decode the answer strictly. Only timeouts,
// broken connections and statuses from 500 on are tried again. Calls of one function are bounded in number, so that a slow one holds up its own
// callers alone. Errors are those of the user pool service; what the function says of its failure is part of them, as with AWS.
//
// It refuses to know what events mean, and which addresses may be reached: that is the client's part.
package trigger
