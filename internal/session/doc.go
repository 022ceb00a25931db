// Package session mints and opens temporary credentials.
//
// A session token is sealed and stateless: it holds the secret key, who the session is, its policies, tags and expiry. Minting writes nothing and
// opening reads nothing but the (cached) entity behind the session, so any node that has the key ring verifies what another one issued.
// A token is bound to its access key id and to the deployment; docs/spec/session-token.md gives the format with vectors.
//
// It refuses to know who may have a session: sts and the identity pools decide that.
package session
