// Package mfa performs the operations of IAM on virtual MFA devices, of users and of the account's root, and says whether a code of one is right.
//
// A device is a seed of one-time codes (RFC 6238). The seed leaves once, in the answer to CreateVirtualMFADevice; at rest it is sealed and bound to
// its row. EnableMFADevice takes two codes that follow one another, and keeps by how much the device's clock is off; ResyncMFADevice does so again.
//
// A code counts once, over all nodes: the step of the last one is in the device's row, and judging a code, noting its step and counting a wrong one
// are one transaction, which is committed either way. Wrong codes slow a device down (record.Guesses).
//
// It refuses to know what a right code is good for: the token service asks Verify.
package mfa
