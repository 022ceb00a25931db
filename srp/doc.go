// Package srp is the Secure Remote Password protocol, SRP-6a (RFC 2945, RFC 5054), as Amazon Cognito speaks it: the 3072-bit group with g = 2,
// SHA-256, a 16-byte key from "Caldera Derived Key", and a proof over pool name, user id, secret block and timestamp. Server half, client half and
// device verifiers are here.
//
//	client: A = g^a                          -> USER_SRP_AUTH
//	server: B = k v + g^b                    -> PASSWORD_VERIFIER
//	client: S = (B - k g^x)^(a + u x)        -> proof
//	server: S = (A v^u)^b, compares the proof
//
// It is pure: randomness and time are parameters. It refuses to know where verifiers are kept and how a challenge travels.
//
// math/big is not constant-time. Powers of g come from a table whose use is the same for every exponent: the same number of products of
// full-size operands, none skipped. The other power with a secret exponent has a fresh exponent in every exchange, which is never used again.
package srp
