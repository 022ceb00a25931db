// Package pooledge is what operations on one user pool share wherever they live: the look-up of the pool as its caller may see it, the
// permission they ask for, page tokens, and the handling of optional members.
//
// It refuses to know any operation. A pool of another account or region does not exist; whether it does is told to nobody who may not know,
// which is why the resource of an ask is the ARN that the pool would have in the caller's own account.
//
// The flow: the pipeline asks OnPool what a request wants; the operation takes the pool with Pool, changes it in a transaction after Row has
// seen that it is still there, and pages with Cursor and Token.
package pooledge
