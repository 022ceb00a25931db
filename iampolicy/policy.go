package iampolicy

import (
	"bytes"
	"slices"
)

// Statement names one statement of a policy.
type Statement struct {
	Sid    string
	Index  int
	Effect string // "Allow" or "Deny"
	// Start and End are where it stands in the document that was parsed: the places after its "{" and after its "}", as the policy
	// simulator gives them ("SimulateCustomPolicy" in the IAM API reference).
	Start, End Position
}

// Statements returns the statements in the order of the document.
func (p *Policy) Statements() []Statement {
	out := make([]Statement, len(p.statements))
	for i := range p.statements {
		s := &p.statements[i]
		out[i] = Statement{Sid: s.sid, Index: i, Effect: s.effect(), Start: s.start, End: s.end}
	}
	return out
}

func (s *statement) effect() string {
	if s.deny {
		return "Deny"
	}
	return "Allow"
}

// Grammar returns the grammar the policy was parsed with.
func (p *Policy) Grammar() Grammar { return p.grammar }

// Version returns the version of the policy language; a document without one is of version 2008-10-17.
func (p *Policy) Version() string { return p.version }

// ID returns the Id element, empty if there is none.
func (p *Policy) ID() string { return p.id }

// String returns the document as compact JSON, its elements in the order they were written. Parsed again it is the same policy.
func (p *Policy) String() string {
	var b bytes.Buffer
	p.tree.write(&b)
	return b.String()
}

// ContextKeys returns the context keys that the conditions and variables of the policy ask for, as they are written, sorted, each once
// (IAM API reference, "GetContextKeysForCustomPolicy").
func (p *Policy) ContextKeys() []string {
	seen := map[string]struct{}{}
	var out []string
	p.eachKey(func(name, key string) {
		if _, dup := seen[key]; !dup {
			seen[key] = struct{}{}
			out = append(out, name)
		}
	})
	slices.Sort(out)
	return out
}

// eachKey calls report for every context key the policy asks for, as written and in lower case.
func (p *Policy) eachKey(report func(name, key string)) {
	variable := func(v *variable) { report(v.name, v.key) }
	for i := range p.statements {
		s := &p.statements[i]
		eachVariable(s.resources, variable)
		for j := range s.conditions {
			c := &s.conditions[j]
			report(c.name, c.key)
			c.variables(variable)
		}
	}
}
