// Package profile owns what users do for themselves beside signing in: sign up, confirm, recover and change a password, read and change
// attributes, verify addresses, leave.
//
// An operation finds the client and, by name or access token, the account (package account); checks what may be done; prepares what costs time
// (a verifier, a code); writes in one transaction; and sends messages after it. Where a client hides who exists, ghosts get answers of the same
// shape, at the same cost.
//
// It refuses to know how somebody signs in (signin), how tokens look, and how messages travel.
package profile
