package identitypool

import (
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

// chooseRole gives the ARN of the role
// (https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html): one of the caller's choice, which a token must name; else what
// the mapping of the first login that has one says; else the pool's.
func (p *Pool) chooseRole(who []verified, custom *string) (string, error) {
	arn := p.AuthenticatedTo
	if len(who) == 0 {
		arn = p.GuestRole
	}
	if custom != nil {
		if !slices.ContainsFunc(who, func(v verified) bool { return p.mayChoose(&v, *custom) }) {
			return "", api.NotAuthorizedException.New("Specified role is not allowed by the login token.")
		}
		return *custom, nil
	}
	for i := range who {
		m := p.mappingOf(&who[i])
		if m == nil {
			continue
		}
		mapped, ok := m.role(&who[i])
		if !ok && m.Deny {
			return "", api.NotAuthorizedException.New("The ambiguous role mapping rules for: %s denied this request.", m.Name)
		}
		if ok {
			arn = mapped
		}
		break
	}
	if arn == "" {
		return "", badConfiguration()
	}
	return arn, nil
}

// mayChoose tells whether a login lets its user choose the role. Where an administrator's rules choose, the user does not.
func (p *Pool) mayChoose(v *verified, arn string) bool {
	m := p.mappingOf(v)
	return (m == nil || len(m.Rules) == 0) && slices.Contains(v.Roles, arn)
}

// mappingOf finds the mapping of a login: the one for its app client before the one for all of them.
func (p *Pool) mappingOf(v *verified) *Mapping {
	var found *Mapping
	for i := range p.Mappings {
		m := &p.Mappings[i]
		if m.Provider != v.provider {
			continue
		}
		if m.Client == v.Audience && m.Client != "" {
			return m
		}
		if m.Client == "" {
			found = m
		}
	}
	return found
}

// role gives the role of a login; false when it is ambiguous: no rule matches, or the token does not say which of its roles. Which one is preferred
// only user pools say, whose groups have roles: in what another provider vouches for, that claim is like any other.
func (m *Mapping) role(v *verified) (string, bool) {
	for i := range m.Rules {
		if m.Rules[i].matches(&v.Login) {
			return m.Rules[i].Role, true
		}
	}
	if len(m.Rules) > 0 {
		return "", false
	}
	if preferred, ok := v.Claims["cognito:preferred_role"].(string); ok && preferred != "" && v.userPool {
		return preferred, true
	}
	if len(v.Roles) == 1 {
		return v.Roles[0], true
	}
	return "", false
}

// matches decides one rule. A claim that is absent or is neither text, number nor truth value matches no rule, not even NotEqual. Of a list, Equals,
// Contains and StartsWith ask for one member that does, and Contains for the whole of it, so that "admin" is not found in "non-admin".
func (r *Rule) matches(l *Login) bool {
	values, list, ok := l.values(r.Claim)
	if !ok {
		return false
	}
	if r.Match == string(api.MappingRuleMatchTypeNotEqual) {
		return !slices.Contains(values, r.Value)
	}
	return slices.ContainsFunc(values, func(v string) bool {
		switch api.MappingRuleMatchType(r.Match) {
		case api.MappingRuleMatchTypeEquals:
			return v == r.Value
		case api.MappingRuleMatchTypeContains:
			return v == r.Value || !list && strings.Contains(v, r.Value)
		case api.MappingRuleMatchTypeStartsWith:
			return strings.HasPrefix(v, r.Value)
		}
		return false
	})
}
