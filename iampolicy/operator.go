package iampolicy

// operator is a condition operator without its set prefix and IfExists suffix.
type operator struct {
	family  family
	relate  relation
	negated bool
}

type family uint8

const (
	stringFamily family = iota
	foldFamily          // strings ignoring case
	likeFamily
	numericFamily
	dateFamily
	boolFamily
	binaryFamily
	addressFamily
	arnFamily
	nullFamily
)

// relation is how the request's value must stand to the policy's.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// holds reports whether a comparison result satisfies the relation.
func (r relation) holds(order int) bool {
	switch r {
	case less:
		return order < 0
	case lessOrEqual:
		return order <= 0
	case greater:
		return order > 0
	case greaterOrEqual:
		return order >= 0
	}
	return order == 0
}

// lookupOperator returns the operator with this name in lower case (IAM User Guide, "IAM JSON policy elements: Condition operators").
// ArnEquals and ArnLike are the same, as are their negations.
func lookupOperator(name string) (operator, bool) {
	switch name {
	case "stringequals":
		return operator{family: stringFamily}, true
	case "stringnotequals":
		return operator{family: stringFamily, negated: true}, true
	case "stringequalsignorecase":
		return operator{family: foldFamily}, true
	case "stringnotequalsignorecase":
		return operator{family: foldFamily, negated: true}, true
	case "stringlike":
		return operator{family: likeFamily}, true
	case "stringnotlike":
		return operator{family: likeFamily, negated: true}, true
	case "bool":
		return operator{family: boolFamily}, true
	case "binaryequals":
		return operator{family: binaryFamily}, true
	case "ipaddress":
		return operator{family: addressFamily}, true
	case "notipaddress":
		return operator{family: addressFamily, negated: true}, true
	case "arnequals", "arnlike":
		return operator{family: arnFamily}, true
	case "arnnotequals", "arnnotlike":
		return operator{family: arnFamily, negated: true}, true
	case "null":
		return operator{family: nullFamily}, true
	}
	return orderedOperator(name)
}

// orderedOperator returns the numeric and date operators, which share six relations.
func orderedOperator(name string) (operator, bool) {
	var o operator
	var rest string
	switch {
	case len(name) > len("numeric") && name[:len("numeric")] == "numeric":
		o.family, rest = numericFamily, name[len("numeric"):]
	case len(name) > len("date") && name[:len("date")] == "date":
		o.family, rest = dateFamily, name[len("date"):]
	default:
		return operator{}, false
	}
	switch rest {
	case "equals":
	case "notequals":
		o.negated = true
	case "lessthan":
		o.relate = less
	case "lessthanequals":
		o.relate = lessOrEqual
	case "greaterthan":
		o.relate = greater
	case "greaterthanequals":
		o.relate = greaterOrEqual
	default:
		return operator{}, false
	}
	return o, true
}
