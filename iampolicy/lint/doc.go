// Package lint judges policy documents that can be stored: what does nothing, what does something else than its author meant, what opens more
// than it should.
//
// It owns the checks and their words. Where IAM Access Analyzer has a check of the kind it goes by that check's name
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html). It refuses to know which services exist: the
// actions of those that are known come in as data, and of others nothing is said. It decides no request; a finding is advice.
//
//	Lint(document, kind, options) -> iampolicy.Parse -> each statement -> findings in the order of the document
//
// A document that iampolicy refuses has one finding, with the place and the reason.
package lint
