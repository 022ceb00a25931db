package identitypool

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestOneIdentityForOneLogin(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	ids := make([]string, 100)
	var work sync.WaitGroup
	for i := range ids {
		work.Go(func() {
			id, err := h.id(pool, map[string]string{nameA: token(poolA, "ada")})
			if err != nil {
				t.Error(err)
			}
			ids[i] = id
		})
	}
	work.Wait()
	for _, id := range ids {
		if id != ids[0] || !strings.HasPrefix(id, "eu-west-1:") {
			t.Fatalf("identities %q and %q", ids[0], id)
		}
	}
	if n, err := identities.Count(t.Context(), h.Store, ""); err != nil || n != 1 {
		t.Errorf("%d identities, %v", n, err)
	}
	if h.mustID(pool, map[string]string{nameA: token(poolA, "bob")}) == ids[0] {
		t.Error("two users share an identity")
	}
	if h.mustID(h.pool(false), map[string]string{nameA: token(poolA, "ada")}) == ids[0] {
		t.Error("two pools share an identity")
	}
	if h.mustID(pool, map[string]string{nameB: token(poolB, "ada")}) == ids[0] {
		t.Error("subjects of two user pools share an identity")
	}
}

func TestSpellingsOfProviders(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	want := h.mustID(pool, map[string]string{nameA: token(poolA, "ada")})
	for _, name := range []string{"https://id.example.org:8443/" + poolA, "id.example.org:8443/" + poolA} {
		if got := h.mustID(pool, map[string]string{name: token(poolA, "ada")}); got != want {
			t.Errorf("%s makes another identity", name)
		}
		if err := h.credentials(want, map[string]string{name: token(poolA, "ada")}, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{
		"", poolA, "/" + poolA, "cognito-idp.us-east-1.amazonaws.com/" + poolA, "https://cognito-idp.eu-west-1.amazonaws.com/" + poolA,
		"cognito-idp.eu-west-1.amazonaws.com.evil.example/" + poolA, "http://id.example.org:8443/" + poolA, "evil.example/" + poolA, "graph.facebook.com",
		nameA + "/", nameA + "x", "COGNITO-IDP.eu-west-1.amazonaws.com/" + poolA, "cognito-idp.eu-west-1.amazonaws.com/eu-west-1-A",
	} {
		_, err := h.id(pool, map[string]string{name: token(poolA, "ada")})
		fails(t, name, err, api.NotAuthorizedException, "Token is not from a supported provider of this identity pool.")
	}
}

func TestRefusedLogins(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	id := h.mustID(pool, map[string]string{nameA: token(poolA, "ada")})
	for _, c := range []struct{ name, token, message string }{
		{"no token", "x", "Invalid login token. Couldn't verify signed token."},
		{"token of another pool", token(poolB, "ada"), "Invalid login token. Couldn't verify signed token."},
		{"expired", "expired", "Invalid login token. Token is expired."},
		{"another client's", poolA + " ada stranger " + other, "Token is not from a supported provider of this identity pool."},
		{"no audience", poolA + " ada  " + other, "Token is not from a supported provider of this identity pool."},
	} {
		in := map[string]string{nameA: c.token}
		_, err := h.id(pool, in)
		fails(t, c.name, err, api.NotAuthorizedException, c.message)
		fails(t, c.name, h.credentials(id, in, nil), api.NotAuthorizedException, c.message)
		in[nameB] = token(poolB, "ada") // one that holds does not help one that does not
		_, err = h.id(pool, in)
		fails(t, c.name+" beside a good one", err, api.NotAuthorizedException, c.message)
	}
	_, err := h.id(pool, map[string]string{nameA: "broken"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a verifier that fails: %v", err)
	}
	if len(h.minted) > 0 {
		t.Errorf("minted %+v", h.minted)
	}
}

func TestServerSideTokenCheck(t *testing.T) {
	h := newHouse(t)
	in := map[string]string{nameA: token(poolA, "ada")}
	checked := h.pool(false, func(in *api.CreateIdentityPoolInput) { in.CognitoIdentityProviders[0].ServerSideTokenCheck = ptr(true) })
	unchecked := h.pool(false)
	h.mustID(checked, in)
	h.revoked = true
	_, err := h.id(checked, in)
	fails(t, "checked", err, api.NotAuthorizedException, "Invalid login token. Token has been revoked.")
	if _, err := h.id(unchecked, in); err != nil {
		t.Errorf("unchecked: %v", err)
	}
}

func TestGuests(t *testing.T) {
	h := newHouse(t)
	open, closed := h.pool(true), h.pool(false)
	_, err := h.id(closed, nil)
	fails(t, "closed", err, api.NotAuthorizedException, "Unauthenticated access is not supported for this identity pool.")
	one, two := h.mustID(open, nil), h.mustID(open, nil)
	if one == two {
		t.Error("two guests share an identity")
	}
	if err := h.credentials(one, nil, nil); err != nil {
		t.Fatal(err)
	}
	p := h.last()
	if p.Name != "guest" || p.Session.InlinePolicy == "" || p.Session.FederatedContext["cognito-identity.amazonaws.com:amr"][0] != "unauthenticated" {
		t.Errorf("a guest is %+v", p)
	}
	fails(t, "a guest's own choice", h.credentials(one, nil, ptr(other)), api.NotAuthorizedException, "Specified role is not allowed by the login token.")
	mine := h.mustID(open, map[string]string{nameA: token(poolA, "ada")})
	fails(t, "a user's identity as a guest", h.credentials(mine, nil, nil), api.NotAuthorizedException, "Access to Identity '"+mine+"' is forbidden.")
	_, err = h.UpdateIdentityPool(h.ctx, &api.IdentityPool{IdentityPoolId: open, IdentityPoolName: "p"})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, "guests turned off", h.credentials(one, nil, nil), api.NotAuthorizedException, "")
}

func TestCredentials(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	if err := h.credentials(id, in, nil); err != nil {
		t.Fatal(err)
	}
	want := caller.Principal{
		Kind: caller.AssumedRole, Account: account, UniqueID: "AROAin", Name: "in", EntityARN: inRole,
		Session: &caller.Session{Name: "CognitoIdentityCredentials", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(credentialLife), Provider: "cognito-identity.amazonaws.com",
			FederatedContext: map[string][]string{"cognito-identity.amazonaws.com:aud": {pool}, "cognito-identity.amazonaws.com:sub": {id}, "cognito-identity.amazonaws.com:amr": {"authenticated", nameA, nameA + ":CognitoSignIn:ada"}}},
	}
	if d := cmp.Diff(want, h.last()); d != "" {
		t.Error(d)
	}
	if err := h.credentials(id, in, ptr(other)); err != nil || h.last().Name != "other" {
		t.Errorf("a role that the token names: %v", err)
	}
	fails(t, "a role that it does not name", h.credentials(id, in, ptr(guest)), api.NotAuthorizedException, "Specified role is not allowed by the login token.")
	fails(t, "another's identity", h.credentials(id, map[string]string{nameA: token(poolA, "eve")}, nil), api.NotAuthorizedException, "")
	fails(t, "no identity", h.credentials("eu-west-1:none", in, nil), api.ResourceNotFoundException, "Identity 'eu-west-1:none' not found.")
	bad := "Invalid identity pool configuration. Check assigned IAM roles for this pool."
	for _, role := range []string{"", "arn:aws:iam::" + account + ":role/none", mistrust} {
		roles := map[string]string{}
		if role != "" {
			roles["authenticated"] = role
		}
		h.roles(pool, roles)
		fails(t, "role "+role, h.credentials(id, in, nil), api.InvalidIdentityPoolConfigurationException, bad)
	}
	h.roles(pool, map[string]string{"authenticated": "arn:broken"})
	if err := h.credentials(id, in, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a look-up that fails: %v", err)
	}
}

// TestTrustSeesTheRequest: the keys that every request answers count in a trust policy.
func TestTrustSeesTheRequest(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	for condition, want := range map[string]bool{
		`"Bool":{"aws:SecureTransport":"true"}`: false, `"Bool":{"aws:SecureTransport":"false"}`: true,
		`"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`: true, `"StringEquals":{"aws:RequestedRegion":"us-east-1"}`: false,
		`"StringEquals":{"sts:RoleSessionName":"CognitoIdentityCredentials"}`: true, `"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`: false,
		`"StringEquals":{"cognito-identity.amazonaws.com:sub":"` + id + `"}`: true, `"Null":{"aws:SourceIp":"false"}`: false,
		`"StringEquals":{"cognito-identity.amazonaws.com:aud":"` + pool + `"}`: true, `"StringEquals":{"cognito-identity.amazonaws.com:amr":"unauthenticated"}`: false,
	} {
		h.trust = `"Condition":{` + condition + `}`
		if err := h.credentials(id, in, nil); (err == nil) != want {
			t.Errorf("%s: %v", condition, err)
		}
	}
}

func TestMerging(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	a, b := map[string]string{nameA: token(poolA, "ada")}, map[string]string{nameB: token(poolB, "ada")}
	both := map[string]string{nameA: a[nameA], nameB: b[nameB]}
	id := h.mustID(pool, a)
	if got := h.mustID(pool, both); got != id {
		t.Error("a second login made another identity")
	}
	if got := h.mustID(pool, b); got != id {
		t.Error("the second login alone is another identity")
	}
	d, err := h.DescribeIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: id})
	if err != nil || !cmp.Equal(d.Logins, []string{nameA, nameB}) {
		t.Errorf("logins %v, %v", d, err)
	}
	for _, in := range []map[string]string{a, b, both} {
		if err := h.credentials(id, in, nil); err != nil {
			t.Error(err)
		}
	}
	h.mustID(pool, map[string]string{nameA: token(poolA, "eve")})
	_, err = h.id(pool, map[string]string{nameA: token(poolA, "eve"), nameB: b[nameB]})
	fails(t, "logins of two identities", err, api.ResourceConflictException, "")
}

func TestDeletedIdentity(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(false)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	if _, err := h.DeleteIdentities(h.ctx, &api.DeleteIdentitiesInput{IdentityIdsToDelete: []string{id, "eu-west-1:none"}}); err != nil {
		t.Fatal(err)
	}
	fails(t, "credentials", h.credentials(id, in, nil), api.ResourceNotFoundException, "")
	_, err := h.DescribeIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: id})
	fails(t, "describe", err, api.ResourceNotFoundException, "")
	if h.mustID(pool, in) == id {
		t.Error("an id is used again")
	}
}
