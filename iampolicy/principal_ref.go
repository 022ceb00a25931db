package iampolicy

import "bytes"

// PrincipalRef is one principal as a policy names it.
type PrincipalRef struct {
	Statement int    // index of the statement
	Negated   bool   // stands in NotPrincipal
	Kind      string // "AWS", "Federated", "Service" or "CanonicalUser"; "*" for the bare "*"
	Value     string
}

// Principals returns every principal the policy names, in the order of the document.
func (p *Policy) Principals() []PrincipalRef {
	var out []PrincipalRef
	// A visit that replaces nothing cannot fail.
	_, _ = p.mapPrincipals(func(r PrincipalRef) (string, error) {
		out = append(out, r)
		return r.Value, nil
	})
	return out
}

// RewritePrincipals returns the policy with every principal replaced by what rewrite returns for it; everything else stays. "*" is not
// offered for replacement. An error of rewrite is returned as it is, a result that is not a valid principal as *ParseError.
//
// IAM stores the unique id of a user or role in place of its ARN, so that one who is deleted and created anew under the same name is
// somebody else, and translates back for display ("AWS JSON policy elements: Principal").
func (p *Policy) RewritePrincipals(rewrite func(PrincipalRef) (string, error)) (*Policy, error) {
	tree, err := p.mapPrincipals(func(r PrincipalRef) (string, error) {
		if r.Value == "*" {
			return r.Value, nil
		}
		return rewrite(r)
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	tree.write(&b)
	return Parse(b.Bytes(), p.grammar)
}

// mapPrincipals copies the document's tree with every principal replaced; what has no principals is shared.
func (p *Policy) mapPrincipals(visit func(PrincipalRef) (string, error)) (*node, error) {
	m := principalMap{visit: visit, index: -1}
	tree := p.tree.mapMembers(func(name string, n *node) *node {
		if name != "Statement" {
			return n
		}
		return n.mapItems(m.statement)
	})
	return tree, m.err
}

// principalMap is one walk over the principals of a document. After the first error it replaces nothing more.
type principalMap struct {
	visit func(PrincipalRef) (string, error)
	index int // of the statement
	err   error
}

func (m *principalMap) statement(n *node) *node {
	m.index++
	return n.mapMembers(func(name string, n *node) *node {
		if name != "Principal" && name != "NotPrincipal" {
			return n
		}
		r := PrincipalRef{Statement: m.index, Negated: name == "NotPrincipal", Kind: "*"}
		if n.kind == stringNode {
			return m.value(r, n)
		}
		return n.mapMembers(func(kind string, n *node) *node {
			r.Kind = kind
			return n.mapItems(func(n *node) *node { return m.value(r, n) })
		})
	})
}

func (m *principalMap) value(r PrincipalRef, n *node) *node {
	if m.err != nil {
		return n
	}
	r.Value = n.text
	var text string
	if text, m.err = m.visit(r); m.err != nil {
		return n
	}
	return &node{kind: stringNode, text: text}
}

// mapMembers copies an object with its values replaced.
func (n *node) mapMembers(f func(string, *node) *node) *node {
	out := &node{kind: n.kind, members: make([]member, len(n.members))}
	for i, m := range n.members {
		out.members[i] = member{m.name, f(m.name, m.value)}
	}
	return out
}

// mapItems copies an array with its items replaced; anything else counts as its own only item.
func (n *node) mapItems(f func(*node) *node) *node {
	if n.kind != arrayNode {
		return f(n)
	}
	out := &node{kind: n.kind, items: make([]*node, len(n.items))}
	for i, item := range n.items {
		out.items[i] = f(item)
	}
	return out
}
