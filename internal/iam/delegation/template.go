package delegation

import (
	"errors"
	"maps"
	"math"
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

// invalid is the refusal of an input.
func invalid(format string, args ...any) *wire.Error {
	return iamapi.InvalidInputException.New(format, args...)
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
		if n, isNumber := e.(float64); isNumber && (n != math.Trunc(n) || math.Abs(n) > exactNumber) {
			return nil, invalid("The policy template has a number that is not whole or too large: it must be a text.")
		}
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

// exactNumber is the largest number up to which numbers are rendered as they were written.
const exactNumber = 1 << 53

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
