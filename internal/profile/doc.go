// Package profile owns what users do for themselves beside signing in: sign up, confirm (by a code, or by a link in a mail), recover and change a
// password, read and change attributes, verify addresses, leave; and the administrator's order to set a new password.
//
// An operation finds the client and, by name or access token, the account (package account); checks what may be done; asks the pool's triggers, which
// take seconds and are never called in a transaction; prepares what costs time (a verifier, a code); writes in one transaction; and sends messages after
// it. Where a client hides who exists, ghosts get answers of the same shape, at the same cost: messages that leave the server go out after the answer.
//
// An address that the pool wants verified before it counts waits beside the old one (User.Pending) until its code is right.
//
// It refuses to know how somebody signs in (signin), how tokens look, how functions are reached, and how messages travel.
package profile
