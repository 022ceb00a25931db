// Package keys owns the key hierarchy of a deployment: the root key outside the store, the data key ring inside it (each key wrapped by the
// root key), and the keys derived from the ring per purpose and tenant.
//
// Rotation is in two phases: a new ring key is written with a first use in the near future, so that every node has loaded it before
// any node seals with it; older keys keep opening. A blob that names an unknown key makes the ring reload once.
//
// It refuses to know what is sealed.
package keys
