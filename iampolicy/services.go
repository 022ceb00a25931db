package iampolicy

import "strings"

// Actions is what one statement says about actions. It is for reports of what policies speak of, such as the last accessed data of IAM; what a
// request gets is decided by Set.
type Actions struct {
	Allow    bool     // what the effect is
	Not      bool     // the patterns are those of NotAction
	Patterns []string // in lower case, such as "s3:get*"
	Always   bool     // whatever the resource, and without conditions
}

// Actions returns what the statements say about actions, in the order of the document.
func (p *Policy) Actions() []Actions {
	out := make([]Actions, len(p.statements))
	for i := range p.statements {
		s := &p.statements[i]
		a := Actions{Allow: !s.deny, Not: s.notAction, Patterns: make([]string, len(s.actions))}
		for j := range s.actions {
			a.Patterns[j] = s.actions[j].text()
		}
		for j := range s.resources {
			a.Always = a.Always || !s.notResource && len(s.conditions) == 0 && s.resources[j].text() == "*"
		}
		out[i] = a
	}
	return out
}

// AllowsAction reports whether an Allow statement speaks of an action, whatever its resources and conditions. action is a full name such as
// "iam:CreateUser" in any case.
func (p *Policy) AllowsAction(action string) bool {
	action = lower(action)
	for i := range p.statements {
		s := &p.statements[i]
		named := false
		for j := range s.actions {
			named = named || glob(s.actions[j].units, action)
		}
		if !s.deny && named != s.notAction {
			return true
		}
	}
	return false
}

// text gives a template back as a pattern. Variables are in the way they are looked up.
func (t *template) text() string {
	var b strings.Builder
	for _, u := range t.units {
		switch u.kind {
		case literal:
			b.WriteString(u.text)
		case anyOne:
			b.WriteByte('?')
		case anyRun:
			b.WriteByte('*')
		case fromContext:
			b.WriteString("${" + u.ref.key + "}")
		}
	}
	return b.String()
}
