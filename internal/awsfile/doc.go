// Package awsfile reads and edits the files that AWS SDKs and the AWS CLI share: ~/.aws/config and ~/.aws/credentials, and the caches of sign-ins below ~/.aws.
//
//	bytes -> Parse -> *File -> Get, Set, Unset, Remove, SetBlock -> Bytes; Edit does it all on disk
//	environment -> Load -> *Shared -> Profile, SSOSession, Endpoint
//	name of a session -> Cache -> SSOToken, Registration, RoleCredentials, LoginToken
//
// A File keeps every byte that an edit does not name: comments, blank lines, order, spelling, ends of lines. It is read as the AWS SDK for Go v2 reads it, and
// where botocore reads a text in another way the package refuses to write that text. An edit that would change what another key says is refused whole.
//
// Files are written beside and renamed, so that a reader sees the old one or the new one. What cannot be read in a cache is absent.
//
// The package knows no service and makes no request. It takes the environment as a function, and the time from its callers. Values print redacted.
package awsfile
