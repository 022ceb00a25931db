package iampolicy

import (
	"slices"
	"strings"
)

// Vendors returns the services that the Allow statements of the policy name, such as "s3", in lower case, sorted, each once. A pattern for
// every service names none.
func (p *Policy) Vendors() []string {
	var out []string
	for i := range p.statements {
		if p.statements[i].deny {
			continue
		}
		for j := range p.statements[i].actions {
			if v := p.statements[i].actions[j].vendor(); v != "" {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AllowsSome reports whether an Allow statement speaks of some action of a service, whatever its resources and conditions. This is how the
// service last accessed data of IAM sees permissions: what could be, not what a request would get. vendor is the service's prefix in lower case.
func (p *Policy) AllowsSome(vendor string) bool {
	return slices.ContainsFunc(p.statements, func(s statement) bool { return !s.deny && s.some(vendor) })
}

// AllowsAction reports whether an Allow statement speaks of an action, whatever its resources and conditions. action is a full name such as
// "iam:CreateUser" in any case.
func (p *Policy) AllowsAction(action string) bool {
	action = lower(action)
	return slices.ContainsFunc(p.statements, func(s statement) bool {
		return !s.deny && slices.ContainsFunc(s.actions, func(t template) bool { return glob(t.units, action) }) != s.notAction
	})
}

// DeniesAll reports whether a Deny statement without conditions takes every action of a service on every resource away.
func (p *Policy) DeniesAll(vendor string) bool {
	return slices.ContainsFunc(p.statements, func(s statement) bool {
		everywhere := !s.notResource && slices.ContainsFunc(s.resources, func(t template) bool { return t.everything() })
		return s.deny && len(s.conditions) == 0 && everywhere && s.all(vendor)
	})
}

// some reports whether the actions of the statement have one of the service.
func (s *statement) some(vendor string) bool {
	if s.notAction {
		return !slices.ContainsFunc(s.actions, func(t template) bool { return t.covers(vendor) })
	}
	return slices.ContainsFunc(s.actions, func(t template) bool { return t.touches(vendor) })
}

// all reports whether the actions of the statement have all of the service. Patterns that do so only together do not count.
func (s *statement) all(vendor string) bool {
	if s.notAction {
		return !slices.ContainsFunc(s.actions, func(t template) bool { return t.touches(vendor) })
	}
	return slices.ContainsFunc(s.actions, func(t template) bool { return t.covers(vendor) })
}

// vendor gives the service that an action pattern names; empty when it is about every service.
func (t *template) vendor() string {
	if len(t.units) == 0 || t.units[0].kind != literal {
		return ""
	}
	v, _, _ := strings.Cut(t.units[0].text, ":")
	return v
}

// touches reports whether an action pattern can match an action of the service.
func (t *template) touches(vendor string) bool {
	v := t.vendor()
	return v == "" || v == vendor
}

// covers reports whether an action pattern matches every action of the service.
func (t *template) covers(vendor string) bool {
	n := len(t.units)
	if n == 0 || t.units[n-1].kind != anyRun || !t.touches(vendor) {
		return false
	}
	switch n {
	case 1:
		return true
	case 2:
		return t.units[0].kind == literal && t.units[0].text == vendor+":"
	}
	return n == 3 && t.units[0].kind == anyRun && t.units[1].kind == literal && t.units[1].text == ":"
}

// everything reports whether the pattern is "*".
func (t *template) everything() bool { return len(t.units) == 1 && t.units[0].kind == anyRun }
