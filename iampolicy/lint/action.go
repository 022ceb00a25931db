package lint

import (
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func (l *linter) actions(e *iampolicy.Element, at string) {
	low := lowerAll(e.Actions)
	for i, action := range low {
		path := list(at, "Action", e.NotAction, i)
		l.known(action, e.Actions[i], path)
		if vendor, _, _ := strings.Cut(action, ":"); vendor != action && strings.Contains(vendor, "*") {
			l.add(Suggestion, "WILDCARD_IN_SERVICE_NAME", path, "%s has a wildcard for the service, and so is about every service", e.Actions[i])
		}
		if by := redundant(low, i); by >= 0 {
			l.add(Suggestion, "REDUNDANT_ACTION", path, "%s is part of %s", e.Actions[i], e.Actions[by])
		}
	}
	if !l.grants(e) {
		return
	}
	if e.NotAction {
		l.add(Warning, "ALLOW_WITH_NOT_ACTION", at+".NotAction", "allows everything but these actions, of services that are yet to come too: list what is meant with Action")
	}
	l.passRole(e, low, at)
}

// permissionOnly lists actions that are no operations, so that no description of a service has them
// (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
func permissionOnly(service string) []string {
	switch service {
	case "iam":
		return []string{"passrole", "setstsregionalendpointstatus", "liststsregionalendpointsstatus", "deletecloudfrontpublickey", "getcloudfrontpublickey",
			"listcloudfrontpublickeys", "updatecloudfrontpublickey", "uploadcloudfrontpublickey"}
	case "sts":
		return []string{"tagsession", "setsourceidentity", "setcontext", "getservicebearertoken", "taggetwebidentitytoken"}
	case "rolesanywhere":
		return []string{"createsession"}
	case "cognito-idp":
		return []string{"associatewebacl", "disassociatewebacl", "getwebaclforresource", "listresourcesforwebacl"}
	}
	return nil
}

// known finds actions that a service whose actions are known does not have.
func (l *linter) known(action, written, path string) {
	service, name, ok := strings.Cut(action, ":")
	names, have := l.options.Actions[service]
	if !ok || !have {
		return
	}
	for _, n := range names {
		if covers(name, lower(n)) {
			return
		}
	}
	for _, n := range permissionOnly(service) {
		if covers(name, n) {
			return
		}
	}
	l.add(Error, "INVALID_ACTION", path, "no action of %s is called %s", service, written)
}

// redundant gives another pattern of the list that covers the one at i, or -1. Of two that are equal the second is redundant.
func redundant(patterns []string, i int) int {
	return slices.IndexFunc(indices(len(patterns)), func(j int) bool {
		return j != i && covers(patterns[j], patterns[i]) && (j < i || !covers(patterns[i], patterns[j]))
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

const passRole = "iam:passrole"

// passRole finds statements that hand any role to any service.
func (l *linter) passRole(e *iampolicy.Element, low []string, at string) {
	if e.NotAction || !anyCovers(low, passRole) || has(e, "iam:passedtoservice") {
		return
	}
	star := !slices.Contains(low, passRole)
	wide := anyCovers(e.Resources, "arn:aws:iam::123456789012:role/*")
	const advice = "name the roles, or the service that they are for with the condition key iam:PassedToService"
	switch {
	case e.NotResource && wide: // on no role at all
	case e.NotResource && star:
		l.add(Warning, "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", at+".NotResource", "the actions include iam:PassRole on every role but these: %s", advice)
	case e.NotResource:
		l.add(Warning, "PASS_ROLE_WITH_NOT_RESOURCE", at+".NotResource", "allows iam:PassRole on every role but these: %s", advice)
	case wide && star:
		l.add(Warning, "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", at+".Resource", "the actions include iam:PassRole on any role: %s", advice)
	case wide:
		l.add(Warning, "PASS_ROLE_WITH_STAR_IN_RESOURCE", at+".Resource", "allows iam:PassRole on any role: %s", advice)
	}
}

// has reports whether the statement has a condition on a key, given in lower case, that needs the key to be there and to have some of its values.
func has(e *iampolicy.Element, key string) bool {
	return slices.ContainsFunc(e.Conditions, func(c iampolicy.ConditionElement) bool {
		return lower(c.Key) == key && operatorOf(c.Operator).demands() && !slices.ContainsFunc(c.Values, func(v string) bool { return lax(&c, v) })
	})
}

func (l *linter) resources(e *iampolicy.Element, at string) {
	for i, r := range e.Resources {
		path := list(at, "Resource", e.NotResource, i)
		if by := redundant(e.Resources, i); by >= 0 {
			l.add(Suggestion, "REDUNDANT_RESOURCE", path, "%s is part of %s", r, e.Resources[by])
		}
		l.variables(r, path)
	}
	if e.NotResource && l.grants(e) {
		l.add(Warning, "ALLOW_WITH_NOT_RESOURCE", at+".NotResource", "allows everything but these resources, those that are yet to be made too: list what is meant with Resource")
	}
}

// variables finds variables where the version of the language has none.
func (l *linter) variables(value, path string) {
	if l.version != "2012-10-17" && strings.Contains(value, "${") {
		l.add(Error, "VARIABLE_UNSUPPORTED_IN_VERSION", path, "%s is taken as it stands: variables need \"Version\": \"2012-10-17\"", value)
	}
}

// redundantStatements finds statements of which another has everything. Conditions and principals have to be the same, unless the other has no
// conditions.
func (l *linter) redundantStatements(all []iampolicy.Element) {
	for i := range all {
		for j := range all {
			if j != i && contains(&all[j], &all[i]) && (j < i || !contains(&all[i], &all[j])) {
				l.add(Suggestion, "REDUNDANT_STATEMENT", statementPath(i), "statement %d has everything of this one", j)
				break
			}
		}
	}
}

func contains(a, b *iampolicy.Element) bool {
	if a.Effect != b.Effect || a.NotAction || b.NotAction || a.NotResource || b.NotResource || (a.Resources == nil) != (b.Resources == nil) {
		return false
	}
	same := func(x, y iampolicy.ConditionElement) bool {
		return x.Operator == y.Operator && x.Key == y.Key && slices.Equal(x.Values, y.Values)
	}
	if len(a.Conditions) > 0 && !slices.EqualFunc(a.Conditions, b.Conditions, same) {
		return false
	}
	return slices.EqualFunc(a.Principals, b.Principals, samePrincipal) && allCovered(lowerAll(a.Actions), lowerAll(b.Actions)) && allCovered(a.Resources, b.Resources)
}

func samePrincipal(x, y iampolicy.PrincipalRef) bool {
	return x.Kind == y.Kind && x.Value == y.Value && x.Negated == y.Negated
}
