package delegation

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// roleActions are the actions that decide what a role may ever do. A template that allows one of them has to say with which permissions
// boundaries, so that what lasts beyond the delegation is bounded
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/temporary-delegation-understanding-permissions.html, "Long-Term Permissions").
func roleActions() []string {
	return []string{"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"}
}

// boundaries gives the permissions boundaries of the roles that a rendered policy lets the requestor make. A statement that would let it
// make roles without one is refused.
func boundaries(rendered string) ([]string, error) {
	d, err := readPolicy(rendered)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, s := range d.statements {
		if s["Effect"] != "Allow" {
			continue
		}
		for _, action := range roleActions() {
			concerns, err := matches(s, action)
			if err != nil {
				return nil, err
			}
			if !concerns {
				continue
			}
			arns := boundaryCondition(s)
			if len(arns) == 0 {
				return nil, invalid("A policy template that allows %s must name the permissions boundary in a condition on iam:PermissionsBoundary.", action)
			}
			all = append(all, arns...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// matches tells whether the actions of a statement take in an action, as the policy engine sees it.
func matches(s map[string]any, action string) (bool, error) {
	probe := map[string]any{"Effect": "Allow", "Resource": "*"}
	for _, name := range []string{"Action", "NotAction"} {
		if v, ok := s[name]; ok {
			probe[name] = v
		}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": probe})
	if err != nil {
		return false, err
	}
	p, err := iampolicy.Parse(text, iampolicy.IdentityPolicy)
	if err != nil {
		return false, err
	}
	const anyone = "000000000000"
	return iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{ID: "probe", Policy: p}}}, &iampolicy.Request{
		Action: action, Resource: "*", ResourceAccount: anyone, Principal: iampolicy.Principal{Type: iampolicy.User, Account: anyone},
	}).Allowed, nil
}

// boundaryCondition gives the policies that a statement's condition on the permissions boundary names: each in full, by an operator that
// does not pass over an absent key.
func boundaryCondition(s map[string]any) []string {
	operators, _ := s["Condition"].(map[string]any)
	for _, operator := range []string{"StringEquals", "ArnEquals", "StringLike", "ArnLike"} {
		keys, _ := operators[operator].(map[string]any)
		for key, v := range keys {
			if caller.Fold(key) != "iam:permissionsboundary" {
				continue
			}
			if arns := policyARNs(v); len(arns) > 0 {
				return arns
			}
		}
	}
	return nil
}

// policyARNs reads a value or a list of values that are all ARNs of policies without wildcards and variables; of anything else there are none.
func policyARNs(v any) []string {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok || !strings.HasPrefix(s, "arn:aws:iam::") || !strings.Contains(s, ":policy/") || strings.ContainsAny(s, "*?$") {
			return nil
		}
		out = append(out, s)
	}
	return out
}
