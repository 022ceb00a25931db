package iampolicy

import (
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy/scalar"
)

// conditions compiles a Condition element: operator, then key, then one value or a list.
func (p *parser) conditions(n *node, path string) []condition {
	p.need(n.kind == objectNode, path, "a condition is an object of operators")
	var out []condition
	seen := map[conditionName]struct{}{}
	for _, m := range n.members {
		at := path + "." + m.name
		var c condition
		if !c.parseOperator(m.name) || m.value.kind != objectNode {
			p.addReason(rankSyntax, at, msgSyntax, "there is no such condition operator, or it has no object of keys")
			continue
		}
		for _, k := range m.value.members {
			c.name, c.key = k.name, lower(k.name)
			// Names ignore case, so these members would be the same one twice.
			name := conditionName{lower(m.name), c.key}
			_, dup := seen[name]
			p.need(!dup, at+"."+k.name, "the operator has this key twice: neither of their names depends on case")
			seen[name] = struct{}{}
			if colon := strings.IndexByte(k.name, ':'); colon <= 0 || colon == len(k.name)-1 {
				p.addReason(rankActionFormat, at+"."+k.name, msgVendor, "a condition key is written <service>:<name>")
			}
			c.values = p.conditionValues(&c, k.value, at+"."+k.name)
			out = append(out, c)
		}
	}
	return out
}

type conditionName struct{ operator, key string }

// conditionValues compiles the values of one key for its operator.
func (p *parser) conditionValues(c *condition, n *node, path string) values {
	list := p.scalars(n, path)
	template := func(wild bool) func(string) (template, bool) {
		return func(s string) (template, bool) { return parseTemplate(s, p.variables, wild) }
	}
	switch c.op.family {
	case likeFamily:
		return likeValues(compileAll(p, list, path, template(true)))
	case arnFamily:
		return arnValues(compileAll(p, list, path, func(s string) (arnPattern, bool) {
			t, ok := parseTemplate(s, p.variables, true)
			return compileARN(t), ok
		}))
	case numericFamily:
		return numericValues{compileAll(p, list, path, scalar.ParseDecimal), c.op.relate}
	case dateFamily:
		return dateValues{compileAll(p, list, path, scalar.ParseInstant), c.op.relate}
	case boolFamily:
		return boolValues(compileAll(p, list, path, p.parseBoolValue))
	case binaryFamily:
		return binaryValues(compileAll(p, list, path, parseBinary))
	case addressFamily:
		return addressValues(compileAll(p, list, path, scalar.ParsePrefix))
	case nullFamily:
		c.nulls = compileAll(p, list, path, parseBool)
		return nil
	}
	return textValues{compileAll(p, list, path, template(false)), c.op.family == foldFamily}
}

// parseBoolValue reads "true", "false" or a value with variables.
func (p *parser) parseBoolValue(s string) (template, bool) {
	t, ok := parseTemplate(s, p.variables, false)
	if _, isBool := parseBool(s); !isBool && !t.dynamic {
		return t, false
	}
	return t, ok
}

// compileAll compiles every value, recording those that do not parse.
func compileAll[T any](p *parser, list []string, path string, compile func(string) (T, bool)) []T {
	out := make([]T, 0, len(list))
	for _, text := range list {
		v, ok := compile(text)
		if !ok {
			p.addReason(rankLegacy, path, msgLegacy, "the operator cannot compare with the value \""+text+"\"")
		}
		out = append(out, v)
	}
	return out
}

// scalars reads a string, number or boolean, or an array of these.
func (p *parser) scalars(n *node, path string) []string {
	items := n.each()
	out := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := item.scalar()
		p.need(ok, path, "a string, number or boolean is needed, or a list of these")
		out = append(out, text)
	}
	return out
}
