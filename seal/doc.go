// Package seal keeps secrets closed: at rest in the store, and in opaque handles that clients carry around.
//
// It owns the key hierarchy below the root key (a ring of data keys, and one derived key per purpose and tenant),
// the sealed format, key rotation, and keyed hashes. It refuses to know where keys are stored, what the sealed
// bytes mean, and what time it is.
//
//	root key --WrapKey/UnwrapKey--> Ring of data keys --Sealer(purpose, tenant)--> HKDF-SHA-256 --> Sealer
//	Sealer.Seal   encrypts with the newest key in use        Sealer.Open  decrypts with any key of the ring
//	Sealer.MAC    hashes what is only ever compared          Sealer.PRF   draws what must never change
//
// Encryption is XAES-256-GCM (https://c2sp.org/XAES-256-GCM): random 192-bit nonces are safe for more messages
// than will ever be sealed. A sealed text opens only under the same purpose, tenant and associated data; every
// other outcome is ErrOpen without a reason, except ErrUnknownKey: another node may know a newer key by now.
//
// testdata/*.json are vectors for other implementations; docs of Sealer and WrapKey specify the bytes.
package seal
