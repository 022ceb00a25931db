package identitypool

import (
	"context"
	"maps"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// maxRules is the quota of rules of one mapping
// (https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html).
const maxRules = 25

// SetIdentityPoolRoles sets the roles of signed-in and guest identities, and the mappings, as a whole: what is left out is gone.
func (s *Service) SetIdentityPoolRoles(ctx context.Context, in *api.SetIdentityPoolRolesInput) (*wire.Empty, error) {
	var mappings []Mapping
	for _, name := range slices.Sorted(maps.Keys(in.RoleMappings)) {
		m, err := s.mapping(name, in.RoleMappings[name])
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(mappings, func(o Mapping) bool { return o.Provider == m.Provider && o.Client == m.Client }) {
			return nil, api.InvalidParameterException.New("RoleMappings name the provider %s twice.", m.Provider)
		}
		mappings = append(mappings, m)
	}
	return &wire.Empty{}, s.change(ctx, in.IdentityPoolId, func(p *Pool) error {
		// Users of a developer's provider come for credentials with a token of this service, so a mapping for them would never be asked.
		if p.Developer != "" && slices.ContainsFunc(mappings, func(m Mapping) bool { return m.Provider == p.Developer }) {
			return api.InvalidParameterException.New("The developer provider %s cannot have a role mapping.", p.Developer)
		}
		p.AuthenticatedTo, p.GuestRole, p.Mappings = in.Roles["authenticated"], in.Roles["unauthenticated"], mappings
		return nil
	})
}

// mapping checks and takes over one mapping (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_RoleMapping.html).
func (s *Service) mapping(name string, in api.RoleMapping) (Mapping, error) {
	m := Mapping{Name: name}
	m.Provider, m.Client = s.mappedKey(name)
	if in.AmbiguousRoleResolution == nil {
		return m, api.InvalidParameterException.New("AmbiguousRoleResolution is required for the role mapping of %s.", name)
	}
	m.Deny = *in.AmbiguousRoleResolution == api.AmbiguousRoleResolutionTypeDeny
	rules := in.RulesConfiguration
	switch {
	case in.Type == api.RoleMappingTypeToken && rules != nil:
		return m, api.InvalidParameterException.New("The role mapping of %s takes its roles from the token and cannot have rules.", name)
	case in.Type == api.RoleMappingTypeToken:
		return m, nil
	case rules == nil || len(rules.Rules) == 0:
		return m, api.InvalidParameterException.New("RulesConfiguration is required for the role mapping of %s.", name)
	case len(rules.Rules) > maxRules:
		return m, api.InvalidParameterException.New("The role mapping of %s has more than %d rules.", name, maxRules)
	}
	for _, r := range rules.Rules {
		m.Rules = append(m.Rules, Rule{Claim: r.Claim, Match: string(r.MatchType), Value: r.Value, Role: r.RoleARN})
	}
	return m, nil
}

// GetIdentityPoolRoles tells the roles and mappings of a pool.
func (s *Service) GetIdentityPoolRoles(ctx context.Context, in *api.GetIdentityPoolRolesInput) (*api.GetIdentityPoolRolesResponse, error) {
	p, err := s.ownPool(ctx, in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	out := &api.GetIdentityPoolRolesResponse{IdentityPoolId: &p.ID, Roles: map[string]string{}}
	if p.AuthenticatedTo != "" {
		out.Roles["authenticated"] = p.AuthenticatedTo
	}
	if p.GuestRole != "" {
		out.Roles["unauthenticated"] = p.GuestRole
	}
	for i := range p.Mappings {
		if out.RoleMappings == nil {
			out.RoleMappings = map[string]api.RoleMapping{}
		}
		out.RoleMappings[p.Mappings[i].Name] = p.Mappings[i].view()
	}
	return out, nil
}

func (m *Mapping) view() api.RoleMapping {
	ambiguous := api.AmbiguousRoleResolutionTypeAuthenticatedRole
	if m.Deny {
		ambiguous = api.AmbiguousRoleResolutionTypeDeny
	}
	out := api.RoleMapping{Type: api.RoleMappingTypeToken, AmbiguousRoleResolution: &ambiguous}
	if len(m.Rules) > 0 {
		out.Type, out.RulesConfiguration = api.RoleMappingTypeRules, &api.RulesConfigurationType{}
		for _, r := range m.Rules {
			out.RulesConfiguration.Rules = append(out.RulesConfiguration.Rules,
				api.MappingRule{Claim: r.Claim, MatchType: api.MappingRuleMatchType(r.Match), Value: r.Value, RoleARN: r.Role})
		}
	}
	return out
}
