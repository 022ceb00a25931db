package delegation

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostRendered is the longest rendered policy, in characters
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/temporary-delegation-policy-templates.html).
const mostRendered = 2048

// Bounds of what a template with its parameters may become before its size is looked at.
const (
	mostValues   = 100  // of one parameter
	longestValue = 1024 // in bytes
)

// Types of parameters.
const (
	typeString = string(iamapi.PolicyParameterTypeEnumString)
	typeList   = string(iamapi.PolicyParameterTypeEnumStringList)
)

// invalid is the refusal of an input.
func invalid(format string, args ...any) *wire.Error {
	return iamapi.InvalidInputException.New(format, args...)
}

// parameters reads the parameters of a request: each with a name of its own and values that can only ever stand for themselves.
func parameters(in []iamapi.PolicyParameter) ([]record.DelegationParameter, error) {
	out := make([]record.DelegationParameter, 0, len(in))
	seen := map[string]bool{}
	for _, p := range in {
		d := record.DelegationParameter{Name: text(p.Name), Type: typeString, Values: p.Values}
		if p.Type != nil {
			d.Type = string(*p.Type)
		}
		switch {
		case !parameterName(d.Name):
			return nil, invalid("The name of a policy parameter must consist of letters, digits, '-' and '_'.")
		case seen[d.Name]:
			return nil, invalid("The policy parameter %s is given more than once.", d.Name)
		case d.Type == typeString && len(d.Values) != 1:
			return nil, invalid("The policy parameter %s of type string must have exactly one value.", d.Name)
		case d.Type == typeList && (len(d.Values) == 0 || len(d.Values) > mostValues):
			return nil, invalid("The policy parameter %s must have between 1 and %d values.", d.Name, mostValues)
		case d.Type != typeString && d.Type != typeList:
			return nil, invalid("The type of the policy parameter %s is not valid.", d.Name)
		}
		for _, v := range d.Values {
			if !plainValue(v) {
				return nil, invalid("A value of the policy parameter %s is empty, too long, or has a character that has a meaning in policies.", d.Name)
			}
		}
		seen[d.Name] = true
		out = append(out, d)
	}
	return out, nil
}

func parameterName(s string) bool { return s != "" && onlyOf(s, "-_") }

// onlyOf reports whether s consists of ASCII letters, digits and the characters of more.
func onlyOf(s, more string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return true
}

// plainValue admits printable ASCII without wildcards, policy variables and placeholders: nothing that would make a pattern wider than the
// template's author wrote it.
func plainValue(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= longestValue && !strings.ContainsAny(s, "*?$") && !strings.Contains(s, "@{")
}

// filler puts values in the place of placeholders and notes which of them were needed.
type filler struct {
	values map[string]*record.DelegationParameter
	used   map[string]bool
}

// render fills a template in and holds the policy that comes of it against the rules for session policies. Every parameter must be needed
// and every placeholder known.
func render(template string, params []record.DelegationParameter) (string, error) {
	f := &filler{values: map[string]*record.DelegationParameter{}, used: map[string]bool{}}
	for i := range params {
		f.values[params[i].Name] = &params[i]
	}
	document, err := readPolicy(template)
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		return "", invalid("The policy template is not valid: %s", bad.Message).Because(err)
	}
	if err != nil {
		return "", err
	}
	for _, s := range document.statements {
		if err := f.statement(s); err != nil {
			return "", err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if !f.used[name] {
			return "", invalid("The policy template has no parameter %s.", name)
		}
	}
	out, err := document.String()
	if err != nil {
		return "", err
	}
	if strings.Contains(out, "@{") {
		return "", invalid("The policy template has a parameter outside of Resource and the values of Condition.")
	}
	if utf8.RuneCountInString(out) > mostRendered {
		return "", invalid("The rendered policy is longer than %d characters.", mostRendered)
	}
	return out, checkSession(out)
}

// checkSession refuses what cannot be a session policy.
func checkSession(document string) error {
	_, err := iampolicy.Parse([]byte(document), iampolicy.SessionPolicy)
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		return invalid("The rendered policy is not valid: %s", bad.Message).Because(err)
	}
	return err
}

// statement fills in one statement.
func (f *filler) statement(s map[string]any) error {
	for _, name := range []string{"Resource", "NotResource"} {
		if v, ok := s[name]; ok {
			filled, err := f.value(v, true)
			if err != nil {
				return err
			}
			s[name] = filled
		}
	}
	operators, _ := s["Condition"].(map[string]any)
	for _, keys := range operators {
		values, _ := keys.(map[string]any)
		for k, v := range values {
			filled, err := f.value(v, false)
			if err != nil {
				return err
			}
			values[k] = filled
		}
	}
	return nil
}

// value fills in a text or each text of a list. A text with a list of values becomes a list of texts.
func (f *filler) value(v any, resource bool) (any, error) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok { // a number or a boolean has no placeholder
			out = append(out, e)
			continue
		}
		texts, err := f.text(s, resource)
		if err != nil {
			return nil, err
		}
		for _, t := range texts {
			out = append(out, t)
		}
	}
	if len(out) == 1 && !isList {
		return out[0], nil
	}
	return out, nil
}

// arnHead is the number of colons before the part of an ARN that names the resource itself.
const arnHead = 5

// text fills in one text: at most one list stands in it, so that what it becomes is no larger than that list.
func (f *filler) text(s string, resource bool) ([]string, error) {
	out, lists := []string{""}, 0
	for before := ""; ; {
		head, rest, found := strings.Cut(s, "@{")
		for i := range out {
			out[i] += head
		}
		if !found {
			return out, nil
		}
		before += head
		name, tail, closed := strings.Cut(rest, "}")
		p := f.values[name]
		if !closed || p == nil {
			return nil, invalid("The policy template needs a parameter that is not given: %s.", clipped(name))
		}
		f.used[name] = true
		if p.Type == typeList {
			lists++
		}
		if lists > 1 {
			return nil, invalid("The policy template has two lists in one value.")
		}
		if resource && strings.Count(before, ":") < arnHead && slices.ContainsFunc(p.Values, notAField) {
			return nil, invalid("A value of the policy parameter %s cannot stand in the first fields of an ARN.", name)
		}
		out = cross(out, p.Values)
		s = tail
	}
}

// notAField refuses a value that would end the field of an ARN that it stands in: what a parameter is called must not choose an account.
func notAField(v string) bool { return !onlyOf(v, "-") }

func cross(heads, tails []string) []string {
	out := make([]string, 0, len(heads)*len(tails))
	for _, h := range heads {
		for _, t := range tails {
			out = append(out, h+t)
		}
	}
	return out
}

// clipped bounds what an answer repeats.
func clipped(s string) string {
	const most = 64
	if len(s) > most {
		return s[:most]
	}
	return s
}

// document is a policy document, taken apart.
type document struct {
	top        map[string]any
	statements []map[string]any
}

// readPolicy takes a document apart that is a good identity policy, so that no member stands twice in it and all have their form.
func readPolicy(text string) (*document, error) {
	if _, err := iampolicy.Parse([]byte(text), iampolicy.IdentityPolicy); err != nil {
		return nil, err
	}
	d := &document{}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&d.top); err != nil {
		return nil, err
	}
	list, isList := d.top["Statement"].([]any)
	if !isList {
		list = []any{d.top["Statement"]}
	}
	for _, e := range list {
		s, ok := e.(map[string]any)
		if !ok {
			return nil, errors.New("delegation: a policy has a statement that is no object")
		}
		d.statements = append(d.statements, s)
	}
	return d, nil
}

// String gives the document as compact JSON, its members sorted.
func (d *document) String() (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(d.top)
	return strings.TrimSuffix(b.String(), "\n"), err
}
