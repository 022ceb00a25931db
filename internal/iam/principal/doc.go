// Package principal answers what authentication, authorization and sessions ask of IAM: whose an access key is, who stands behind a
// session, which policies are in force for a caller, and what a role is.
//
// It reads only cached rows. What is built from a row (a principal, compiled policies) is kept in bounded caches beside the very row it was
// built from: an answer is used again only while the store still serves the same rows, so a change is in force as soon as the store shows it.
// Compiled documents are kept by their SHA-256.
//
//	AccessKey -> key row -> user row      Entity -> user or role row
//	PoliciesOf -> entity row + group rows + policy rows -> iampolicy.Set, and the session's own policies on top
//
// Whatever is missing or unreadable is an error or a denial, never a policy left out. It refuses to know requests and to decide.
package principal
