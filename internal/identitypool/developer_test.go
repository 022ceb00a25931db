package identitypool

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

// vouch asks for the token of a developer's user; want is the identity that the developer names.
func (h *house) vouch(pool, user, want string, more map[string]string, edit ...func(*api.GetOpenIdTokenForDeveloperIdentityInput)) (id, token string, err error) {
	in := &api.GetOpenIdTokenForDeveloperIdentityInput{IdentityPoolId: pool, Logins: map[string]string{devName: user}}
	for k, v := range more {
		in.Logins[k] = v
	}
	if want != "" {
		in.IdentityId = &want
	}
	for _, e := range edit {
		e(in)
	}
	out, err := h.GetOpenIdTokenForDeveloperIdentity(h.ctx, in)
	if err != nil {
		return "", "", err
	}
	return *out.IdentityId, *out.Token, nil
}

func (h *house) mustVouch(pool, user, want string, more map[string]string) (id, token string) {
	h.t.Helper()
	id, token, err := h.vouch(pool, user, want, more)
	if err != nil {
		h.t.Fatal(err)
	}
	return id, token
}

func TestDeveloperUsers(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	id, token := h.mustVouch(pool, "u1", "", nil)
	if again, _ := h.mustVouch(pool, "u1", "", nil); again != id {
		t.Error("a user of the developer has two identities")
	}
	got, err := h.VerifyOpenIDToken(h.ctx, token)
	if err != nil || got.IdentityID != id || !cmp.Equal(got.AMR, []string{"authenticated", devName, devName + ":" + pool + ":u1"}) || !got.Expires.Equal(now.Add(15*time.Minute)) {
		t.Errorf("%+v, %v", got, err)
	}
	in := map[string]string{providerName: token}
	if err := h.credentials(id, in, nil); err != nil || !cmp.Equal(h.last().Session.FederatedContext[providerName+":amr"], got.AMR) {
		t.Errorf("the enhanced flow: %v", err)
	}
	if h.mustID(pool, in) != id {
		t.Error("the token is of another identity")
	}
	_, err = h.id(h.pool(true, everything), in)
	fails(t, "a token of another pool", err, api.NotAuthorizedException, "Invalid login token. Couldn't verify signed token.")
	_, err = h.id(pool, map[string]string{devName: "u1"})
	fails(t, "a user whom nobody vouches for", err, api.NotAuthorizedException, "Token is not from a supported provider of this identity pool.")
	other := h.mustID(pool, nil)
	if err := h.credentials(other, in, nil); err != nil {
		t.Errorf("a guest who turns out to be a known user: %v", err)
	}
	fails(t, "another's identity", h.credentials(h.mustID(pool, map[string]string{nameA: poolA + " eve client x"}), in, nil), api.NotAuthorizedException, "")
}

// TestTokensDoNotRenewThemselves: whatever is got with a token ends with it.
func TestTokensDoNotRenewThemselves(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	id, token, err := h.vouch(pool, "u1", "", nil, func(in *api.GetOpenIdTokenForDeveloperIdentityInput) {
		in.TokenDuration, in.PrincipalTags = ptr(int64(86400)), map[string]string{"team": "red"}
	})
	if err != nil {
		t.Fatal(err)
	}
	h.clock = now.Add(24*time.Hour - 4*time.Minute)
	next := h.mustOpenID(id, map[string]string{providerName: token})
	got, err := h.VerifyOpenIDToken(h.ctx, next)
	if err != nil || !got.Expires.Equal(now.Add(24*time.Hour)) || got.Tags["team"] != "red" || len(got.AMR) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := h.credentials(id, map[string]string{providerName: next}, nil); err != nil || h.last().Session.Tags["team"] != "red" {
		t.Errorf("%v, %v", h.last().Session.Tags, err)
	}
	h.clock = now.Add(24 * time.Hour)
	fails(t, "afterwards", h.credentials(id, map[string]string{providerName: next}, nil), api.NotAuthorizedException, "Invalid login token. Token is expired.")
}

func TestRefusedVouching(t *testing.T) {
	h := newHouse(t)
	pool, plain := h.pool(true, everything), h.pool(true)
	ada := map[string]string{nameA: token(poolA, "ada")}
	adas := h.mustID(pool, ada)
	u1, _ := h.mustVouch(pool, "u1", "", nil)
	_, _, err := h.vouch(plain, "u1", "", nil)
	fails(t, "no developer provider", err, api.InvalidParameterException, "")
	_, _, err = h.vouch(pool, "u1", "", nil, func(in *api.GetOpenIdTokenForDeveloperIdentityInput) { in.Logins = ada })
	fails(t, "no developer user", err, api.InvalidParameterException, "")
	_, _, err = h.vouch(pool, strings.Repeat("u", 1025), "", nil)
	fails(t, "a long user", err, api.InvalidParameterException, "")
	_, _, err = h.vouch(pool, "u1", "", nil, func(in *api.GetOpenIdTokenForDeveloperIdentityInput) {
		in.PrincipalTags = map[string]string{"aws:x": "1"}
	})
	fails(t, "a reserved tag", err, api.InvalidParameterException, "")
	_, _, err = h.vouch(pool, "u1", adas, nil)
	fails(t, "a user of another identity", err, api.DeveloperUserAlreadyRegisteredException,
		"The provided developer user identifier is already registered with Cognito under a different identity ID.")
	_, _, err = h.vouch(pool, "u2", u1, ada)
	fails(t, "a login of another identity", err, api.ResourceConflictException, "")
	_, _, err = h.vouch(pool, "u2", h.mustID(plain, nil), nil)
	fails(t, "an identity of another pool", err, api.ResourceNotFoundException, "")
	_, _, err = h.vouch(pool, "u2", "eu-west-1:none", nil)
	fails(t, "no identity", err, api.ResourceNotFoundException, "Identity 'eu-west-1:none' not found.")
	_, _, err = h.vouch(pool, "u2", "", map[string]string{nameA: "x"})
	fails(t, "a login that does not hold", err, api.NotAuthorizedException, "")
	if got, _ := h.mustVouch(pool, "u2", adas, nil); got != adas {
		t.Error("a developer cannot link a user to an identity")
	}
	gone := h.mustID(pool, nil)
	if err := h.credentials(gone, ada, nil); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.vouch(pool, "u3", gone, nil)
	fails(t, "an identity that was merged away", err, api.NotAuthorizedException, "Access to Identity '"+gone+"' is forbidden.")
}

func TestLookupDeveloperIdentity(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	id := h.mustID(pool, map[string]string{nameA: token(poolA, "ada")})
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprint("u", i))
		h.mustVouch(pool, want[i], id, nil)
	}
	stranger, _ := h.mustVouch(pool, "v", "", nil)
	look := func(id, user *string, most *int, next *string) (*api.LookupDeveloperIdentityResponse, error) {
		return h.LookupDeveloperIdentity(h.ctx, &api.LookupDeveloperIdentityInput{IdentityPoolId: pool, IdentityId: id, DeveloperUserIdentifier: user, MaxResults: most, NextToken: next})
	}
	for _, user := range []*string{nil, ptr("u3")} {
		var got []string
		var next *string
		wanted := &id
		if user != nil {
			wanted = nil
		}
		for {
			out, err := look(wanted, user, ptr(3), next)
			if err != nil || *out.IdentityId != id || len(out.DeveloperUserIdentifierList) > 3 {
				t.Fatal(out, err)
			}
			got = append(got, out.DeveloperUserIdentifierList...)
			if next = out.NextToken; next == nil {
				break
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	if out, err := look(&id, ptr("u5"), nil, nil); err != nil || *out.IdentityId != id || !cmp.Equal(out.DeveloperUserIdentifierList, []string{"u5"}) {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := look(&id, nil, nil, nil); err != nil || len(out.DeveloperUserIdentifierList) != 7 || out.NextToken != nil {
		t.Errorf("%+v, %v", out, err)
	}
	_, err := look(&id, ptr("v"), nil, nil)
	fails(t, "two that do not belong together", err, api.ResourceConflictException, "")
	_, err = look(nil, nil, nil, nil)
	fails(t, "neither", err, api.InvalidParameterException, "")
	_, err = look(nil, ptr("none"), nil, nil)
	fails(t, "no user", err, api.ResourceNotFoundException, "")
	_, err = look(ptr("eu-west-1:none"), nil, nil, nil)
	fails(t, "no identity", err, api.ResourceNotFoundException, "")
	page, err := look(&id, nil, ptr(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = look(&stranger, nil, nil, page.NextToken)
	fails(t, "another's page", err, api.InvalidParameterException, "Invalid NextToken")
	_, err = h.LookupDeveloperIdentity(h.ctx, &api.LookupDeveloperIdentityInput{IdentityPoolId: h.pool(true), IdentityId: &id})
	fails(t, "no developer provider", err, api.InvalidParameterException, "")
}

func (h *house) mergeUsers(pool, from, into string) (string, error) {
	out, err := h.MergeDeveloperIdentities(h.ctx, &api.MergeDeveloperIdentitiesInput{IdentityPoolId: pool, DeveloperProviderName: devName, SourceUserIdentifier: from, DestinationUserIdentifier: into})
	if err != nil {
		return "", err
	}
	return *out.IdentityId, nil
}

func TestMergeDeveloperIdentities(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	ada := map[string]string{nameA: token(poolA, "ada")}
	from, old := h.mustVouch(pool, "u1", "", ada)
	into, _ := h.mustVouch(pool, "u2", "", map[string]string{nameB: token(poolB, "ada")})
	got, err := h.mergeUsers(pool, "u1", "u2")
	if err != nil || got != into {
		t.Fatalf("%s, %v", got, err)
	}
	if again, err := h.mergeUsers(pool, "u1", "u2"); err != nil || again != into {
		t.Errorf("again: %s, %v", again, err)
	}
	for name, id := range map[string]string{"user": first(h.mustVouch(pool, "u1", "", nil)), "login": h.mustID(pool, ada)} {
		if id != into {
			t.Errorf("the %s did not move", name)
		}
	}
	d, err := h.DescribeIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: into})
	if err != nil || len(d.Logins) != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	fails(t, "a token of the one that is gone", h.credentials(from, map[string]string{providerName: old}, nil), api.NotAuthorizedException, "Invalid login token. Token has been revoked.")
	fails(t, "the one that is gone as a guest", h.credentials(from, nil, nil), api.NotAuthorizedException, "")
	if out, err := h.GetCredentialsForIdentity(h.ctx, &api.GetCredentialsForIdentityInput{IdentityId: from, Logins: ada}); err != nil || *out.IdentityId != into {
		t.Errorf("with a login of the other: %v", err)
	}
	h.mustVouch(pool, "u3", "", map[string]string{nameA: token(poolA, "eve")})
	_, err = h.mergeUsers(pool, "u3", "u2")
	fails(t, "two users of one provider", err, api.ResourceConflictException, "")
	_, err = h.mergeUsers(pool, "u2", "u2")
	fails(t, "one with itself", err, api.InvalidParameterException, "")
	for _, c := range [][2]string{{"u1", "none"}, {"none", "u1"}} {
		_, err = h.mergeUsers(pool, c[0], c[1])
		fails(t, "nobody", err, api.ResourceNotFoundException, "")
	}
	_, err = h.MergeDeveloperIdentities(h.ctx, &api.MergeDeveloperIdentitiesInput{IdentityPoolId: pool, DeveloperProviderName: "x", SourceUserIdentifier: "u1", DestinationUserIdentifier: "u2"})
	fails(t, "another provider", err, api.ResourceNotFoundException, "")
}

func first(a, _ string) string { return a }

// TestLoginsAreBounded: twenty logins, and no merging or linking beyond.
func TestLoginsAreBounded(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	id, _ := h.mustVouch(pool, "u0", "", nil)
	for i := range maxLogins - 1 {
		h.mustVouch(pool, fmt.Sprint("u", i+1), id, nil)
	}
	_, _, err := h.vouch(pool, "one more", id, nil)
	fails(t, "linking", err, api.ResourceConflictException, "")
	h.mustVouch(pool, "v", "", nil)
	_, err = h.mergeUsers(pool, "v", "u0")
	fails(t, "merging into", err, api.ResourceConflictException, "")
	_, err = h.mergeUsers(pool, "u0", "v")
	fails(t, "merging from", err, api.ResourceConflictException, "")
	if n, err := logins.Count(h.ctx, h.Store, "by_identity", id); err != nil || n != maxLogins {
		t.Errorf("%d logins, %v", n, err)
	}
}

func TestUnlinkDeveloperIdentity(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	id, token := h.mustVouch(pool, "u1", "", nil)
	h.mustVouch(pool, "u2", id, nil)
	stranger, _ := h.mustVouch(pool, "v", "", nil)
	unlink := func(id, user, provider string) error {
		_, err := h.UnlinkDeveloperIdentity(h.ctx, &api.UnlinkDeveloperIdentityInput{IdentityPoolId: pool, IdentityId: id, DeveloperUserIdentifier: user, DeveloperProviderName: provider})
		return err
	}
	fails(t, "another's", unlink(stranger, "u1", devName), api.ResourceConflictException, "")
	fails(t, "another provider", unlink(id, "u1", "x"), api.ResourceNotFoundException, "")
	fails(t, "nobody", unlink(id, "none", devName), api.ResourceNotFoundException, "")
	fails(t, "no identity", unlink("eu-west-1:none", "u1", devName), api.ResourceNotFoundException, "")
	if err := unlink(id, "u1", devName); err != nil {
		t.Fatal(err)
	}
	if d, err := h.DescribeIdentity(h.ctx, &api.DescribeIdentityInput{IdentityId: id}); err != nil || !slices.Contains(d.Logins, devName) {
		t.Errorf("a user is left, and no login: %+v, %v", d, err)
	}
	if again, _ := h.mustVouch(pool, "u1", "", nil); again == id {
		t.Error("who was unlinked is not somebody new")
	}
	if err := unlink(id, "u2", devName); err != nil {
		t.Fatal(err)
	}
	fails(t, "a token of the last user", h.credentials(id, map[string]string{providerName: token}, nil), api.NotAuthorizedException, "Invalid login token. Token has been revoked.")
	fails(t, "nobody's identity as a guest", h.credentials(id, nil, nil), api.NotAuthorizedException, "Access to Identity '"+id+"' is forbidden.")
	fails(t, "nobody's identity with a new login", h.credentials(id, map[string]string{nameA: poolA + " eve client x"}, nil), api.NotAuthorizedException, "")
}
