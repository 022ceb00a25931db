package identitypool

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const neighbour = "999988887777"

// signedCalls are all signed operations on a pool, an identity of it and its developer's user.
func (h *house) signedCalls(account, pool, identity string) map[string]func() error {
	ctx, user, name := as(account), "ada", "login.example"
	arn := poolARN(account, "eu-west-1", pool)
	return map[string]func() error{
		"DeleteIdentityPool": func() error {
			_, err := h.DeleteIdentityPool(ctx, &api.DeleteIdentityPoolInput{IdentityPoolId: pool})
			return err
		},
		"DescribeIdentityPool": func() error {
			_, err := h.DescribeIdentityPool(ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: pool})
			return err
		},
		"UpdateIdentityPool": func() error {
			_, err := h.UpdateIdentityPool(ctx, &api.IdentityPool{IdentityPoolId: pool, IdentityPoolName: "x"})
			return err
		},
		"DescribeIdentity": func() error {
			_, err := h.DescribeIdentity(ctx, &api.DescribeIdentityInput{IdentityId: identity})
			return err
		},
		"ListIdentities": func() error {
			_, err := h.ListIdentities(ctx, &api.ListIdentitiesInput{IdentityPoolId: pool, MaxResults: 1})
			return err
		},
		"GetIdentityPoolRoles": func() error {
			_, err := h.GetIdentityPoolRoles(ctx, &api.GetIdentityPoolRolesInput{IdentityPoolId: pool})
			return err
		},
		"SetIdentityPoolRoles": func() error {
			_, err := h.SetIdentityPoolRoles(ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: pool, Roles: map[string]string{"authenticated": other}})
			return err
		},
		"GetPrincipalTagAttributeMap": func() error {
			_, err := h.GetPrincipalTagAttributeMap(ctx, &api.GetPrincipalTagAttributeMapInput{IdentityPoolId: pool, IdentityProviderName: nameA})
			return err
		},
		"SetPrincipalTagAttributeMap": func() error {
			_, err := h.SetPrincipalTagAttributeMap(ctx, &api.SetPrincipalTagAttributeMapInput{IdentityPoolId: pool, IdentityProviderName: nameA, UseDefaults: ptr(true)})
			return err
		},
		"GetOpenIdTokenForDeveloperIdentity": func() error {
			_, err := h.GetOpenIdTokenForDeveloperIdentity(ctx, &api.GetOpenIdTokenForDeveloperIdentityInput{IdentityPoolId: pool, Logins: map[string]string{name: user}})
			return err
		},
		"LookupDeveloperIdentity": func() error {
			_, err := h.LookupDeveloperIdentity(ctx, &api.LookupDeveloperIdentityInput{IdentityPoolId: pool, IdentityId: &identity})
			return err
		},
		"MergeDeveloperIdentities": func() error {
			_, err := h.MergeDeveloperIdentities(ctx, &api.MergeDeveloperIdentitiesInput{IdentityPoolId: pool, DeveloperProviderName: name, SourceUserIdentifier: user, DestinationUserIdentifier: "bob"})
			return err
		},
		"UnlinkDeveloperIdentity": func() error {
			_, err := h.UnlinkDeveloperIdentity(ctx, &api.UnlinkDeveloperIdentityInput{IdentityPoolId: pool, IdentityId: identity, DeveloperProviderName: name, DeveloperUserIdentifier: user})
			return err
		},
		"TagResource": func() error {
			_, err := h.TagResource(ctx, &api.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "b"}})
			return err
		},
		"UntagResource": func() error {
			_, err := h.UntagResource(ctx, &api.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}})
			return err
		},
		"ListTagsForResource": func() error {
			_, err := h.ListTagsForResource(ctx, &api.ListTagsForResourceInput{ResourceArn: arn})
			return err
		},
	}
}

// TestAnotherAccount: what another account has is as if it did not exist, for every signed operation.
func TestAnotherAccount(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, func(in *api.CreateIdentityPoolInput) {
		in.DeveloperProviderName = ptr("login.example")
		in.IdentityPoolTags = map[string]string{"a": "1"}
	})
	out, err := h.GetOpenIdTokenForDeveloperIdentity(h.ctx, &api.GetOpenIdTokenForDeveloperIdentityInput{IdentityPoolId: pool, Logins: map[string]string{"login.example": "ada"}})
	if err != nil {
		t.Fatal(err)
	}
	identity := *out.IdentityId
	before, err := h.DescribeIdentityPool(h.ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: pool})
	if err != nil {
		t.Fatal(err)
	}
	const nowhere = "eu-west-1:00000000-0000-4000-8000-000000000000"
	absent := h.signedCalls(neighbour, nowhere, nowhere)
	for name, call := range h.signedCalls(neighbour, pool, identity) {
		got, ok := wire.AsError(call())
		want, _ := wire.AsError(absent[name]())
		if !ok {
			t.Errorf("%s succeeds in another account", name)
			continue
		}
		message := strings.NewReplacer(pool, nowhere, identity, nowhere).Replace(got.Message)
		if got.Type != want.Type || message != want.Message {
			t.Errorf("%s tells that the pool is there: %v; of none it says %v", name, got, want)
		}
	}
	if _, err := h.DeleteIdentities(as(neighbour), &api.DeleteIdentitiesInput{IdentityIdsToDelete: []string{identity}}); err != nil {
		t.Error(err)
	}
	if _, err := h.DescribeIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: identity}); err != nil {
		t.Errorf("another account deleted the identity: %v", err)
	}
	if l, err := logins.Get(h.ctx, h.Store, pool, "login.example", "ada"); err != nil || l.Doc.IdentityID != identity {
		t.Errorf("its login is %+v, %v", l, err)
	}
	after, err := h.DescribeIdentityPool(h.ctx, &api.DescribeIdentityPoolInput{IdentityPoolId: pool})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	own, err := h.ListIdentityPools(as(neighbour), &api.ListIdentityPoolsInput{MaxResults: 10})
	if err != nil || len(own.IdentityPools) != 0 {
		t.Errorf("it sees %+v, %v", own, err)
	}
	// The account itself finds everything: the calls above are about things that are there.
	calls := h.signedCalls(account, pool, identity)
	for _, name := range []string{"DescribeIdentityPool", "DescribeIdentity", "ListIdentities", "GetIdentityPoolRoles", "SetIdentityPoolRoles",
		"GetPrincipalTagAttributeMap", "SetPrincipalTagAttributeMap", "GetOpenIdTokenForDeveloperIdentity", "LookupDeveloperIdentity", "TagResource",
		"UntagResource", "ListTagsForResource", "UnlinkDeveloperIdentity", "DeleteIdentityPool"} {
		if err := calls[name](); err != nil {
			t.Errorf("%s in the own account: %v", name, err)
		}
	}
}

// TestPoolsOfSeveralAccounts: a pool belongs to the account that made it, and its users are served without a signature wherever it is.
func TestPoolsOfSeveralAccounts(t *testing.T) {
	h := newHouse(t)
	out, err := h.CreateIdentityPool(as(neighbour), &api.CreateIdentityPoolInput{
		IdentityPoolName: "n", AllowUnauthenticatedIdentities: true, OpenIdConnectProviderARNs: []string{"arn:aws:iam::" + neighbour + ":oidc-provider/x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	pool := out.IdentityPoolId
	_, err = h.CreateIdentityPool(as(neighbour), &api.CreateIdentityPoolInput{
		IdentityPoolName: "n", OpenIdConnectProviderARNs: []string{"arn:aws:iam::" + account + ":oidc-provider/x"},
	})
	fails(t, "provider of another account", err, api.InvalidParameterException, "")
	for who, n := range map[string]int{neighbour: 1, account: 0} {
		l, err := h.ListIdentityPools(as(who), &api.ListIdentityPoolsInput{MaxResults: 10})
		if err != nil || len(l.IdentityPools) != n {
			t.Errorf("%s sees %+v, %v", who, l, err)
		}
	}
	asks, err := h.ask(as(neighbour), pool, nil)
	if err != nil || asks[0].Resource != "arn:aws:cognito-identity:eu-west-1:"+neighbour+":identitypool/"+pool {
		t.Errorf("asks are %+v, %v", asks, err)
	}
	anonymous := as("")
	id, err := h.GetId(anonymous, &api.GetIdInput{IdentityPoolId: pool, AccountId: ptr(neighbour)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.GetId(anonymous, &api.GetIdInput{IdentityPoolId: pool, AccountId: ptr(account)})
	fails(t, "id of another account", err, api.ResourceNotFoundException, "")
	token, err := h.GetOpenIdToken(anonymous, &api.GetOpenIdTokenInput{IdentityId: *id.IdentityId})
	if err != nil {
		t.Fatal(err)
	}
	verified, err := h.VerifyOpenIDToken(anonymous, *token.Token)
	if err != nil || verified.Account != neighbour {
		t.Errorf("token is %+v, %v", verified, err)
	}
	first := h.pool(true)
	h.pool(true)
	page, err := h.ListIdentityPools(h.ctx, &api.ListIdentityPoolsInput{MaxResults: 1})
	if err != nil || page.NextToken == nil || *page.IdentityPools[0].IdentityPoolId == pool {
		t.Fatalf("page is %+v, %v (%s)", page, err, first)
	}
	_, err = h.ListIdentityPools(as(neighbour), &api.ListIdentityPoolsInput{MaxResults: 1, NextToken: page.NextToken})
	fails(t, "page token of another account", err, api.InvalidParameterException, "")
}

// TestDeletedPoolsKeepTheirIDs: roles trust pools by id, so that the id of a deleted pool is its account's for ever.
func TestDeletedPoolsKeepTheirIDs(t *testing.T) {
	h := newHouse(t)
	const id = "eu-west-1:0a1b2c3d-0000-4000-8000-00000000000a"
	create := func(account string) error {
		out, err := h.CreateIdentityPool(as(account), &api.CreateIdentityPoolInput{IdentityPoolName: "p", IdentityPoolTags: map[string]string{idTag: id}})
		if err == nil && out.IdentityPoolId != id {
			t.Errorf("id is %s", out.IdentityPoolId)
		}
		return err
	}
	for range 2 {
		if err := create(account); err != nil {
			t.Fatal(err)
		}
		taken := create(neighbour)
		if _, err := h.DeleteIdentityPool(h.ctx, &api.DeleteIdentityPoolInput{IdentityPoolId: id}); err != nil {
			t.Fatal(err)
		}
		retired := create(neighbour)
		if !errors.Is(retired, api.ResourceConflictException) || taken.Error() != retired.Error() {
			t.Errorf("while it is there: %v; afterwards: %v", taken, retired)
		}
	}
}

// TestTagsThatDifferInCase: a policy sees every value of tags whose keys it cannot tell apart.
func TestTagsThatDifferInCase(t *testing.T) {
	h := newHouse(t)
	tags := map[string]string{"Team": "a", "team": "b"}
	asks, err := h.askCreate(h.ctx, &api.CreateIdentityPoolInput{IdentityPoolTags: tags})
	if want := []string{"a", "b"}; err != nil || !slices.Equal(asks[0].Context["aws:requesttag/team"], want) {
		t.Errorf("asks are %+v, %v", asks, err)
	}
	p, err := h.CreateIdentityPool(h.ctx, &api.CreateIdentityPoolInput{IdentityPoolName: "p", IdentityPoolTags: tags})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // maps are read in another order each time
		asks, err := h.ask(h.ctx, p.IdentityPoolId, nil)
		if err != nil || !slices.Equal(asks[0].Context["aws:resourcetag/team"], []string{"a", "b"}) {
			t.Fatalf("asks are %+v, %v", asks, err)
		}
	}
}
