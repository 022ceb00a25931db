// Package signingkey is the life of the keys that sign an issuer's tokens: made, published, used, retired, gone.
//
// It owns the states of keys, how they follow one another, and how a private key is sealed and opened. It refuses to know tables, issuers and tokens: a service
// keeps a Ring in a row of its own, and says when it turns.
//
//	Maker.Ring   --> one active key for each algorithm, and its successor, which is published before it signs
//	Ring.Turn    --> the successor signs, the old key verifies until nothing that it signed is alive, a new successor is published
//	Ring.Public  --> the key set as verifiers see it
//	Signers.Open --> the signer of the active key, kept open
package signingkey
