package identitypool

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

func (h *house) tagMap(pool, provider string, defaults bool, tags map[string]string) error {
	out, err := h.SetPrincipalTagAttributeMap(h.ctx, &api.SetPrincipalTagAttributeMapInput{IdentityPoolId: pool, IdentityProviderName: provider, UseDefaults: &defaults, PrincipalTags: tags})
	if err != nil {
		return err
	}
	got, err := h.GetPrincipalTagAttributeMap(h.ctx, &api.GetPrincipalTagAttributeMapInput{IdentityPoolId: pool, IdentityProviderName: provider})
	if err == nil && (*got.UseDefaults != defaults || !cmp.Equal(got.PrincipalTags, out.PrincipalTags) || *got.IdentityProviderName != provider) {
		h.t.Errorf("%s: set %+v, got %+v", provider, out, got)
	}
	return err
}

func TestPrincipalTags(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	in := claimed(other, `{"custom:team":"red","groups":["one"],"many":["a","b"],"n":3,"none":null}`)
	id := h.mustID(pool, in)
	for _, c := range []struct {
		defaults bool
		tags     map[string]string
		want     map[string]string
	}{
		{true, nil, map[string]string{"username": "ada", "client": "client"}},
		{false, map[string]string{"team": "custom:team", "g": "groups", "m": "many", "n": "n", "x": "none", "y": "absent"}, map[string]string{"team": "red", "g": "one", "n": "3"}},
		{false, nil, nil},
	} {
		if err := h.tagMap(pool, nameA, c.defaults, c.tags); err != nil {
			t.Fatal(err)
		}
		if err := h.credentials(id, in, nil); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, h.last().Session.Tags); d != "" {
			t.Error(d)
		}
		wanted := []entry{{"sts:AssumeRoleWithWebIdentity", inRole, providerName + ":" + pool + ":" + id, true}}
		if len(c.want) > 0 {
			wanted = append(wanted, entry{"sts:TagSession", inRole, providerName + ":" + pool + ":" + id, true})
		}
		if d := cmp.Diff(wanted, h.entries, cmp.AllowUnexported(entry{})); d != "" {
			t.Error(d)
		}
		h.entries = nil
	}
	sam := map[string]string{samlARN: samlARN + ` sam|{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":["s@example.com"]}`}
	if err := h.tagMap(pool, samlARN, true, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.credentials(h.mustID(pool, sam), sam, nil); err != nil || !cmp.Equal(h.last().Session.Tags, map[string]string{"username": "sam", "name": "s@example.com"}) {
		t.Errorf("tags of an assertion: %v, %v", h.last().Session.Tags, err)
	}
}

// TestTagsNeedTrust: a role that does not trust tags gives no session with tags, and a session without them still.
func TestTagsNeedTrust(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	in := claimed(other, `{"team":"red"}`)
	id := h.mustID(pool, in)
	h.untag = true
	if err := h.credentials(id, in, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.tagMap(pool, nameA, false, map[string]string{"team": "team"}); err != nil {
		t.Fatal(err)
	}
	h.entries = nil
	fails(t, "without sts:TagSession", h.credentials(id, in, nil), api.InvalidIdentityPoolConfigurationException, "")
	if len(h.entries) != 2 || h.entries[1].allowed || h.entries[1].action != "sts:TagSession" {
		t.Errorf("recorded %+v", h.entries)
	}
	h.untag = false
	for condition, want := range map[string]bool{
		`"StringEquals":{"aws:RequestTag/Team":"red"}`: true, `"StringEquals":{"aws:RequestTag/team":"blue"}`: false, `"Null":{"aws:RequestTag/other":"true"}`: true,
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}`: true, `"StringEquals":{"aws:FederatedProvider":"cognito-identity.amazonaws.com"}`: true,
	} {
		h.trust = `"Condition":{` + condition + `}`
		if err := h.credentials(id, in, nil); (err == nil) != want {
			t.Errorf("%s: %v", condition, err)
		}
	}
}

func TestRefusedTags(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false, everything)
	for name, tags := range map[string]map[string]string{
		"reserved": {"AWS:x": "sub"}, "bad letters": {"a*": "sub"}, "two cases": {"Team": "sub", "team": "aud"}, "too long": {strings.Repeat("k", 129): "sub"},
	} {
		fails(t, name, h.tagMap(pool, nameA, false, tags), api.InvalidParameterException, "")
	}
	for _, provider := range []string{devName, "x", nameA + "x", "graph.facebook.com", providerName} {
		fails(t, provider, h.tagMap(pool, provider, true, nil), api.ResourceNotFoundException, "")
	}
	none := "eu-west-1:00000000-0000-4000-8000-000000000000"
	fails(t, "no pool", h.tagMap(none, nameA, true, nil), api.ResourceNotFoundException, "IdentityPool '"+none+"' not found.")
	_, err := h.GetPrincipalTagAttributeMap(h.ctx, &api.GetPrincipalTagAttributeMapInput{IdentityPoolId: pool, IdentityProviderName: "x"})
	fails(t, "no provider", err, api.ResourceNotFoundException, "")

	if err := h.tagMap(pool, nameA, false, map[string]string{"t": "v", "u": "w"}); err != nil {
		t.Fatal(err)
	}
	if err := h.tagMap(pool, "id.example.org:8443/"+poolB, false, map[string]string{"T": "v"}); err != nil {
		t.Fatal(err)
	}
	id := h.mustID(pool, claimed(other, `{}`))
	for name, claims := range map[string]string{
		"letters": `{"v":"a*"}`, "a long value": `{"v":"` + strings.Repeat("v", 257) + `"}`,
		"too much together": `{"v":"` + strings.Repeat("v", 256) + `","w":"` + strings.Repeat("v", 210) + `"}`,
	} {
		fails(t, name, h.credentials(id, claimed(other, claims), nil), api.InvalidIdentityPoolConfigurationException, "")
	}
	in := claimed(other, `{"v":"1"}`)
	in[nameB] = poolB + ` ada client x|{"v":"2"}`
	fails(t, "two logins that disagree", h.credentials(h.mustID(pool, in), in, nil), api.InvalidIdentityPoolConfigurationException, "")
}

// TestNothingIsUnrecorded: a decision that cannot be recorded is a no.
func TestNothingIsUnrecorded(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	id := h.mustID(pool, nil)
	h.deaf = true
	if err := h.credentials(id, nil, nil); err == nil || len(h.minted) > 0 {
		t.Error("credentials without a record")
	}
	h.deaf, h.Decisions = false, nil
	if err := h.credentials(id, nil, nil); err == nil || len(h.minted) > 0 {
		t.Error("credentials without anybody who records")
	}
	h.Decisions = h
	h.roles(pool, map[string]string{"unauthenticated": mistrust})
	fails(t, "no trust", h.credentials(id, nil, nil), api.InvalidIdentityPoolConfigurationException, "")
	if n := len(h.entries); n != 1 || h.entries[0].allowed || h.entries[0].role != mistrust {
		t.Errorf("recorded %+v", h.entries)
	}
}

// FuzzClaim: a rule never matches a claim that is not there, Equals and NotEqual never both match, and Equals implies the other two.
func FuzzClaim(f *testing.F) {
	f.Add("a", `{"c":"a"}`)
	f.Add("a", `{"c":["a",1,true]}`)
	f.Add("1", `{"c":1e0}`)
	f.Fuzz(func(t *testing.T, value, claims string) {
		l := Login{Subject: "s"}
		if decodeClaims(claims, &l.Claims) != nil {
			return
		}
		match := func(kind string) bool { return (&Rule{Claim: "c", Match: kind, Value: value}).matches(&l) }
		equals, not := match("Equals"), match("NotEqual")
		if _, there := l.Claims["c"]; !there && (equals || not || match("Contains") || match("StartsWith")) {
			t.Errorf("an absent claim matches %q", value)
		}
		if equals && (not || !match("Contains") || !match("StartsWith")) {
			t.Errorf("%q in %s is equal, and is not", value, claims)
		}
		if v, ok := l.value("c"); ok && equals != (v == value) {
			t.Errorf("%q is %q: %v", v, value, equals)
		}
	})
}
