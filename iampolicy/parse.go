package iampolicy

import "strconv"

// Grammar says which elements a document must and must not have.
type Grammar uint8

const (
	// IdentityPolicy is a policy of a user, group or role, a permissions boundary, or a service control policy: version 2012-10-17,
	// Resource required, no Principal.
	IdentityPolicy Grammar = iota
	// SessionPolicy is a policy passed when a session is made: the rules of IdentityPolicy.
	SessionPolicy
	// ResourcePolicy is a policy on a resource: Principal required; without Resource it is about the resource it is on.
	ResourcePolicy
	// TrustPolicy is the trust policy of a role: Principal required, no Resource, only actions by which a role is assumed.
	TrustPolicy
)

func (g Grammar) identity() bool { return g == IdentityPolicy || g == SessionPolicy }

// The versions of the policy language. Variables exist since the second.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// Policy is a compiled document: immutable and safe for concurrent use.
type Policy struct {
	grammar    Grammar
	version    string
	id         string
	statements []statement
	tree       *node
}

// Parse reads a policy document (IAM User Guide, "Grammar of the IAM JSON policy language"). It accepts one JSON object with known
// elements, none of them twice, and in a condition only values that its operator can compare. Errors are *ParseError.
//
// Stricter than AWS: element names are case-sensitive; a number, address, boolean or base 64 value that does not parse is an error, because
// a Deny that can never match is a mistake nobody sees.
func Parse(document []byte, g Grammar) (*Policy, error) {
	if len(document) > maxDocumentBytes {
		return nil, &ParseError{Message: msgTooLarge}
	}
	tree, err := readJSON(document)
	if err != nil {
		message := msgJSON
		if g.identity() {
			message = msgSyntax
		}
		return nil, &ParseError{Message: message, Reason: err.Error()}
	}
	p := parser{grammar: g, ruler: newRuler(document), policy: &Policy{grammar: g, version: version2008, tree: tree}}
	p.document(tree)
	if p.err != nil {
		return nil, p.err
	}
	return p.policy, nil
}

type parser struct {
	findings
	grammar   Grammar
	ruler     *ruler
	variables bool
	policy    *Policy
	sids      map[string]struct{}
}

func (p *parser) document(tree *node) {
	if tree.kind != objectNode {
		p.addReason(rankSyntax, "", msgSyntax, "a policy is a JSON object")
		return
	}
	var list *node
	for _, m := range tree.members {
		switch m.name {
		case "Version":
			p.version(m.value)
		case "Id":
			p.policy.id = m.value.text
			p.need(m.value.kind == stringNode, "Id", "a string is needed")
		case "Statement":
			list = m.value
		default:
			p.addReason(rankSyntax, m.name, msgSyntax, "a policy has only the elements Version, Id and Statement, spelled so")
		}
	}
	p.variables = p.policy.version == version2012
	if p.grammar.identity() && !p.variables {
		p.addReason(rankVersion, "Version", msgVersion, `the policy needs "Version": "2012-10-17"`)
	}
	p.statements(list)
}

func (p *parser) version(n *node) {
	p.policy.version = n.text
	p.need(n.kind == stringNode && (n.text == version2008 || n.text == version2012), "Version", "there are only the versions 2012-10-17 and 2008-10-17")
}

func (p *parser) statements(n *node) {
	switch {
	case n == nil || n.kind != objectNode && n.kind != arrayNode || len(n.items) > maxStatements:
		p.addReason(rankSyntax, "Statement", msgSyntax, "a policy needs a Statement: an object, or a list of up to 512 of them")
		return
	case n.kind == objectNode:
		n = &node{kind: arrayNode, items: []*node{n}}
	case len(n.items) == 0 && p.grammar.identity():
		p.addReason(rankSyntax, "Statement", msgSyntax, "the list of statements is empty")
	case len(n.items) == 0:
		p.add(rankSyntax, "Statement", "Could not parse the policy: Statement is empty!")
	}
	p.sids = make(map[string]struct{}, len(n.items))
	p.policy.statements = make([]statement, len(n.items))
	for i, item := range n.items {
		s := &p.policy.statements[i]
		s.start, s.end = p.ruler.position(item.start), p.ruler.position(item.end)
		p.statement(item, "Statement["+strconv.Itoa(i)+"]", s)
	}
}

// need records a syntax error unless ok.
func (p *parser) need(ok bool, path, reason string) {
	if !ok {
		p.addReason(rankSyntax, path, msgSyntax, reason)
	}
}

const reasonTexts = "a string or a list of strings is needed"

// list reads a string or an array of strings.
func (p *parser) list(n *node, path string) []string {
	items := n.each()
	out := make([]string, 0, len(items))
	for _, item := range items {
		p.need(item.kind == stringNode, path, reasonTexts)
		out = append(out, item.text)
	}
	return out
}
