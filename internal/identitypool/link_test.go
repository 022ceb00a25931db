package identitypool

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// TestGuestBecomesUser: a login that is new makes the guest's identity the user's; one that is known takes the guest in.
func TestGuestBecomesUser(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	ada := map[string]string{nameA: token(poolA, "ada")}
	g := h.mustID(pool, nil)
	if err := h.credentials(g, ada, nil); err != nil || h.last().Name != "in" {
		t.Fatal(err)
	}
	if h.mustID(pool, ada) != g {
		t.Error("the guest's identity is not the user's")
	}
	fails(t, "as a guest again", h.credentials(g, nil, nil), api.NotAuthorizedException, "")
	second := h.mustID(pool, nil)
	out, err := h.GetCredentialsForIdentity(h.ctx, &api.GetCredentialsForIdentityInput{IdentityId: second, Logins: ada})
	if err != nil || *out.IdentityId != g || h.last().Session.FederatedContext[providerName+":sub"][0] != g {
		t.Fatalf("%+v, %v", out, err)
	}
	fails(t, "the guest who was taken in", h.credentials(second, nil, nil), api.NotAuthorizedException, "Access to Identity '"+second+"' is forbidden.")
	fails(t, "with a stranger's login", h.credentials(second, map[string]string{nameA: token(poolA, "eve")}, nil), api.NotAuthorizedException,
		"Logins don't match. Please include at least one valid login for this identity or identity pool.")
	tok, err := h.GetOpenIdToken(h.ctx, &api.GetOpenIdTokenInput{IdentityId: second, Logins: ada})
	if err != nil || *tok.IdentityId != g {
		t.Errorf("%+v, %v", tok, err)
	}
	third := h.mustID(pool, nil)
	both := map[string]string{nameA: ada[nameA], nameB: token(poolB, "bob")}
	bobs := h.mustID(pool, map[string]string{nameB: both[nameB]})
	out, err = h.GetCredentialsForIdentity(h.ctx, &api.GetCredentialsForIdentityInput{IdentityId: third, Logins: both})
	if err != nil || *out.IdentityId != g && *out.IdentityId != bobs || h.mustID(pool, map[string]string{nameB: both[nameB]}) != h.mustID(pool, ada) {
		t.Errorf("two users who are one: %+v, %v", out, err)
	}
}

// TestOtherProviders has a login of each kind of provider.
func TestOtherProviders(t *testing.T) {
	h := newHouse(t)
	pool, plain := h.pool(false, everything), h.pool(false)
	for key, c := range map[string]struct{ token, user string }{
		oidcKey: {oidcARN + " ann", ":app:ann"}, samlARN: {samlARN + " sam", ":app:sam"},
		google: {"https://" + google + "#g-client gus", ":app:gus"}, "appleid.apple.com": {"https://appleid.apple.com#a-client abe", ":app:abe"},
	} {
		in := map[string]string{key: c.token}
		id := h.mustID(pool, in)
		if err := h.credentials(id, in, nil); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if got := h.last().Session.FederatedContext[providerName+":amr"]; !slices.Equal(got, []string{"authenticated", key, key + c.user}) {
			t.Errorf("%s: amr is %q", key, got)
		}
		_, err := h.id(plain, in)
		fails(t, key+" in another pool", err, api.NotAuthorizedException, "Token is not from a supported provider of this identity pool.")
		_, err = h.id(pool, map[string]string{key: "expired"})
		fails(t, key, err, api.NotAuthorizedException, "Invalid login token. Token is expired.")
		_, err = h.id(pool, map[string]string{key: "unreachable"})
		fails(t, key, err, api.ExternalServiceException, "")
		_, err = h.id(pool, map[string]string{key: c.token[:len(c.token)-3]})
		fails(t, key+" of nobody", err, api.NotAuthorizedException, "Invalid login token. Couldn't verify signed token.")
	}
	for _, key := range []string{oidcARN, "https://" + oidcKey, "login.example.com", "arn:aws:iam::" + account + ":saml-provider/other", "graph.facebook.com"} {
		_, err := h.id(pool, map[string]string{key: oidcARN + " ann"})
		fails(t, key, err, api.NotAuthorizedException, "Token is not from a supported provider of this identity pool.")
	}
	_, err := h.id(pool, map[string]string{nameA: token(poolA, "ada"), "id.example.org:8443/" + poolA: token(poolA, "ada")})
	fails(t, "one provider in two spellings", err, api.InvalidParameterException, "")
	_, err = h.id(pool, map[string]string{oidcKey: oidcARN + " "})
	fails(t, "a login without a subject", err, api.NotAuthorizedException, "Invalid login token. Couldn't verify signed token.")
}

func TestUnlinkIdentity(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true, everything)
	a, b := map[string]string{nameA: token(poolA, "ada")}, map[string]string{nameB: token(poolB, "ada")}
	both := map[string]string{nameA: a[nameA], nameB: b[nameB]}
	id := h.mustID(pool, both)
	h.mustVouch(pool, "u", id, nil)
	unlink := func(in map[string]string, remove ...string) error {
		_, err := h.UnlinkIdentity(h.ctx, &api.UnlinkIdentityInput{IdentityId: id, Logins: in, LoginsToRemove: remove})
		return err
	}
	fails(t, "without a login", unlink(nil, nameA), api.NotAuthorizedException, "")
	fails(t, "with a stranger's", unlink(map[string]string{nameA: token(poolA, "eve")}, nameA), api.NotAuthorizedException, "")
	fails(t, "with a stranger's beside", unlink(map[string]string{nameA: token(poolA, "eve"), nameB: b[nameB]}, nameA), api.NotAuthorizedException, "")
	fails(t, "with one that does not hold", unlink(map[string]string{nameA: "expired"}, nameA), api.NotAuthorizedException, "Invalid login token. Token is expired.")
	fails(t, "one that is not linked", unlink(a, samlARN), api.ResourceNotFoundException, "")
	fails(t, "the developer's", unlink(a, devName), api.InvalidParameterException, "")
	if err := unlink(a, "id.example.org:8443/"+poolB); err != nil {
		t.Fatal(err)
	}
	if h.mustID(pool, b) == id {
		t.Error("who was unlinked is not somebody new")
	}
	if err := unlink(a, nameA); err != nil {
		t.Fatal(err)
	}
	fails(t, "again", unlink(a, nameA), api.NotAuthorizedException, "")
	fails(t, "afterwards", h.credentials(id, nil, nil), api.NotAuthorizedException, "")
	if got, token := h.mustVouch(pool, "u", "", nil); got != id || h.credentials(id, map[string]string{providerName: token}, nil) != nil {
		t.Error("the login that was left is lost")
	}
	_, err := h.UnlinkIdentity(h.ctx, &api.UnlinkIdentityInput{IdentityId: "eu-west-1:none", Logins: a, LoginsToRemove: []string{nameA}})
	fails(t, "no identity", err, api.ResourceNotFoundException, "")
}

// TestLinkingRace: of two users of one provider who claim one guest at once, one gets it; the other is refused.
func TestLinkingRace(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	g := h.mustID(pool, nil)
	var mu sync.Mutex
	won := map[string]bool{}
	var work sync.WaitGroup
	for n := range 100 {
		work.Go(func() {
			user := fmt.Sprint("user", n)
			err := h.credentials(g, map[string]string{nameA: token(poolA, user)}, nil)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won[user] = true
			} else {
				fails(t, user, err, api.NotAuthorizedException, "")
			}
		})
	}
	work.Wait()
	if len(won) != 1 {
		t.Fatalf("%d users have one guest's identity", len(won))
	}
	for user := range won {
		if h.mustID(pool, map[string]string{nameA: token(poolA, user)}) != g {
			t.Error("the winner's identity is another")
		}
	}
	if n, err := logins.Count(t.Context(), h.Store, "by_identity", g); err != nil || n != 1 {
		t.Errorf("%d logins, %v", n, err)
	}
}

// TestMergingRace: the same pair of identities merged from both ends and in the middle by a hundred requests ends as one.
func TestMergingRace(t *testing.T) {
	h := newHouse(t)
	pool := h.pool(true)
	a, b := map[string]string{nameA: token(poolA, "ada")}, map[string]string{nameB: token(poolB, "ada")}
	both := map[string]string{nameA: a[nameA], nameB: b[nameB]}
	ids := []string{h.mustID(pool, a), h.mustID(pool, b), h.mustID(pool, nil)}
	var work sync.WaitGroup
	for n := range 100 {
		work.Go(func() {
			if err := h.credentials(ids[n%3], both, nil); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	if h.mustID(pool, a) != h.mustID(pool, b) {
		t.Error("two identities are left")
	}
	if n, err := identities.Count(t.Context(), h.Store, "enabled", pool); err != nil || n != 1 {
		t.Errorf("%d identities are enabled, %v", n, err)
	}
}

// world is a simple model of linking: who belongs to which identity.
type world struct {
	owner map[string]string // login to identity
	guest map[string]bool
	gone  map[string]string // to what it was merged into
	order []string          // identities by age
}

func (w *world) providers(id string) []string {
	var out []string
	for l, of := range w.owner {
		if of == id {
			out = append(out, l[:1])
		}
	}
	return out
}

// link says what the service should answer: an identity, "" for a new one, or "refused".
func (w *world) link(want string, who []string) string {
	var owners, fresh []string
	for _, l := range who {
		if id := w.owner[l]; id == "" {
			fresh = append(fresh, l)
		} else if !slices.Contains(owners, id) {
			owners = append(owners, id)
		}
	}
	slices.SortFunc(owners, func(a, b string) int { return slices.Index(w.order, a) - slices.Index(w.order, b) })
	target := ""
	switch {
	case want == "" && len(owners) > 0:
		target = owners[0]
	case want == "":
	case slices.Contains(owners, want):
		target = want
	case slices.Contains(owners, w.gone[want]):
		target = w.gone[want]
	case !w.guest[want]:
		return "refused"
	case len(owners) == 0:
		target = want
	default:
		target, owners = owners[0], append(owners, want)
	}
	taken := map[string]bool{}
	for _, p := range w.providers(target) {
		taken[p] = true
	}
	for _, id := range owners {
		for _, p := range w.providers(id) {
			if id != target && taken[p] {
				return "refused"
			}
			taken[p] = true
		}
	}
	for _, l := range fresh {
		if taken[l[:1]] {
			return "refused"
		}
		taken[l[:1]] = true
	}
	return target
}

// done applies what the service answered.
func (w *world) done(id, want string, who []string) {
	if !slices.Contains(w.order, id) {
		w.order = append(w.order, id)
	}
	merged := map[string]bool{}
	for _, l := range who {
		if of := w.owner[l]; of != "" && of != id {
			merged[of] = true
		}
	}
	if w.guest[want] && want != id {
		merged[want] = true
	}
	for l, of := range w.owner {
		if merged[of] {
			w.owner[l] = id
		}
	}
	for old := range merged {
		w.gone[old] = id
		delete(w.guest, old)
	}
	for _, l := range who {
		w.owner[l] = id
		delete(w.guest, id)
	}
}

// TestLinkingModel walks at random through linking and merging, beside the model.
func TestLinkingModel(t *testing.T) {
	h := newHouse(t)
	rapid.Check(t, func(r *rapid.T) {
		pool := h.pool(true, everything)
		w := &world{owner: map[string]string{}, guest: map[string]bool{}, gone: map[string]string{}}
		at := now
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			at = at.Add(time.Second)
			ctx := caller.WithRequest(t.Context(), &caller.Request{Time: at, Region: "eu-west-1"})
			in := map[string]string{}
			var who []string
			for _, p := range []string{"A", "B", "O"} {
				n := rapid.IntRange(0, 5).Draw(r, p)
				if n > 2 {
					continue
				}
				who = append(who, fmt.Sprint(p, n))
				switch p {
				case "A":
					in[nameA] = token(poolA, fmt.Sprint(n))
				case "B":
					in[nameB] = token(poolB, fmt.Sprint(n))
				default:
					in[oidcKey] = fmt.Sprint(oidcARN, " ", n)
				}
			}
			want := ""
			if len(w.order) > 0 && rapid.Bool().Draw(r, "by id") {
				want = rapid.SampledFrom(w.order).Draw(r, "id")
			}
			expected, got := w.link(want, who), "refused"
			if len(who) == 0 {
				expected = ""
				if want != "" {
					if expected = want; !w.guest[want] {
						expected = "refused"
					}
				}
			}
			if want == "" {
				if out, err := h.GetId(ctx, &api.GetIdInput{IdentityPoolId: pool, Logins: in}); err == nil {
					got = *out.IdentityId
				}
			} else if out, err := h.GetCredentialsForIdentity(ctx, &api.GetCredentialsForIdentityInput{IdentityId: want, Logins: in}); err == nil {
				got = *out.IdentityId
			}
			if expected == "" && got != "refused" && !slices.Contains(w.order, got) {
				if len(who) == 0 {
					w.guest[got] = true
				}
			} else if got != expected {
				r.Fatalf("%s with %v is %s, want %s (%+v)", want, who, got, expected, w)
			}
			if got != "refused" {
				w.done(got, want, who)
			}
		}
		enabled, err := identities.Count(t.Context(), h.Store, "enabled", pool)
		if err != nil || int(enabled) != len(w.order)-len(w.gone) {
			r.Fatalf("%d identities are enabled, want %d: %v", enabled, len(w.order)-len(w.gone), err)
		}
		for l, id := range w.owner {
			row, err := identities.Get(t.Context(), h.Store, id)
			if err != nil || row.Doc.Disabled || len(row.Doc.Logins) != len(w.providers(id)) {
				r.Fatalf("%s belongs to %+v, %v", l, row.Doc, err)
			}
		}
	})
}
