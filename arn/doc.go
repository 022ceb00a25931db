// Package arn parses, formats and matches Amazon Resource Names.
//
// It owns the six parts of a name and IAM's two ways of matching with * and ?: over a whole text (Wildcard, for
// actions and StringLike) and part by part (Match, for ArnLike). It refuses to know any service: what a resource
// part means, and whether a thing of that name exists, is for others.
//
//	arn:partition:service:region:account-id:resource
//
// Region and account may be empty, and the resource may hold colons and slashes. Names are compared byte by byte:
// no folding of case, no normalisation.
//
// Source: AWS, "Identify AWS resources with Amazon Resource Names (ARNs)",
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
package arn
