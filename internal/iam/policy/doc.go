// Package policy performs the operations of IAM on policies: managed policies and their versions, and which policies a user, group or role
// has, inline, attached or as its permissions boundary.
//
// Every document is parsed at the door with iampolicy, in the grammar of its use, and kept as it was written. What entities have in common is
// written once, over a holder (holder.go); the operations of users, groups and roles are thin (user.go, group.go, role.go).
//
// It refuses to know what the policies decide.
package policy
