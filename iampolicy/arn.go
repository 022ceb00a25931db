package iampolicy

import "strings"

const arnParts = 6 // arn:partition:service:region:account:resource

// arnPattern is a policy value of an ARN operator: each of the six parts is matched by itself, so that a "*" for the region cannot
// swallow an account.
type arnPattern struct {
	every bool      // "*": any ARN
	whole *template // a single variable: an ARN as a whole, compared as text
	parts []template
	short bool // its author wrote fewer than six parts
}

// compileARN splits a template at the colons its author wrote. A colon inside a variable's value separates nothing: values come from
// tags and names. Parts that are left out are anything, but see arnValues.
func compileARN(t template) arnPattern {
	if len(t.units) == 1 {
		switch t.units[0].kind {
		case anyRun:
			return arnPattern{every: true}
		case fromContext:
			return arnPattern{whole: &t}
		}
	}
	parts := make([]template, 1, arnParts)
	for _, u := range t.units {
		text := u.text
		for u.kind == literal && len(parts) < arnParts {
			before, after, cut := strings.Cut(text, ":")
			if !cut {
				break
			}
			parts[len(parts)-1].add(unit{kind: literal, text: before})
			parts, text = append(parts, template{}), after
		}
		u.text = text
		parts[len(parts)-1].add(u)
	}
	short := len(parts) < arnParts
	for len(parts) < arnParts {
		parts = append(parts, template{units: []unit{{kind: anyRun}}})
	}
	return arnPattern{parts: parts, short: short}
}

func (t *template) add(u unit) {
	if u.kind == literal && u.text == "" {
		return
	}
	t.units = append(t.units, u)
	t.dynamic = t.dynamic || u.kind == fromContext
}

func (p *arnPattern) match(value string, parts *[arnParts]string, ctx Context) (matched, resolved bool) {
	switch {
	case p.every:
		return true, true
	case p.whole != nil:
		text, ok := p.whole.expand(ctx)
		return ok && text == value, ok
	}
	matched, resolved = true, true
	for i := range p.parts {
		ok, known := p.parts[i].match(parts[i], ctx)
		matched, resolved = matched && ok, resolved && known
	}
	return matched && resolved, resolved
}

// splitARN returns the six parts of an ARN; the last keeps its colons.
func splitARN(s string) (parts [arnParts]string, ok bool) {
	rest := s
	for i := range arnParts - 1 {
		var cut bool
		if parts[i], rest, cut = strings.Cut(rest, ":"); !cut {
			return parts, false
		}
	}
	parts[arnParts-1] = rest
	return parts, parts[0] == "arn"
}
