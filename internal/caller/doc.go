// Package caller holds the plain types that say who makes a request, what the request is, and what it asks to be allowed.
//
// It is shared vocabulary: front and access fill the values, services read them. It refuses to know how a caller is authenticated or
// how a decision is made; it does no I/O.
//
// A context carries the Principal and the Request of the call, and nothing else of ours (house rule 8).
package caller
