// Package archtest holds the rules of the house as tests: who may know whom, how long things may be, what no code may do.
//
// The tables in edges_test.go list every edge between our own packages, with the reason for those that are not plain; an edge that is not
// listed fails. Exceptions to a size are listed with their reason in sizes_test.go. The rules themselves are told in ARCHITECTURE.md.
//
// It reads source text with the standard library's parser alone, test files aside, and builds nothing.
package archtest
