// Package edge is what the areas of IAM share where they meet the caller: the wording of errors, markers of lists, tags, policy
// documents at the door, and what a request asks to be allowed.
//
// Bind ties an operation to its method and its authorization entry, which no operation of IAM goes without. That some temporary
// credentials may not call IAM at all is a rule of access.
//
// An authorization entry looks the named entity up in the cache, so that its ARN has the real path and its tags are known; a name that
// nobody has stands for an ARN with path "/".
//
// It refuses to know how an operation is performed.
package edge
