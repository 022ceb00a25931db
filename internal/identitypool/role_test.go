package identitypool

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

// claimed is a login of user pool A with claims and roles.
func claimed(roles, claims string) map[string]string {
	return map[string]string{nameA: poolA + " ada client " + roles + "|" + claims}
}

func (h *house) mappings(pool string, m map[string]api.RoleMapping) error {
	_, err := h.SetIdentityPoolRoles(h.ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: pool, Roles: map[string]string{"authenticated": inRole, "unauthenticated": guest}, RoleMappings: m})
	return err
}

func rules(deny bool, list ...api.MappingRule) api.RoleMapping {
	m := api.RoleMapping{Type: api.RoleMappingTypeRules, AmbiguousRoleResolution: ptr(api.AmbiguousRoleResolutionTypeAuthenticatedRole), RulesConfiguration: &api.RulesConfigurationType{Rules: list}}
	if deny {
		m.AmbiguousRoleResolution = ptr(api.AmbiguousRoleResolutionTypeDeny)
	}
	return m
}

func byToken(deny bool) api.RoleMapping {
	m := rules(deny)
	m.Type, m.RulesConfiguration = api.RoleMappingTypeToken, nil
	return m
}

// TestRules tries every kind of match against every kind of claim.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		match, value, claims string
		want                 bool
	}{
		{"Equals", "a", `{"c":"a"}`, true}, {"Equals", "a", `{"c":"ab"}`, false}, {"Equals", "a", `{"c":"A"}`, false}, {"Equals", "a", `{}`, false},
		{"Equals", "true", `{"c":true}`, true}, {"Equals", "7", `{"c":7}`, true}, {"Equals", "1.5", `{"c":1.5}`, true}, {"Equals", "a", `{"c":["x","a"]}`, true},
		{"Equals", "a", `{"c":null}`, false}, {"Equals", "a", `{"c":{"a":"a"}}`, false}, {"Equals", "a", `{"c":["a",{}]}`, false}, {"Equals", "a", `{"C":"a"}`, false},
		{"Contains", "a", `{"c":"xay"}`, true}, {"Contains", "a", `{"c":"xy"}`, false}, {"Contains", "admin", `{"c":["non-admin"]}`, false},
		{"Contains", "admin", `{"c":["x","admin"]}`, true}, {"Contains", "a", `{"c":[]}`, false},
		{"StartsWith", "a", `{"c":"ab"}`, true}, {"StartsWith", "a", `{"c":"ba"}`, false}, {"StartsWith", "a", `{"c":["b","ab"]}`, true},
		{"NotEqual", "a", `{"c":"b"}`, true}, {"NotEqual", "a", `{"c":"a"}`, false}, {"NotEqual", "a", `{}`, false}, {"NotEqual", "a", `{"c":null}`, false},
		{"NotEqual", "a", `{"c":["b","a"]}`, false}, {"NotEqual", "a", `{"c":["b"]}`, true}, {"NotEqual", "a", `{"c":[]}`, false},
		{"Unheard", "a", `{"c":"a"}`, false},
	} {
		l := Login{Subject: "s", Audience: "client"}
		if err := json.Unmarshal([]byte(c.claims), &l.Claims); err != nil {
			t.Fatal(err)
		}
		r := Rule{Claim: "c", Match: c.match, Value: c.value}
		if got := r.matches(&l); got != c.want {
			t.Errorf("%s %s of %s is %v", c.match, c.value, c.claims, got)
		}
	}
	l := Login{Subject: "s", Audience: "client", Claims: map[string]any{"sub": "forged", "aud": []any{"x", "y"}, "list": []string{"a", "b"}}}
	for claim, want := range map[string]string{"sub": "s", "aud": "client", "list": "b"} {
		if r := (Rule{Claim: claim, Match: "Equals", Value: want}); !r.matches(&l) {
			t.Errorf("%s is not %s", claim, want)
		}
	}
}

// TestRuleMapping: the first rule that matches counts, then the resolution.
func TestRuleMapping(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	id := h.mustID(pool, map[string]string{nameA: token(poolA, "ada")})
	list := []api.MappingRule{
		{Claim: "team", MatchType: "Equals", Value: "red", RoleARN: other},
		{Claim: "team", MatchType: "StartsWith", Value: "re", RoleARN: guest},
		{Claim: "bad", MatchType: "Equals", Value: "1", RoleARN: mistrust},
	}
	const key = nameA + ":client"
	for _, deny := range []bool{false, true} {
		if err := h.mappings(pool, map[string]api.RoleMapping{key: rules(deny, list...)}); err != nil {
			t.Fatal(err)
		}
		for claims, want := range map[string]string{`{"team":"red"}`: "other", `{"team":"rest"}`: "guest", `{"team":"blue"}`: "in"} {
			err := h.credentials(id, claimed(other, claims), nil)
			if deny && want == "in" {
				fails(t, claims, err, api.NotAuthorizedException, "The ambiguous role mapping rules for: "+key+" denied this request.")
			} else if err != nil || h.last().Name != want {
				t.Errorf("%s: %s, %v", claims, h.last().Name, err)
			}
		}
	}
	fails(t, "a rule's role that does not trust the pool", h.credentials(id, claimed(other, `{"bad":1}`), nil), api.InvalidIdentityPoolConfigurationException, "")
	fails(t, "a choice around the rules", h.credentials(id, claimed(other, `{"team":"blue"}`), ptr(other)), api.NotAuthorizedException, "Specified role is not allowed by the login token.")
	guestID := h.mustID(pool, nil)
	if err := h.credentials(guestID, nil, nil); err != nil || h.last().Name != "guest" {
		t.Errorf("a guest beside mappings: %v", err)
	}
	got, err := h.GetIdentityPoolRoles(h.ctx, &api.GetIdentityPoolRolesInput{IdentityPoolId: pool})
	if d := cmp.Diff(map[string]api.RoleMapping{key: rules(true, list...)}, got.RoleMappings); d != "" || err != nil {
		t.Error(d, err)
	}
	if err := h.mappings(pool, map[string]api.RoleMapping{nameA + ":another": rules(true, list...)}); err != nil {
		t.Fatal(err)
	}
	if err := h.credentials(id, claimed(other, `{"team":"blue"}`), nil); err != nil || h.last().Name != "in" {
		t.Errorf("the mapping of another app client counts: %v", err)
	}
}

func TestTokenMapping(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	id := h.mustID(pool, map[string]string{nameA: token(poolA, "ada")})
	for _, c := range []struct {
		roles, claims string
		custom        *string
		want          string // "" is denied
		deny          string // with Deny
	}{
		{other, `{}`, nil, "other", "other"},
		{other + "," + guest, `{}`, nil, "in", ""},
		{other + "," + guest, `{"cognito:preferred_role":"` + guest + `"}`, nil, "guest", "guest"},
		{other + "," + guest, `{"cognito:preferred_role":"` + guest + `"}`, ptr(other), "other", "other"},
		{other + "," + guest, `{"cognito:preferred_role":["` + guest + `"]}`, nil, "in", ""},
		{other, `{}`, ptr(guest), "", ""},
	} {
		for _, deny := range []bool{false, true} {
			if err := h.mappings(pool, map[string]api.RoleMapping{"id.example.org:8443/" + poolA + ":client": byToken(deny)}); err != nil {
				t.Fatal(err)
			}
			want := c.want
			if deny {
				want = c.deny
			}
			err := h.credentials(id, claimed(c.roles, c.claims), c.custom)
			if want == "" {
				fails(t, c.claims, err, api.NotAuthorizedException, "")
			} else if err != nil || h.last().Name != want {
				t.Errorf("%s %s: %v", c.roles, c.claims, err)
			}
		}
	}
}

// TestMappingsOfOthers: SAML and OpenID Connect providers have mappings too, the latter under the issuer or the ARN.
func TestMappingsOfOthers(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false, everything)
	for key, in := range map[string]map[string]string{
		samlARN: {samlARN: samlARN + ` sam|{"roles":["` + other + `"]}`},
		oidcARN: {oidcKey: oidcARN + ` ann|{"roles":["` + other + `"]}`},
		oidcKey: {oidcKey: oidcARN + ` ann|{"roles":["` + other + `"]}`},
		google:  {google: "https://" + google + `#g-client gus|{"roles":["` + other + `"]}`},
	} {
		if err := h.mappings(pool, map[string]api.RoleMapping{key: byToken(true)}); err != nil {
			t.Fatal(err)
		}
		if err := h.credentials(h.mustID(pool, in), in, nil); err != nil || h.last().Name != "other" {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestPreferredRoleOfOthers: only user pools say which role is preferred. Whoever runs another provider could name any role that trusts the pool.
func TestPreferredRoleOfOthers(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false, everything)
	const claims = `|{"cognito:preferred_role":"` + other + `"}`
	for key, in := range map[string]map[string]string{
		samlARN: {samlARN: samlARN + ` sam` + claims},
		oidcKey: {oidcKey: oidcARN + ` ann` + claims},
		google:  {google: "https://" + google + `#g-client gus` + claims},
	} {
		id := h.mustID(pool, in)
		if err := h.mappings(pool, map[string]api.RoleMapping{key: byToken(false)}); err != nil {
			t.Fatal(err)
		}
		if err := h.credentials(id, in, nil); err != nil || h.last().Name != "in" {
			t.Errorf("%s: %v", key, err)
		}
		if err := h.mappings(pool, map[string]api.RoleMapping{key: byToken(true)}); err != nil {
			t.Fatal(err)
		}
		fails(t, key, h.credentials(id, in, nil), api.NotAuthorizedException, "")
	}
}

// TestLongUsers: what a provider calls its users is bounded, so that it fits the store and a session.
func TestLongUsers(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false, everything)
	login := func(subject string) map[string]string { return map[string]string{oidcKey: oidcARN + " " + subject} }
	for name, subject := range map[string]string{"long": strings.Repeat("x", maxSubject+1), "with a NUL": "a\x00b"} {
		_, err := h.id(pool, login(subject))
		fails(t, name, err, api.NotAuthorizedException, "Invalid login token. Couldn't verify signed token.")
	}
	longest := strings.Repeat("x", maxSubject)
	id := h.mustID(pool, login(longest))
	if err := h.credentials(id, login(longest), nil); err != nil {
		t.Error(err)
	}
	all := map[string]string{
		oidcKey: oidcARN + " " + longest, samlARN: samlARN + " " + longest, google: "https://" + google + "#g-client " + longest, nameA: token(poolA, longest),
	}
	fails(t, "four of them", h.credentials(id, all, nil), api.InvalidParameterException, "The session of these logins would be too long.")
}

func TestRefusedMappings(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	rule := api.MappingRule{Claim: "c", MatchType: "Equals", Value: "v", RoleARN: other}
	many := make([]api.MappingRule, maxRules+1)
	for i := range many {
		many[i] = rule
	}
	unresolved, both := rules(false, rule), rules(false, rule)
	unresolved.AmbiguousRoleResolution, both.Type = nil, api.RoleMappingTypeToken
	for name, m := range map[string]map[string]api.RoleMapping{
		"no resolution": {"x": unresolved}, "no rules": {"x": rules(true)}, "rules and token": {"x": both}, "too many rules": {"x": rules(true, many...)},
		"no configuration": {"x": {Type: api.RoleMappingTypeRules, AmbiguousRoleResolution: unresolved.AmbiguousRoleResolution}},
		"twice":            {nameA + ":c": rules(true, rule), "id.example.org:8443/" + poolA + ":c": rules(true, rule)},
	} {
		fails(t, name, h.mappings(pool, m), api.InvalidParameterException, "")
	}
	developers := h.pool(true, func(in *api.CreateIdentityPoolInput) { in.DeveloperProviderName = ptr("login.dev") })
	fails(t, "the developer provider", h.mappings(developers, map[string]api.RoleMapping{"login.dev": byToken(false)}), api.InvalidParameterException, "The developer provider login.dev cannot have a role mapping.")
	if err := h.mappings(pool, map[string]api.RoleMapping{"x": rules(true, many[1:]...)}); err != nil {
		t.Errorf("as many rules as there may be: %v", err)
	}
	asks, err := h.askSetRoles(h.ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: pool, Roles: map[string]string{"authenticated": inRole}, RoleMappings: map[string]api.RoleMapping{"x": rules(true, many...), "y": byToken(true)}})
	if err != nil || fmt.Sprint(len(asks), asks[1].Resource, asks[2].Resource) != fmt.Sprint(3, inRole, other) || asks[2].Action != "iam:PassRole" {
		t.Errorf("%+v, %v", asks, err)
	}
}
