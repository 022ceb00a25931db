// Package idtoken mints and verifies the tokens of user pools: id tokens, access tokens and refresh tokens.
//
// It owns the signing keys of the pools (sealed, two to a pool: one signs, the other is published ahead of its use), the refresh families (one
// row for each sign-in, whose id is the origin_jti of its tokens), and the two public documents of an issuer: its key set and its configuration.
//
// A sign-in is one transaction: the family is written, together with whatever the caller adds, before anything is signed. A refresh token is
// opaque; it carries its family, generation and end under a keyed hash, so that a made-up one costs no look-up and an old one is told apart
// from a made-up one. Where the client rotates, the generation is consumed by a conditional update; an older generation that comes back
// after the grace period ends the family.
//
// The pre token generation trigger of a pool is called through hook.Invoker before anything is written or consumed. What it answers changes the
// claims, but never those that say whose token it is, from whom, for whom and for how long; an answer that would make a token this server does not
// take back is refused whole.
//
// Run replaces old signing keys: a key is published hours before it signs, and verifies until no token that it signed can be alive.
//
// Verification is by type: an access token is never taken for an id token. Verified tokens are remembered by the digest of the whole token
// until they expire; whether the key, the family and the user are still there is asked each time.
//
// It refuses to know how somebody proved who they are, and what a token is good for.
package idtoken
