// Package federate verifies what outside identity providers say of their users: the tokens of OpenID Connect issuers and SAML 2.0 responses.
//
//	VerifyOIDC   token --strict--> header, claims; key of the issuer (discovery, key set, cache) --> signature --> claims that hold
//	             in two steps for who has to find the provider first: ReadToken --> Verify
//	VerifySAML   base64 --gate--> one Response with one Assertion --signature--> the signed element, which alone is read --> rules --> taken once
//	ReadMetadata what a SAML provider's metadata says
//
// The algorithm of a signature belongs to the key and never to the token. Keys are fetched through one guarded client, by one request at a time for
// each issuer, however many tokens wait, and as seldom as their bounds say; known ones outlive an outage of the provider for a day. Of SAML, only
// what a signature covers is read, from the very bytes that were digested, so that no wrapping can put another assertion beside it.
//
// It refuses to know who may do what with an identity: services ask their policies. It knows nothing of cookies, forms and redirects.
package federate
