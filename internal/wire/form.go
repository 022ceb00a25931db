package wire

import (
	"net/url"
	"slices"
	"strings"
)

// Form is a parsed application/x-www-form-urlencoded body, sorted by name. A name stands in it once.
type Form []Param

// Param is one parameter of a Form.
type Param struct{ Name, Value string }

// ParseForm parses a form strictly: every escape must be well formed and no name may come twice, so that what was signed,
// what is checked and what is done are the same (security rule 2).
func ParseForm(body string) (Form, error) {
	if body == "" {
		return nil, nil
	}
	if strings.Count(body, "&") >= MaxElements {
		return nil, syntax("too many parameters")
	}
	form := make(Form, 0, strings.Count(body, "&")+1)
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		n, err := unescapeForm(name)
		if err != nil {
			return nil, err
		}
		v, err := unescapeForm(value)
		if err != nil {
			return nil, err
		}
		form = append(form, Param{n, v})
	}
	slices.SortFunc(form, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(form); i++ {
		if form[i].Name == form[i-1].Name {
			return nil, syntax("a parameter comes twice")
		}
	}
	return form, nil
}

func unescapeForm(s string) (string, error) {
	if !strings.ContainsAny(s, "%+;") {
		return s, nil
	}
	if strings.Contains(s, ";") {
		return "", syntax("a parameter holds an unescaped semicolon")
	}
	u, err := url.QueryUnescape(s)
	if err != nil {
		return "", syntax("a parameter holds a bad escape")
	}
	return u, nil
}

// Get gives the value of a parameter.
func (f Form) Get(name string) (string, bool) {
	i, ok := slices.BinarySearchFunc(f, name, func(p Param, n string) int { return strings.Compare(p.Name, n) })
	if !ok {
		return "", false
	}
	return f[i].Value, true
}

// under gives the parameters whose names begin with prefix: a range, since the form is sorted.
func (f Form) under(prefix string) Form {
	start, _ := slices.BinarySearchFunc(f, prefix, func(p Param, n string) int { return strings.Compare(p.Name, n) })
	end := start
	for end < len(f) && strings.HasPrefix(f[end].Name, prefix) {
		end++
	}
	return f[start:end]
}
