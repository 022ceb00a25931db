package iampolicy

// Decision is the answer to a request.
type Decision struct {
	Allowed bool
	// Explicit is set if a Deny statement refused.
	Explicit bool
	// By is the kind of policy that refused, or that should have allowed and did not. Empty if the request is allowed.
	By Type
	// Matched holds the deciding statement: the Deny, or the Allow the request was granted by; none if nothing allowed. From Explain it
	// holds every statement that matched, service control first, in the order of the Set and of each document.
	Matched []Match
	// MissingContext holds the context keys that policies of the set ask for and the request does not have, as they are written, sorted.
	// Only Explain fills it.
	MissingContext []string
	// Verdicts says for each kind of policy that the set has what those policies say by themselves. Only Explain fills it.
	Verdicts map[Type]Verdict
}

// Verdict is what the policies of one kind say about a request, whatever the others say.
type Verdict string

// The verdicts, as the policy simulator words them (PolicyEvaluationDecisionType in the IAM API reference).
const (
	VerdictAllowed      Verdict = "allowed"
	VerdictExplicitDeny Verdict = "explicitDeny"
	VerdictImplicitDeny Verdict = "implicitDeny"
)

// Match is a statement that matched a request.
type Match struct {
	Type     Type
	PolicyID string // Named.ID
	Sid      string
	Index    int    // of the statement in its document
	Effect   string // "Allow" or "Deny"
	// Start and End are those of the Statement in its policy.
	Start, End Position
}

// Evaluate decides a request. It is a pure function of its arguments.
func Evaluate(s *Set, r *Request) Decision {
	e := newEvaluation(s, r)
	if refusal, refused := e.scan(); refused {
		return refusal
	}
	return e.decide()
}

// evaluation is the state of one decision: the best Allow found for each kind of policy.
type evaluation struct {
	set    *Set
	req    *Request
	ctx    Context
	action string // in lower case

	levels   bool // every service control level allows
	resource allow
	identity allow
	boundary allow
	session  allow
}

// allow is an Allow statement and how closely it names the caller.
type allow struct {
	grant grant
	match found
}

// found is a statement in its policy.
type found struct {
	kind  Type
	named *Named
	index int
}

func newEvaluation(s *Set, r *Request) evaluation {
	e := evaluation{set: s, req: r, ctx: r.Context, action: lower(r.Action), levels: true}
	if e.ctx == nil {
		e.ctx = MapContext(nil)
	}
	return e
}

// scan looks at every statement once, in the order in which kinds of policies refuse, and stops at the first Deny.
func (e *evaluation) scan() (Decision, bool) {
	for _, level := range e.set.ServiceControl {
		var a allow
		if d, refused := e.list(ServiceControl, level, &a); refused {
			return d, true
		}
		e.levels = e.levels && a.grant != noGrant
	}
	if e.set.Resource != nil {
		if d, refused := e.policy(ResourceBased, e.set.Resource, &e.resource); refused {
			return d, true
		}
	}
	if d, refused := e.list(IdentityBased, e.set.Identity, &e.identity); refused {
		return d, true
	}
	if e.set.Boundary != nil {
		if d, refused := e.policy(PermissionsBoundary, e.set.Boundary, &e.boundary); refused {
			return d, true
		}
	}
	return e.list(Session, e.set.Session, &e.session)
}

func (e *evaluation) list(kind Type, list []Named, a *allow) (Decision, bool) {
	for i := range list {
		if d, refused := e.policy(kind, &list[i], a); refused {
			return d, true
		}
	}
	return Decision{}, false
}

// policy looks for a Deny that matches, and for an Allow closer to the caller than the one in a.
func (e *evaluation) policy(kind Type, n *Named, a *allow) (Decision, bool) {
	if !e.usable(kind, n) {
		// A policy that could not be loaded, or is in the wrong place, may hold a Deny.
		return Decision{By: kind}, true
	}
	for i := range n.Policy.statements {
		s := &n.Policy.statements[i]
		if !s.deny && a.grant == direct {
			continue
		}
		g := e.applies(s)
		switch {
		case g == noGrant:
		case s.deny:
			f := found{kind, n, i}
			return Decision{Explicit: true, By: kind, Matched: []Match{f.match()}}, true
		case g > a.grant:
			*a = allow{g, found{kind, n, i}}
		}
	}
	return Decision{}, false
}

// usable reports whether the policy was parsed for its place in the set.
func (e *evaluation) usable(kind Type, n *Named) bool {
	switch {
	case n.Policy == nil:
		return false
	case kind != ResourceBased:
		return n.Policy.grammar.identity()
	case e.set.ResourceKind == RoleTrust:
		return n.Policy.grammar == TrustPolicy
	}
	return n.Policy.grammar == ResourcePolicy
}

// applies reports whether the statement is about the request, and how closely it names the caller.
func (e *evaluation) applies(s *statement) grant {
	if !s.actionMatches(e.action) {
		return noGrant
	}
	g := s.principals.applies(&e.req.Principal, e.set, s.deny)
	if g == noGrant || !s.resourceMatches(e.req.Resource, e.ctx) {
		return noGrant
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(e.ctx, s.deny) {
			return noGrant
		}
	}
	return g
}

// actionMatches reports whether the statement is about an action, given in lower case.
func (s *statement) actionMatches(action string) bool {
	for i := range s.actions {
		if glob(s.actions[i].units, action) {
			return !s.notAction
		}
	}
	return s.notAction
}

// resourceMatches reports whether the statement is about a resource. A pattern with a variable that has no value matches nothing; as
// one of the exceptions of an Allow that would widen it, so there the statement is not about the resource either.
func (s *statement) resourceMatches(resource string, ctx Context) bool {
	if s.resources == nil {
		return true
	}
	known := true
	for i := range s.resources {
		ok, resolved := s.resources[i].match(resource, ctx)
		if ok {
			return !s.notResource
		}
		known = known && resolved
	}
	return s.notResource && (known || s.deny)
}

// match names the statement found.
func (f found) match() Match {
	s := &f.named.Policy.statements[f.index]
	return Match{Type: f.kind, PolicyID: f.named.ID, Sid: s.sid, Index: f.index, Effect: s.effect(), Start: s.start, End: s.end}
}
