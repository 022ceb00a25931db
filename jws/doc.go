// Package jws signs and verifies JSON Web Tokens in the three algorithms that are issued here, RS256, ES256 and ES384,
// in compact serialisation (RFC 7515, 7518, 7519), and reads and writes the keys for that (RFC 7517).
//
// It owns signatures, key sets and strict JSON. It refuses to know claims and their meaning, issuers, clocks,
// where keys come from and how they are kept. There is no other algorithm, no encryption, no nested token; a key
// named inside a token (jwk, jku, x5u, x5c) is never looked at.
//
//	Encode        claims --header, base64url--> signing input --Signer--> compact token
//	ParseCompact  compact token --strict--> Token (nothing proven yet)
//	Token.Verify  the algorithm belongs to the key, never to the token: alg=none and HMAC with a public key as
//	              secret have no way in
//	Verify        all of it, with the key found by its id
//
// StrictObject decodes JSON in exactly one way: no duplicate members, no members in another case.
package jws
