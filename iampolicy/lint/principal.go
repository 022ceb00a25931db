package lint

import (
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func (l *linter) principals(e *iampolicy.Element, at string) {
	for _, kind := range e.NoPrincipals {
		l.add(Suggestion, "EMPTY_ARRAY_PRINCIPAL", at+".Principal."+kind, "the list is empty and means nobody")
	}
	if e.Effect != "Allow" {
		return
	}
	for _, p := range e.Principals {
		path := at + ".Principal"
		if p.Kind != "*" {
			path += "." + p.Kind
		}
		if p.Value == "*" {
			l.everybody(e, path)
		}
		if l.kind == Trust {
			l.trust(e, p, path)
		}
	}
}

// everybody judges the principal "*".
func (l *linter) everybody(e *iampolicy.Element, path string) {
	limited := slices.ContainsFunc(e.Conditions, func(c iampolicy.ConditionElement) bool {
		return limitsCaller(lower(c.Key)) && operatorOf(c.Operator).demands() && !slices.ContainsFunc(c.Values, func(v string) bool { return lax(&c, v) })
	})
	switch {
	case limited:
	case l.kind == Trust:
		l.add(Error, "TRUST_ANYONE", path, "everybody with an account anywhere may assume the role: name who may, or add a condition such as aws:PrincipalOrgID")
	default:
		l.add(Warning, "PUBLIC_ACCESS", path, "everybody may, also without an account: name who may, or add a condition such as aws:PrincipalOrgID")
	}
}

// limitsCaller reports whether a condition key says who calls or from where.
func limitsCaller(key string) bool {
	switch key {
	case "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid", "aws:sourcearn", "aws:sourceaccount",
		"aws:sourceorgid", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:principalservicename":
		return true
	}
	return strings.HasPrefix(key, "aws:principaltag/")
}

// lax reports whether a value of a condition lets everybody's through: it is all wildcards or the whole address space, or its wildcard stands where an
// account or an organization is named.
func lax(c *iampolicy.ConditionElement, v string) bool {
	o, key := operatorOf(c.Operator), lower(c.Key)
	if o.kind() == iampolicy.AddressValue {
		return strings.HasSuffix(v, "/0")
	}
	wild := strings.IndexAny(v, "*?")
	if wild < 0 || !strings.HasSuffix(o.name, "like") && o.kind() != arnValue {
		return false
	}
	switch key {
	case "aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid":
		return wild <= len("o-")
	case "aws:principalaccount", "aws:sourceaccount":
		return true
	case "aws:principalarn", "aws:sourcearn":
		fields := strings.SplitN(v, ":", 6)
		return len(fields) < 6 || strings.ContainsAny(fields[4], "*?")
	}
	return strings.Trim(v, "*?") == ""
}

const (
	assumeRole = "sts:assumerole"
	webToken   = "sts:assumerolewithwebidentity"
	assertion  = "sts:assumerolewithsaml"
)

// trust judges one principal of a role's trust policy.
func (l *linter) trust(e *iampolicy.Element, p iampolicy.PrincipalRef, path string) {
	may := func(action string) bool { return !e.NotAction && anyCovers(lowerAll(e.Actions), action) }
	if p.Kind != "Federated" {
		if (p.Kind == "AWS" || p.Kind == "Service") && !e.NotAction && !may(assumeRole) && (may(webToken) || may(assertion)) {
			l.add(Error, "MISMATCHED_ACTION_FOR_PRINCIPAL", path, "%s assumes a role by sts:AssumeRole, which is not among the actions", p.Value)
		}
		return
	}
	saml := strings.Contains(p.Value, ":saml-provider/")
	needed, name := webToken, "sts:AssumeRoleWithWebIdentity"
	if saml {
		needed, name = assertion, "sts:AssumeRoleWithSAML"
	}
	switch {
	case !may(needed) && !e.NotAction:
		l.add(Error, "MISMATCHED_ACTION_FOR_PRINCIPAL", path, "who comes from %s assumes a role by %s, which is not among the actions", p.Value, name)
	case saml && !has(e, "saml:aud"):
		l.add(Suggestion, "MISSING_AUDIENCE", path, "no condition on SAML:aud holds assertions to this endpoint")
	case !saml:
		l.webIdentity(e, p.Value, path)
	}
}

// webIdentity judges the trust in a provider of tokens: its tokens are for many audiences and about many subjects, and without conditions each of
// them opens the role.
func (l *linter) webIdentity(e *iampolicy.Element, provider, path string) {
	issuer := provider
	if _, name, ok := strings.Cut(provider, ":oidc-provider/"); ok {
		issuer = name
	}
	key := lower(issuer)
	if !has(e, key+":aud") && !(key == "accounts.google.com" && has(e, key+":oaud")) {
		l.add(Warning, "MISSING_AUDIENCE", path, "tokens of %s for any client open the role: add a condition on %s:aud", issuer, issuer)
	}
	l.audienceSet(e, key)
	if key == "cognito-identity.amazonaws.com" {
		if !has(e, key+":amr") {
			l.add(Suggestion, "MISSING_AMR", path, "guests and signed-in users alike may assume the role: add a condition on %s:amr", issuer)
		}
		return
	}
	if key == "graph.facebook.com" || key == "www.amazon.com" {
		return // whose audience is an application of the account
	}
	var subject *iampolicy.ConditionElement
	for i := range e.Conditions {
		if c := &e.Conditions[i]; subjectKey(lower(c.Key), key) && operatorOf(c.Operator).demands() && len(c.Values) > 0 {
			subject = c
			if !tooWide(c.Values, shared(key)) {
				return
			}
		}
	}
	severity := Warning
	if shared(key) {
		severity = Error
	}
	if subject == nil {
		l.add(severity, "MISSING_SUBJECT", path, "every token of %s opens the role, whomever it is about: add a condition on %s:sub", issuer, issuer)
		return
	}
	l.add(severity, "SUBJECT_TOO_WIDE", path, "the condition on %s lets in subjects of others: write out at least the part that names the owner", subject.Key)
}

// audienceSet finds ForAnyValue or ForAllValues on the audience, which is one value.
func (l *linter) audienceSet(e *iampolicy.Element, issuer string) {
	for _, c := range e.Conditions {
		if o := operatorOf(c.Operator); lower(c.Key) == issuer+":aud" && o.set != "" {
			l.add(Error, "FORANYVALUE_AUDIENCE_CLAIM_TYPE", statementPath(e.Index)+".Condition."+c.Operator+"."+c.Key, "the audience is one value: leave %s out", c.Operator[:len(o.set)])
		}
	}
}

// shared reports whether everybody gets tokens of an issuer.
func shared(issuer string) bool {
	switch issuer {
	case "token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "accounts.google.com", "agent.buildkite.com", "oidc.circleci.com",
		"api.pulumi.com", "oidc.vercel.com", "oidc.fly.io", "oidc.codefresh.io":
		return true
	}
	return strings.HasPrefix(issuer, "oidc.circleci.com/") || strings.HasPrefix(issuer, "login.microsoftonline.com/")
}

// subjectKey reports whether a key says whom a token of the issuer is about. Beside the subject GitHub's tokens name the repository and what
// runs in it.
func subjectKey(key, issuer string) bool {
	claim, ok := strings.CutPrefix(key, issuer+":")
	switch {
	case !ok:
		return false
	case claim == "sub":
		return true
	case issuer == "token.actions.githubusercontent.com":
		return slices.Contains([]string{"repository", "repository_id", "repository_owner", "repository_owner_id", "job_workflow_ref", "enterprise", "enterprise_id"}, claim)
	}
	return false
}

// tooWide reports whether a value of a subject begins with a wildcard, or where everybody gets tokens has one before the owner's name ends, as
// in "repo:*" or "repo:acme*".
func tooWide(values []string, shared bool) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		wild := strings.IndexAny(v, "*?")
		if wild < 0 {
			return false
		}
		if !shared {
			return strings.Trim(v[:wild], ":") == ""
		}
		_, rest, prefixed := strings.Cut(v, ":")
		if !prefixed {
			rest = v
		}
		owner := strings.IndexAny(rest, "/:")
		star := strings.IndexAny(rest, "*?")
		return wild < len(v)-len(rest) || star >= 0 && (owner < 0 || star < owner)
	})
}
