package iampolicy

import (
	"slices"
	"strings"
)

// condition is one operator applied to one context key: all conditions of a statement must hold.
//
// The rules for keys and values (IAM User Guide, "Condition operators", "Conditions with multiple context keys or values",
// "Single-valued vs. multivalued context keys"):
//   - Several policy values are alternatives; for a negated operator none of them may match.
//   - An absent key makes a positive operator false, a negated one true, any with IfExists true, ForAllValues true, ForAnyValue false.
//   - For Null and the set operators a key whose values are all empty counts as having none: ForAllValues true, ForAnyValue false.
//
// Where AWS leaves a case open the answer is the one that grants less, so it depends on the effect of the statement:
//   - A request value that is not of the operator's type makes a condition false in an Allow and true in a Deny, negated or not.
//   - A variable without a value makes its policy value match nothing. Where that would make the condition true, under a negated operator,
//     an Allow does not apply ("any attempt to match it fails and causes the statement to be invalid").
//   - An operator without set prefix on a key with several values needs all of them in an Allow and one of them in a Deny.
type condition struct {
	name     string // as written
	key      string // lower case
	op       operator
	set      setOperator
	ifExists bool
	values   values
	nulls    []bool // the values of Null, which asks about the key and not about what it holds
}

type setOperator uint8

const (
	noSet setOperator = iota
	forAllValues
	forAnyValue
)

// holds evaluates the condition in a statement that denies or allows.
func (c *condition) holds(ctx Context, deny bool) bool {
	list, ok := ctx.Lookup(c.key)
	present := ok && len(list) > 0
	if c.op.family == nullFamily {
		return slices.Contains(c.nulls, !present || allEmpty(list))
	}
	switch {
	case !present && c.ifExists:
		return true
	case c.set != noSet && (!present || allEmpty(list)):
		return c.set == forAllValues
	case !present:
		return c.op.negated
	}
	every, some := true, false
	for _, value := range list {
		ok, readable := c.satisfied(value, ctx, deny)
		if !readable {
			return deny
		}
		every, some = every && ok, some || ok
	}
	if c.set == forAnyValue || c.set == noSet && deny {
		return some
	}
	return every
}

// satisfied tests one request value.
func (c *condition) satisfied(value string, ctx Context, deny bool) (ok, readable bool) {
	switch c.values.test(value, ctx) {
	case matched:
		return !c.op.negated, true
	case unmatched:
		return c.op.negated, true
	case unresolved:
		return c.op.negated && deny, true
	}
	return false, false
}

func allEmpty(list []string) bool {
	for _, s := range list {
		if s != "" {
			return false
		}
	}
	return true
}

// parseOperator reads an operator name with its prefix and suffix. Null takes neither: it already asks whether the key exists.
func (c *condition) parseOperator(name string) bool {
	s := lower(name)
	if rest, ok := strings.CutPrefix(s, "forallvalues:"); ok {
		s, c.set = rest, forAllValues
	} else if rest, ok := strings.CutPrefix(s, "foranyvalue:"); ok {
		s, c.set = rest, forAnyValue
	}
	s, c.ifExists = strings.CutSuffix(s, "ifexists")
	var ok bool
	c.op, ok = lookupOperator(s)
	return ok && (c.op.family != nullFamily || c.set == noSet && !c.ifExists)
}

// variables calls report for every policy variable of the condition.
func (c *condition) variables(report func(*variable)) {
	switch v := c.values.(type) {
	case textValues:
		eachVariable(v.list, report)
	case likeValues:
		eachVariable(v, report)
	case boolValues:
		eachVariable(v, report)
	case arnValues:
		for i := range v {
			eachVariable(v[i].parts, report)
			if v[i].whole != nil {
				eachVariable([]template{*v[i].whole}, report)
			}
		}
	}
}

func eachVariable(list []template, report func(*variable)) {
	for i := range list {
		for j := range list[i].units {
			if ref := list[i].units[j].ref; ref != nil {
				report(ref)
			}
		}
	}
}
