// Package wellknown answers for the public documents of issuers: their configuration (OpenID Connect Discovery 1.0, section 4) and their key sets (RFC 7517).
//
// It owns the members of a configuration, how long verifiers may keep a document, that any page may read it, and how a refusal looks. It refuses to know which
// issuers there are and where their keys come from.
package wellknown
