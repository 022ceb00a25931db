package iampolicy

import "slices"

// Explain decides like Evaluate and adds every statement that matched and every context key that was asked for and missing. It looks at
// every statement, and is meant for simulation and for people.
func Explain(s *Set, r *Request) Decision {
	d := Evaluate(s, r)
	e := newEvaluation(s, r)
	d.Matched = nil
	missing := map[string]string{}
	e.each(func(kind Type, n *Named) {
		for i := range n.Policy.statements {
			if e.applies(&n.Policy.statements[i]) != noGrant {
				d.Matched = append(d.Matched, found{kind, n, i}.match())
			}
		}
		n.Policy.eachKey(func(name, key string) {
			if values, ok := e.ctx.Lookup(key); !ok || len(values) == 0 {
				missing[key] = name
			}
		})
	})
	for _, name := range missing {
		d.MissingContext = append(d.MissingContext, name)
	}
	slices.Sort(d.MissingContext)
	return d
}

// each visits the policies that can be used, in the order of scan.
func (e *evaluation) each(visit func(Type, *Named)) {
	one := func(kind Type, n *Named) {
		if n != nil && e.usable(kind, n) {
			visit(kind, n)
		}
	}
	many := func(kind Type, list []Named) {
		for i := range list {
			one(kind, &list[i])
		}
	}
	for _, level := range e.set.ServiceControl {
		many(ServiceControl, level)
	}
	one(ResourceBased, e.set.Resource)
	many(IdentityBased, e.set.Identity)
	one(PermissionsBoundary, e.set.Boundary)
	many(Session, e.set.Session)
}
