package delegation

import (
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

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
