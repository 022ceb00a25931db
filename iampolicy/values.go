package iampolicy

import (
	"encoding/base64"
	"net/netip"

	"github.com/mayfly-id/mayfly/iampolicy/scalar"
)

// outcome is how one request value stands to a list of policy values, before negation.
type outcome uint8

const (
	unmatched outcome = iota
	matched
	unresolved // unmatched, and at least one policy value has a variable without a value
	unreadable // the request value is not of the operator's type, or whether it matches cannot be told
)

// values is the compiled list of policy values of one condition key.
type values interface {
	test(value string, ctx Context) outcome
}

// anyOf folds a test of each policy value into an outcome.
func anyOf[T any](list []T, test func(*T) (ok, resolved bool)) outcome {
	out := unmatched
	for i := range list {
		switch ok, resolved := test(&list[i]); {
		case ok:
			return matched
		case !resolved:
			out = unresolved
		}
	}
	return out
}

type textValues struct {
	list []template
	fold bool
}

func (v textValues) test(value string, ctx Context) outcome {
	return anyOf(v.list, func(t *template) (bool, bool) {
		text, resolved := t.expand(ctx)
		return resolved && (text == value || v.fold && equalFold(text, value)), resolved
	})
}

type likeValues []template

func (v likeValues) test(value string, ctx Context) outcome {
	return anyOf(v, func(t *template) (bool, bool) { return t.match(value, ctx) })
}

// arnValues are patterns of ARNs. AWS does not say whether a pattern with fewer than six parts matches nothing or leaves the others open, so a
// match of one decides nothing.
type arnValues []arnPattern

func (v arnValues) test(value string, ctx Context) outcome {
	parts, ok := splitARN(value)
	if !ok {
		return unreadable
	}
	unsure := false
	out := anyOf(v, func(p *arnPattern) (bool, bool) {
		ok, resolved := p.match(value, &parts, ctx)
		unsure = unsure || ok && p.short
		return ok && !p.short, resolved
	})
	if unsure && out != matched {
		return unreadable
	}
	return out
}

type numericValues struct {
	list   []scalar.Decimal
	relate relation
}

func (v numericValues) test(value string, _ Context) outcome {
	d, ok := scalar.ParseDecimal(value)
	if !ok {
		return unreadable
	}
	return anyOf(v.list, func(p *scalar.Decimal) (bool, bool) { return v.relate.holds(d.Compare(*p)), true })
}

type dateValues struct {
	list   []scalar.Instant
	relate relation
}

func (v dateValues) test(value string, _ Context) outcome {
	i, ok := scalar.ParseInstant(value)
	if !ok {
		return unreadable
	}
	return anyOf(v.list, func(p *scalar.Instant) (bool, bool) { return v.relate.holds(i.Compare(*p)), true })
}

// boolValues may hold variables ("You can use a policy variable with the Boolean condition operator").
type boolValues []template

func (v boolValues) test(value string, ctx Context) outcome {
	b, ok := parseBool(value)
	if !ok {
		return unreadable
	}
	return anyOf(v, func(t *template) (bool, bool) {
		text, resolved := t.expand(ctx)
		p, ok := parseBool(text)
		return ok && p == b, resolved
	})
}

func parseBool(s string) (value, ok bool) {
	value = equalFold(s, "true")
	return value, value || equalFold(s, "false")
}

// binaryValues compares bytes; policy and context both carry them in base 64.
type binaryValues []string

func (v binaryValues) test(value string, _ Context) outcome {
	raw, ok := parseBinary(value)
	if !ok {
		return unreadable
	}
	return anyOf(v, func(p *string) (bool, bool) { return *p == raw, true })
}

func parseBinary(s string) (string, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	return string(raw), err == nil
}

type addressValues []netip.Prefix

func (v addressValues) test(value string, _ Context) outcome {
	addr, ok := scalar.ParseAddress(value)
	if !ok {
		return unreadable
	}
	return anyOf(v, func(p *netip.Prefix) (bool, bool) { return p.Contains(addr), true })
}
