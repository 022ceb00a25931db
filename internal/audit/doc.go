// Package audit owns the entry type of the audit trail and its append-only writers.
//
// An entry is one decision: who asked (the true caller, the session and its source identity), for what, and what was answered and why. It is
// written before the operation runs; when it cannot be written, the caller is refused. Entries never hold request bodies, tokens or secrets.
//
// The file writer appends one JSON object a line with a single write each, so a killed process leaves no half entry, and asks the system for a sync once a
// second. What a power cut left of a line is closed off at the next start.
package audit
