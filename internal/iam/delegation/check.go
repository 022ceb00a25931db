package delegation

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The answers to whether a caller has what a request asks for.
const (
	allowed = iamapi.PermissionCheckResultTypeAllowed
	denied  = iamapi.PermissionCheckResultTypeDenied
	unsure  = iamapi.PermissionCheckResultTypeUnsure
)

// checker holds a caller's policies against what a request asks for. It says ALLOWED or DENIED only when the answer does not hang on
// anything that it does not know; the delegated session is decided at each use, whatever it says.
type checker struct {
	set     *iampolicy.Set
	request iampolicy.Request
	denies  bool // some policy of the caller has a Deny
}

// mostChecked bounds the decisions of one check. A template of 2,048 characters can name tens of thousands of pairs of action and resource.
const mostChecked = 1000

// check tells whether the caller has what a request asks for.
func (s *Service) check(ctx context.Context, d *record.DelegationRequest) (iamapi.PermissionCheckResultType, error) {
	p := caller.PrincipalFrom(ctx)
	set, err := s.policiesOf(ctx, p)
	if err != nil {
		return "", err
	}
	policy, err := readPolicy(d.Policy)
	if err != nil {
		return "", err
	}
	c := &checker{set: set, request: iampolicy.Request{ResourceAccount: p.Account, Principal: p.ForPolicies(), Context: requestFacts{caller.RequestFrom(ctx)}}}
	c.denies = denying(set)
	result, asked := allowed, 0
	for _, st := range policy.statements {
		if st["Effect"] != "Allow" {
			continue
		}
		for _, action := range wanted(st, "Action") {
			for _, resource := range wanted(st, "Resource") {
				if asked++; asked > mostChecked {
					return unsure, nil
				}
				switch c.one(action, resource) {
				case denied:
					return denied, nil
				case unsure:
					result = unsure
				}
			}
		}
	}
	return result, nil
}

// policiesOf gives what decides about a caller: their policies, and what their organization forbids, which does not reach service-linked roles.
func (s *Service) policiesOf(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error) {
	shared, err := s.policies.PoliciesOf(ctx, p)
	if err != nil || s.organizations == nil || arn.IsServiceLinkedRole(p.EntityARN) {
		return shared, err
	}
	set := *shared
	set.ServiceControl, err = s.organizations.ServiceControl(ctx, p.Account)
	return &set, err
}

// one asks for one action on one resource. A pattern counts as had when the caller's policies match the pattern itself, and so all that it
// stands for, unless a Deny cuts something out.
func (c *checker) one(action, resource string) iamapi.PermissionCheckResultType {
	d := c.explain(action, resource)
	switch pattern := strings.Contains(action+resource, "*"); {
	case len(d.MissingContext) > 0, strings.Contains(action+resource, "?"), strings.Contains(resource, "${"):
		return unsure
	case d.Explicit:
		return denied
	case pattern && (c.denies || !d.Allowed): // a Deny may cut something out; several statements together may cover it
		return unsure
	case pattern: // a "?" of the caller's policies matches a "*" as a character, and not two of them
		twice := c.explain(strings.ReplaceAll(action, "*", "**"), strings.ReplaceAll(resource, "*", "**"))
		if !twice.Allowed {
			return unsure
		}
		return allowed
	case d.Allowed:
		return allowed
	}
	return denied
}

func (c *checker) explain(action, resource string) iampolicy.Decision {
	r := c.request
	r.Action, r.Resource = action, resource
	return iampolicy.Explain(c.set, &r)
}

// wanted lists what a statement names. What it names by exception is everything, for a conservative answer.
func wanted(st map[string]any, element string) []string {
	switch v := st[element].(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return []string{"*"}
}

// denying reports whether any policy that limits the caller has a Deny.
func denying(set *iampolicy.Set) bool {
	all := append(append([]iampolicy.Named{}, set.Identity...), set.Session...)
	if set.Boundary != nil {
		all = append(all, *set.Boundary)
	}
	for _, level := range set.ServiceControl {
		all = append(all, level...)
	}
	for _, n := range all {
		for _, st := range n.Policy.Statements() {
			if st.Effect == "Deny" {
				return true
			}
		}
	}
	return false
}

// requestFacts answers the condition keys that a request answers by itself. All others are missing, which makes the answer unsure.
type requestFacts struct{ r *caller.Request }

// Lookup implements iampolicy.Context.
func (f requestFacts) Lookup(key string) ([]string, bool) {
	v, ok := f.r.Lookup(key)
	return []string{v}, ok
}
