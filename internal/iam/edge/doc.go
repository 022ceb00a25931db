// Package edge is what the areas of IAM share where they meet the caller: the wording of errors, markers of lists, tags, policy
// documents at the door, and what a request asks to be allowed.
//
// Bind ties an operation to its method and adds the rule that holds for all of IAM: sessions made by GetFederationToken, and sessions of
// GetSessionToken without MFA, may not call it
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html).
//
// An authorization entry looks the named entity up in the cache, so that its ARN has the real path and its tags are known; a name that
// nobody has stands for an ARN with path "/".
//
// It refuses to know how an operation is performed.
package edge
