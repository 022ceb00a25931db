// Package instance performs the operations of IAM on instance profiles: what machines get a role through.
//
// It owns the names, paths and tags of profiles, and which role is in which: one at most. A role that is in a profile cannot be deleted,
// which package identity sees to, in the same table.
//
// Who puts a role into a profile passes it to machines, so that is asked for as iam:PassRole. How a role is shown is the business of
// package identity and comes in as Roles. It refuses to know machines, and how they get at the credentials of the role.
package instance
