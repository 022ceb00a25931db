// Package sigv4 signs HTTP requests with AWS Signature Version 4 and verifies such signatures.
//
// It owns the canonical request, the string to sign, the derived key, and the two places a signature can
// travel in: the Authorization header and the query of a presigned URL. It refuses to know accounts, regions,
// services, secrets at rest, sockets and clocks: the caller looks the key up and passes the time in.
//
//	Parse   reads who claims to have signed what, and refuses everything that is not well formed
//	        (the caller finds the key of Signature.AccessKeyID for Signature.Scope)
//	Verify  rebuilds the canonical request from the very same bytes, compares in constant time, checks the time
//
// The rules are stricter than AWS's where two readings of one request are possible, because whatever is read
// later must be what was signed: paths must arrive normalised, query names may not differ only in case
// (CVE-2022-2385), no part may be given twice, "+" in a query is a space as it is for net/url, every x-amz-*
// header and Content-Type must be signed (but for two harmless cases of the latter), and payloads are always
// hashed. What the scheme itself leaves open stays open: the order of equally named query parameters and runs of
// spaces in header values are not signed.
//
// Source: AWS, "Signature Version 4 signing process" (Create a signed AWS API request; Troubleshoot signed
// requests), https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html.
package sigv4
