// Package record owns the records of IAM (users, groups, roles, access keys, managed policies, identity providers) and their tables.
//
// It is what the areas of IAM share: state without operations. A record carries everything that a decision about it needs: a user's row
// holds its tags, boundary, inline policies, attachments and groups, so that authorization reads one cached row for each thing involved.
// Two tables turn those references around: attachments (who uses a policy) and memberships (who is in a group). Both sides are
// written in one transaction.
//
// Every identity is a random id that is never used twice; names and paths are labels, unique in an account without regard to ASCII case.
// The policies that AWS itself manages are facts in this package and have no rows.
//
// It refuses to know requests, callers and decisions.
package record
