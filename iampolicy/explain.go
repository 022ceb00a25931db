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
	d.Verdicts = e.verdicts()
	return d
}

// verdicts sums up each kind of policy that the set has. The root user needs no identity policy, and a federated user without session
// policies has an empty list of them.
func (e *evaluation) verdicts() map[Type]Verdict {
	out := map[Type]Verdict{IdentityBased: e.verdict(IdentityBased, e.set.Identity)}
	if e.req.Principal.Type == AccountRoot && out[IdentityBased] == VerdictImplicitDeny {
		out[IdentityBased] = VerdictAllowed
	}
	if e.set.Resource != nil {
		out[ResourceBased] = e.verdict(ResourceBased, []Named{*e.set.Resource})
	}
	if e.set.Boundary != nil {
		out[PermissionsBoundary] = e.verdict(PermissionsBoundary, []Named{*e.set.Boundary})
	}
	if e.narrowed() {
		out[Session] = e.verdict(Session, e.set.Session)
	}
	for i, level := range e.set.ServiceControl {
		if v := e.verdict(ServiceControl, level); i == 0 || v.stricter(out[ServiceControl]) {
			out[ServiceControl] = v
		}
	}
	return out
}

// verdict sums up policies of which one has to allow and none may deny. One that cannot be used says no.
func (e *evaluation) verdict(kind Type, list []Named) Verdict {
	var a allow
	unusable := false
	for i := range list {
		switch d, refused := e.policy(kind, &list[i], &a); {
		case d.Explicit:
			return VerdictExplicitDeny
		case refused:
			unusable = true
		}
	}
	if unusable || a.grant == noGrant {
		return VerdictImplicitDeny
	}
	return VerdictAllowed
}

func (v Verdict) stricter(than Verdict) bool {
	return v == VerdictExplicitDeny || v == VerdictImplicitDeny && than == VerdictAllowed
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
