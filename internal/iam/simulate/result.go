package simulate

import (
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// Types of policies in results. AWS's own simulator answers with these texts, and not with the values of the model's enumeration.
const (
	typeIAM      iamapi.PolicySourceType = "IAM Policy"
	typeBoundary iamapi.PolicySourceType = "IAM Permissions Boundary Policy"
	typeResource iamapi.PolicySourceType = "Resource Policy"
)

type verdict = iamapi.PolicyEvaluationDecisionType

// result decides one action on one resource, or on all of them together.
func (sim *simulation) result(action string, resource int) (iamapi.EvaluationResult, error) {
	list := sim.resources[resource : resource+1]
	name := list[0]
	if sim.together {
		list, name = sim.resources, "*"
	}
	out := iamapi.EvaluationResult{
		EvalActionName: action, EvalResourceName: &name, EvalDecision: iamapi.PolicyEvaluationDecisionTypeAllowed,
		MatchedStatements: []iamapi.Statement{}, MissingContextValues: []string{}, // AWS shows both when they are empty
	}
	for _, r := range list {
		one, organization, err := sim.specific(action, r)
		if err != nil {
			return out, err
		}
		merge(&out, &one, organization)
		if sim.listed && r != "*" { // such a resource has its missing keys in its own result alone
			out.ResourceSpecificResults = append(out.ResourceSpecificResults, one)
		} else {
			out.MissingContextValues = union(out.MissingContextValues, one.MissingContextValues)
		}
	}
	return out, nil
}

// union gives the texts of both lists in order, each once.
func union(a, b []string) []string {
	all := append(append([]string{}, a...), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// merge adds what was decided about one resource: all of them have to be allowed.
func merge(out *iamapi.EvaluationResult, one *iamapi.ResourceSpecificResult, organization *iamapi.OrganizationsDecisionDetail) {
	if worse(one.EvalResourceDecision, out.EvalDecision) {
		out.EvalDecision = one.EvalResourceDecision
		out.MatchedStatements = []iamapi.Statement{} // they did not determine the result
	}
	if one.EvalResourceDecision == out.EvalDecision {
		out.MatchedStatements = append(out.MatchedStatements, one.MatchedStatements...)
	}
	out.EvalDecisionDetails = mergeDetails(out.EvalDecisionDetails, one.EvalDecisionDetails)
	if b := one.PermissionsBoundaryDecisionDetail; b != nil && (out.PermissionsBoundaryDecisionDetail == nil || !*b.AllowedByPermissionsBoundary) {
		out.PermissionsBoundaryDecisionDetail = b
	}
	if organization != nil && (out.OrganizationsDecisionDetail == nil || !*organization.AllowedByOrganizations) {
		out.OrganizationsDecisionDetail = organization
	}
}

func mergeDetails(all, one map[string]verdict) map[string]verdict {
	if all == nil && one != nil {
		all = map[string]verdict{}
	}
	for kind, v := range one {
		if have, ok := all[kind]; !ok || worse(v, have) {
			all[kind] = v
		}
	}
	return all
}

func worse(a, b verdict) bool {
	order := []verdict{iamapi.PolicyEvaluationDecisionTypeAllowed, iamapi.PolicyEvaluationDecisionTypeImplicitDeny, iamapi.PolicyEvaluationDecisionTypeExplicitDeny}
	return slices.Index(order, a) > slices.Index(order, b)
}

// specific decides one action on one resource.
func (sim *simulation) specific(action, resource string) (iamapi.ResourceSpecificResult, *iamapi.OrganizationsDecisionDetail, error) {
	set := sim.set
	out := iamapi.ResourceSpecificResult{EvalResourceName: resource}
	if sim.onResource {
		trust := trusts(action, resource)
		var err error
		if set.Resource, err = sim.resourcePolicy(trust); err != nil {
			return out, nil, err
		}
		if trust {
			set.ResourceKind = iampolicy.RoleTrust
		}
	}
	owner := sim.accountOf(resource)
	d := iampolicy.Explain(&set, &iampolicy.Request{
		Action: action, Resource: resource, Principal: sim.principal, ResourceAccount: owner, Context: sim.context,
	})
	out.EvalResourceDecision = decisionOf(&d)
	out.MatchedStatements, out.MissingContextValues = statements(&d), append([]string{}, d.MissingContext...)
	switch {
	case owner != sim.principal.Account:
		out.EvalDecisionDetails = crossAccount(&d)
	case resource != "*":
		out.EvalDecisionDetails = map[string]verdict{}
	}
	if v, ok := d.Verdicts[iampolicy.PermissionsBoundary]; ok {
		allowed := v == iampolicy.VerdictAllowed
		out.PermissionsBoundaryDecisionDetail = &iamapi.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: &allowed}
	}
	if v, ok := d.Verdicts[iampolicy.ServiceControl]; ok {
		allowed := v == iampolicy.VerdictAllowed
		return out, &iamapi.OrganizationsDecisionDetail{AllowedByOrganizations: &allowed}, nil
	}
	return out, nil, nil
}

func decisionOf(d *iampolicy.Decision) verdict {
	switch {
	case d.Allowed:
		return iamapi.PolicyEvaluationDecisionTypeAllowed
	case d.Explicit:
		return iamapi.PolicyEvaluationDecisionTypeExplicitDeny
	}
	return iamapi.PolicyEvaluationDecisionTypeImplicitDeny
}

// crossAccount says what the caller's account and the resource's account each decided
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html).
func crossAccount(d *iampolicy.Decision) map[string]verdict {
	out := map[string]verdict{string(typeIAM): iamapi.PolicyEvaluationDecisionTypeImplicitDeny, string(typeResource): iamapi.PolicyEvaluationDecisionTypeImplicitDeny}
	if v, ok := d.Verdicts[iampolicy.IdentityBased]; ok {
		out[string(typeIAM)] = verdict(v)
	}
	if v, ok := d.Verdicts[iampolicy.ResourceBased]; ok {
		out[string(typeResource)] = verdict(v)
	}
	return out
}

// statements lists the statements that determined the decision: the denials if there is one, else what allowed. Nothing determined a denial that
// is implicit. A boundary and an organization allow nothing, and an organization's policies are not shown to its accounts.
func statements(d *iampolicy.Decision) []iamapi.Statement {
	out, effect := []iamapi.Statement{}, "Allow"
	switch {
	case d.Explicit:
		effect = "Deny"
	case !d.Allowed:
		return out
	}
	for i := range d.Matched {
		m := &d.Matched[i]
		kind, ok := sourceType(m.Type, d.Explicit)
		if !ok || m.Effect != effect {
			continue
		}
		id := policyID(m.PolicyID)
		out = append(out, iamapi.Statement{SourcePolicyId: &id, SourcePolicyType: &kind, StartPosition: position(m.Start), EndPosition: position(m.End)})
	}
	return out
}

func sourceType(t iampolicy.Type, denied bool) (iamapi.PolicySourceType, bool) {
	switch t {
	case iampolicy.IdentityBased:
		return typeIAM, true
	case iampolicy.ResourceBased:
		return typeResource, true
	case iampolicy.PermissionsBoundary:
		return typeBoundary, denied
	}
	return "", false
}

// policyID is the id of a policy as results show it: of a managed policy its name.
func policyID(id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id[strings.LastIndexByte(id, '/')+1:]
	}
	return id
}

func position(p iampolicy.Position) *iamapi.Position {
	return &iamapi.Position{Line: &p.Line, Column: &p.Column}
}
