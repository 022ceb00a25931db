// Package protection is the threat protection of user pools: risk configurations, the assessment of attempts, the history of what users did, and the
// delivery of logs.
//
// It knows a user's own history, the address and device an attempt came from, and lists of passwords that others know. It refuses to know flows, tokens
// and verifiers: whoever signs users in asks Assess, does what the answer says, and tells the outcome. Nothing is looked up outside of the server, so
// there is no city and no country.
//
// The flow: Assess weighs an attempt (score.go says how). Record keeps the outcome in the caller's transaction, or Complete adds to it when a further
// step is done; Tell, after the commit, delivers it to the configured log and sends the user a notice. Save is Record and Tell at once. With a
// pool whose SecurityMode is neither AUDIT nor ENFORCED all of them return at once, without touching the store. AUDIT assesses and records, and never
// acts. The notice carries a token by which UpdateAuthEventFeedback, or a link on the server itself, says whether it was the user; sign-ins that were
// not are no longer part of what counts as usual.
package protection
