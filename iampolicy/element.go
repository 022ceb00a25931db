package iampolicy

// Element is a statement as its author wrote it, for those who show and judge policies: what decides is compiled.
type Element struct {
	Statement
	NotAction    bool
	Actions      []string
	NotResource  bool
	Resources    []string // nil where the statement has no such element
	Principals   []PrincipalRef
	NoPrincipals []string // the kinds that Principal lists no value of, such as "AWS"
	HasCondition bool
	Conditions   []ConditionElement
}

// ConditionElement is one key of a condition operator; Key is empty for an operator without keys.
type ConditionElement struct {
	Operator string // with prefix and suffix, such as "ForAllValues:StringLikeIfExists"
	Key      string
	Values   []string
}

// Elements returns the statements in the order of the document.
func (p *Policy) Elements() []Element {
	list := p.Statements()
	items := p.tree.get("Statement").each()
	out := make([]Element, len(list))
	for i := range list {
		out[i] = Element{Statement: list[i], NotAction: p.statements[i].notAction, NotResource: p.statements[i].notResource}
		out[i].read(items[i])
	}
	for _, r := range p.Principals() {
		out[r.Statement].Principals = append(out[r.Statement].Principals, r)
	}
	return out
}

func (e *Element) read(n *node) {
	for _, m := range n.members {
		switch m.name {
		case "Action", "NotAction":
			e.Actions = m.value.texts()
		case "Resource", "NotResource":
			e.Resources = m.value.texts()
		case "Principal", "NotPrincipal":
			for _, kind := range m.value.members {
				if !kind.value.filled() {
					e.NoPrincipals = append(e.NoPrincipals, kind.name)
				}
			}
		case "Condition":
			e.HasCondition = true
			for _, operator := range m.value.members {
				e.condition(operator)
			}
		}
	}
}

func (e *Element) condition(operator member) {
	if len(operator.value.members) == 0 {
		e.Conditions = append(e.Conditions, ConditionElement{Operator: operator.name})
	}
	for _, key := range operator.value.members {
		e.Conditions = append(e.Conditions, ConditionElement{operator.name, key.name, key.value.texts()})
	}
}

// texts returns the scalars of a value or a list.
func (n *node) texts() []string {
	out := []string{}
	for _, item := range n.each() {
		out = append(out, item.text)
	}
	return out
}
