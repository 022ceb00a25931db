package iampolicy

import "strconv"

// statement is one compiled statement.
type statement struct {
	sid         string
	deny        bool
	notAction   bool
	actions     []template // in lower case
	notResource bool
	resources   []template // nil: about whatever resource the policy is on
	principals  principalSet
	conditions  []condition
	start, end  Position
}

// statement compiles one statement.
func (p *parser) statement(n *node, path string, s *statement) {
	if n.kind != objectNode {
		p.addReason(rankSyntax, path, msgSyntax, "a statement is a JSON object")
		return
	}
	for _, m := range n.members {
		p.element(m, path+"."+m.name, s)
	}
	p.missing(n, path)
	if s.principals.negated && !s.deny {
		p.add(rankPrincipal, path+".NotPrincipal", "Allow with NotPrincipal is not allowed.")
	}
}

// element compiles one element of a statement.
func (p *parser) element(m member, path string, s *statement) {
	switch m.name {
	case "Sid":
		p.sid(m.value, path, s)
	case "Effect":
		p.effect(m.value, path, s)
	case "Principal", "NotPrincipal":
		p.need(!s.principals.present, path, "a statement has Principal or NotPrincipal, once")
		s.principals.present, s.principals.negated = true, m.name == "NotPrincipal"
		p.compilePrincipal(m.value, path, &s.principals)
	case "Action", "NotAction":
		p.need(s.actions == nil, path, "a statement has Action or NotAction, once")
		s.notAction = m.name == "NotAction"
		s.actions = p.templates(m.value, path, (*parser).compileAction)
	case "Resource", "NotResource":
		p.need(s.resources == nil, path, "a statement has Resource or NotResource, once")
		s.notResource = m.name == "NotResource"
		s.resources = p.templates(m.value, path, (*parser).compileResource)
	case "Condition":
		s.conditions = p.conditions(m.value, path)
	default:
		p.addReason(rankSyntax, path, msgSyntax,
			"a statement has only the elements Sid, Effect, Principal, Action, Resource, Condition and their Not forms, spelled so")
	}
}

func (p *parser) templates(n *node, path string, compile func(*parser, string, string) template) []template {
	list := p.list(n, path)
	out := make([]template, 0, len(list))
	for i, text := range list {
		out = append(out, compile(p, text, path+"["+strconv.Itoa(i)+"]"))
	}
	return out
}

// sid reads a statement id. Services with resource policies of their own allow more in it than IAM does.
func (p *parser) sid(n *node, path string, s *statement) {
	s.sid = n.text
	p.need(n.kind == stringNode, path, "a string is needed")
	if p.grammar == ResourcePolicy || s.sid == "" {
		return
	}
	if !only(s.sid, alnumByte) {
		p.add(rankSid, path, "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
	}
	if _, dup := p.sids[s.sid]; dup {
		p.add(rankSid, path, "Statement IDs (SID) in a single policy must be unique.")
	}
	p.sids[s.sid] = struct{}{}
}

func (p *parser) effect(n *node, path string, s *statement) {
	s.deny = n.text == "Deny"
	switch {
	case n.kind != stringNode || !equalFold(n.text, "Allow") && !equalFold(n.text, "Deny"):
		p.addReason(rankSyntax, path, msgSyntax, "the effect is Allow or Deny")
	case n.text != "Allow" && n.text != "Deny":
		p.addReason(rankLegacy, path, msgLegacy, "the effect is spelled Allow or Deny")
	}
}

// missing reports the elements the grammar requires and the statement lacks, and those it has and the grammar forbids.
func (p *parser) missing(n *node, path string) {
	has := func(name string) bool { return n.get(name) != nil || n.get("Not"+name) != nil }
	filled := func(name string) bool {
		one, not := n.get(name), n.get("Not"+name)
		return one != nil && one.filled() || not != nil && not.filled()
	}
	identity := p.grammar.identity()
	switch {
	case n.get("Effect") == nil && identity:
		p.addReason(rankSyntax, path, msgSyntax, "the statement has no Effect")
	case n.get("Effect") == nil:
		p.add(rankSyntax, path, "Missing required field Effect")
	}
	switch {
	case !filled("Action") && identity:
		p.add(rankActions, path, msgNoActions)
	case !filled("Action"):
		p.add(rankActions, path, "Missing required field Action")
	}
	switch {
	case identity && !filled("Resource"):
		p.add(rankResources, path, msgNoResources)
	case p.grammar == TrustPolicy && n.get("Resource") != nil:
		p.add(rankPrincipal, path, "Has prohibited field Resource")
	case p.grammar == TrustPolicy && n.get("NotResource") != nil:
		p.add(rankPrincipal, path, "AssumeRole policy must not contain resources.")
	case has("Resource") && !filled("Resource"):
		p.add(rankResources, path, msgNoResources)
	}
	switch {
	case identity && has("Principal"):
		p.add(rankPrincipal, path, msgNoPrincipals)
	case !identity && !has("Principal"):
		p.add(rankPrincipal, path, "Missing required field Principal")
	case p.grammar == TrustPolicy && n.get("NotPrincipal") != nil:
		p.add(rankPrincipal, path, "AssumeRole policy must not contain NotPrincipal field.")
	}
}

// filled reports whether n is anything but an empty array.
func (n *node) filled() bool { return n.kind != arrayNode || len(n.items) > 0 }
