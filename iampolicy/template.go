package iampolicy

import "strings"

// template is a policy value compiled for matching: text, wildcards and policy variables.
type template struct {
	units   []unit
	dynamic bool // has variables
}

// variable is one ${key} or ${key, 'fallback'}.
type variable struct {
	name        string // as written, for reports
	key         string // lower case, for look-up
	fallback    string
	hasFallback bool
}

// parseTemplate compiles text. Variables are recognised only if variables is set (language version 2012-10-17), "*" and "?" only if wild
// is set; ${*}, ${?} and ${$} are those characters themselves wherever variables are (IAM User Guide, "Variables and tags").
func parseTemplate(text string, variables, wild bool) (template, bool) {
	var t template
	var run strings.Builder
	wildcards, refs := 0, 0
	flush := func() {
		if run.Len() > 0 {
			t.units = append(t.units, unit{kind: literal, text: run.String()})
			run.Reset()
		}
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case variables && strings.HasPrefix(text[i:], "${"):
			plain, ref, n := parseVariable(text[i:])
			if n == 0 {
				return template{}, false
			}
			i += n
			if ref == nil {
				run.WriteString(plain)
				continue
			}
			flush()
			refs++
			t.units, t.dynamic = append(t.units, unit{kind: fromContext, ref: ref}), true
		case wild && (c == '*' || c == '?'):
			flush()
			i++
			wildcards++
			t.addWildcard(c)
		default:
			run.WriteByte(c)
			i++
		}
	}
	flush()
	return t, wildcards <= maxWildcards && refs <= maxVariables
}

func (t *template) addWildcard(c byte) {
	kind := anyOne
	if c == '*' {
		kind = anyRun
	}
	if n := len(t.units); kind == anyRun && n > 0 && t.units[n-1].kind == anyRun {
		return
	}
	t.units = append(t.units, unit{kind: kind})
}

// parseVariable reads the variable that text begins with: the character it stands for or the reference, and its length, 0 if it is malformed.
func parseVariable(text string) (plain string, ref *variable, n int) {
	body := text[len("${"):]
	end := strings.IndexAny(body, ",}")
	if end < 0 {
		return "", nil, 0
	}
	name, n := body[:end], len("${")+end+1
	if body[end] == '}' && (name == "*" || name == "?" || name == "$") {
		return name, nil, n
	}
	if !variableName(name) {
		return "", nil, 0
	}
	ref = &variable{name: name, key: lower(name)}
	if body[end] == '}' {
		return "", ref, n
	}
	rest := strings.TrimLeft(text[n:], " ")
	if !strings.HasPrefix(rest, "'") {
		return "", nil, 0
	}
	value, after, ok := strings.Cut(rest[1:], "'")
	after = strings.TrimLeft(after, " ")
	if !ok || !strings.HasPrefix(after, "}") {
		return "", nil, 0
	}
	ref.fallback, ref.hasFallback = value, true
	return "", ref, len(text) - len(after) + 1
}

// variableName reports whether name can be a context key: a vendor, a colon and more, without anything that begins another construct.
func variableName(name string) bool {
	colon := strings.IndexByte(name, ':')
	return colon > 0 && colon < len(name)-1 && !strings.ContainsAny(name, "${'*?\"") && strings.Trim(name, " ") == name
}

// match reports whether s matches. resolved is false if a variable has no value and no fallback; then nothing matches.
func (t *template) match(s string, ctx Context) (matched, resolved bool) {
	if !t.dynamic {
		return glob(t.units, s), true
	}
	var buf [8]unit
	units, ok := t.resolve(buf[:0], ctx)
	if !ok {
		return false, false
	}
	return glob(units, s), true
}

// resolve appends the units to dst with every variable replaced by its value. The value becomes a literal: a user named "*" is a user
// with an odd name and not everybody.
func (t *template) resolve(dst []unit, ctx Context) ([]unit, bool) {
	for i := range t.units {
		u := t.units[i]
		if u.kind == fromContext {
			text, ok := u.ref.value(ctx)
			if !ok {
				return nil, false
			}
			u = unit{kind: literal, text: text}
		}
		dst = append(dst, u)
	}
	return dst, true
}

// value looks the variable up. A key with several values cannot be a variable ("Single-valued vs. multivalued context keys"): which of
// them it stood for would be a guess, and the fallback is for an absent key.
func (v *variable) value(ctx Context) (string, bool) {
	values, ok := ctx.Lookup(v.key)
	switch {
	case ok && len(values) == 1:
		return values[0], true
	case ok && len(values) > 1:
		return "", false
	}
	return v.fallback, v.hasFallback
}

// expand returns the value of a template without wildcards.
func (t *template) expand(ctx Context) (string, bool) {
	switch {
	case len(t.units) == 0:
		return "", true
	case len(t.units) == 1 && t.units[0].kind == literal:
		return t.units[0].text, true
	}
	var buf [8]unit
	units, ok := t.resolve(buf[:0], ctx)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i := range units {
		b.WriteString(units[i].text)
	}
	return b.String(), true
}
