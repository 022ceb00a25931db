package identitypool

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

func TestDeletePoolEndsAccess(t *testing.T) {
	h := newHouse(t)
	pool, spared := h.pool(true), h.pool(true)
	in := map[string]string{nameA: token(poolA, "ada")}
	id, g, kept := h.mustID(pool, in), h.mustID(pool, nil), h.mustID(spared, in)
	stale, err := h.Service.pool(h.ctx, pool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.DeleteIdentityPool(h.ctx, &api.DeleteIdentityPoolInput{IdentityPoolId: pool}); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"user": h.credentials(id, in, nil), "guest": h.credentials(g, nil, nil)} {
		fails(t, name, err, api.ResourceNotFoundException, "")
	}
	_, err = h.id(pool, in)
	fails(t, "GetId", err, api.ResourceNotFoundException, "IdentityPool '"+pool+"' not found.")
	_, err = h.link(h.ctx, stale, wish{}, nil) // a request that saw the pool a moment ago
	fails(t, "a late GetId", err, api.ResourceNotFoundException, "")
	_, err = h.DeleteIdentityPool(h.ctx, &api.DeleteIdentityPoolInput{IdentityPoolId: pool})
	fails(t, "again", err, api.ResourceNotFoundException, "")
	if n, err := identities.Count(t.Context(), h.Store, "by_pool", pool); err != nil || n != 0 {
		t.Errorf("%d identities are left, %v", n, err)
	}
	if err := h.credentials(kept, in, nil); err != nil {
		t.Errorf("another pool: %v", err)
	}
}

func TestUnknownPool(t *testing.T) {
	h := newHouse(t)
	const none = "eu-west-1:00000000-0000-4000-8000-000000000000"
	_, e1 := h.id(none, nil)
	_, e2 := h.DescribeIdentityPool(h.ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: none})
	_, e3 := h.GetIdentityPoolRoles(h.ctx, &api.GetIdentityPoolRolesInput{IdentityPoolId: none})
	_, e4 := h.SetIdentityPoolRoles(h.ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: none})
	_, e5 := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: none, MaxResults: 1})
	_, e6 := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: none})
	for i, err := range []error{e1, e2, e3, e4, e5, e6} {
		fails(t, fmt.Sprint(i), err, api.ResourceNotFoundException, "IdentityPool '"+none+"' not found.")
	}
	pool := h.pool(true)
	_, err := h.GetId(h.ctx, &api.GetIdInput{IdentityPoolId: pool, AccountId: ptr("999999999999")})
	fails(t, "another account", err, api.ResourceNotFoundException, "")
}

func TestPagesAreSealed(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	want := map[string]bool{}
	for range 7 {
		want[h.mustID(pool, nil)] = true
	}
	var next *string
	var first string
	for pages := 0; ; pages++ {
		out, err := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: pool, MaxResults: 3, NextToken: next})
		if err != nil || pages > 3 {
			t.Fatal(pages, err)
		}
		for _, i := range out.Identities {
			if !want[*i.IdentityId] {
				t.Errorf("%s comes twice, or is nobody's", *i.IdentityId)
			}
			delete(want, *i.IdentityId)
		}
		if next = out.NextToken; next == nil {
			break
		}
		first = *next
	}
	if len(want) > 0 {
		t.Errorf("%d identities are not listed", len(want))
	}
	if strings.Contains(first, ":") {
		t.Errorf("a page token shows what is inside: %s", first)
	}
	otherPool := h.pool(true)
	flipped := []byte(first)
	flipped[len(flipped)/2] ^= 1
	for name, err := range map[string]error{
		"another pool's": func() error {
			_, err := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: otherPool, MaxResults: 1, NextToken: &first})
			return err
		}(),
		"another operation's": func() error {
			_, err := h.ListIdentityPools(h.ctx, &api.ListIdentityPoolsInput{MaxResults: 1, NextToken: &first})
			return err
		}(),
		"altered": func() error {
			_, err := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: pool, MaxResults: 1, NextToken: ptr(string(flipped))})
			return err
		}(),
		"made up": func() error {
			_, err := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: pool, MaxResults: 1, NextToken: ptr("!")})
			return err
		}(),
	} {
		fails(t, name, err, api.InvalidParameterException, "Invalid NextToken")
	}
}

// TestHideDisabled pages through a pool in which every third identity was merged away.
func TestHideDisabled(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	open := map[string]bool{}
	for n := range 9 {
		id := h.mustID(pool, nil)
		open[id] = n%3 != 0
		if n%3 == 0 {
			in := map[string]string{nameA: token(poolA, "ada")}
			open[h.mustID(pool, in)] = true
			if err := h.credentials(id, in, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, hide := range []*bool{nil, ptr(false), ptr(true)} {
		seen := map[string]bool{}
		var next *string
		for {
			out, err := h.ListIdentities(h.ctx, &api.ListIdentitiesInput{IdentityPoolId: pool, MaxResults: 2, NextToken: next, HideDisabled: hide})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range out.Identities {
				if seen[*i.IdentityId] || hide != nil && *hide && !open[*i.IdentityId] {
					t.Errorf("%s is listed twice, or is disabled", *i.IdentityId)
				}
				seen[*i.IdentityId] = true
			}
			if next = out.NextToken; next == nil {
				break
			}
			if hide != nil && *hide && len(out.Identities) != 2 {
				t.Errorf("a short page: %d", len(out.Identities))
			}
		}
		want := len(open)
		if hide != nil && *hide {
			want = 7
		}
		if len(seen) != want {
			t.Errorf("%d of %d are listed", len(seen), want)
		}
	}
}

func TestPools(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.pool(false)
	}
	out, err := h.ListIdentityPools(h.ctx, &api.ListIdentityPoolsInput{MaxResults: 2})
	if err != nil || len(out.IdentityPools) != 2 || out.NextToken == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	out, err = h.ListIdentityPools(h.ctx, &api.ListIdentityPoolsInput{MaxResults: 2, NextToken: out.NextToken})
	if err != nil || len(out.IdentityPools) != 1 || out.NextToken != nil {
		t.Errorf("%+v, %v", out, err)
	}
	pool := *out.IdentityPools[0].IdentityPoolId
	roles, err := h.GetIdentityPoolRoles(h.ctx, &api.GetIdentityPoolRolesInput{IdentityPoolId: pool})
	if err != nil || !cmp.Equal(roles.Roles, map[string]string{"authenticated": inRole, "unauthenticated": guest}) {
		t.Errorf("%+v, %v", roles, err)
	}
	up, err := h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: pool, IdentityPoolName: "q", AllowUnauthenticatedIdentities: true})
	if err != nil || *ptr(up.IdentityPoolName) != "q" || !up.AllowUnauthenticatedIdentities || len(up.CognitoIdentityProviders) != 0 {
		t.Errorf("%+v, %v", up, err)
	}
	got, err := h.DescribeIdentityPool(h.ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: pool})
	if d := cmp.Diff(up, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if roles, err = h.GetIdentityPoolRoles(h.ctx, &api.GetIdentityPoolRolesInput{IdentityPoolId: pool}); err != nil || len(roles.Roles) != 2 {
		t.Errorf("an update took the roles: %+v, %v", roles, err)
	}
}

// TestAsks holds the resources that policies see, and that a role can only be set by who may pass it.
func TestAsks(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	arn := "arn:aws:cognito-identity:eu-west-1:" + account + ":identitypool/" + pool
	far := "arn:aws:iam::999999999999:role/far"
	asks, err := h.askSetRoles(h.ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: pool, Roles: map[string]string{"unauthenticated": far, "authenticated": inRole}})
	if err != nil || len(asks) != 3 {
		t.Fatalf("%+v, %v", asks, err)
	}
	if asks[0].Resource != arn || asks[0].Action != "" {
		t.Errorf("%+v", asks[0])
	}
	for i, want := range []struct{ role, account string }{{inRole, account}, {far, "999999999999"}} {
		a := asks[i+1]
		if a.Action != "iam:PassRole" || a.Resource != want.role || a.ResourceAccount != want.account || a.Context["iam:passedtoservice"][0] != "cognito-identity.amazonaws.com" {
			t.Errorf("%+v", a)
		}
	}
	id := h.mustID(pool, nil)
	if asks, err := h.askIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: id}); err != nil || asks[0].Resource != arn {
		t.Errorf("%+v, %v", asks, err)
	}
	if asks, err := h.askIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: "x"}); err != nil || len(asks) != 1 || asks[0].Resource != "" {
		t.Errorf("%+v, %v", asks, err)
	}
	asks, err = h.askCreate(h.ctx, &api.CreateIdentityPoolInput{IdentityPoolTags: map[string]string{"Team\u212a": "x"}})
	if err != nil || asks[0].Context["aws:requesttag/team\u212a"] == nil {
		t.Errorf("tag keys are folded beyond ASCII: %+v, %v", asks, err)
	}
	for _, b := range h.Operations() {
		if b.Method != b.Operation.Name {
			t.Errorf("%s is bound to %s", b.Operation.Name, b.Method)
		}
	}
}
