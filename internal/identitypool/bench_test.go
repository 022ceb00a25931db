package identitypool

import (
	"context"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// fixed answers as its house, at no cost of its own.
type fixed struct {
	*house
	login Login
	role  Role
}

func (f *fixed) VerifyLogin(context.Context, string, string, bool) (Login, error) {
	return f.login, nil
}
func (f *fixed) LoginRole(context.Context, string) (Role, error) { return f.role, nil }
func (f *fixed) Mint(p caller.Principal) (caller.Credentials, error) {
	return caller.Credentials{AccessKeyID: "ASIA", Expiration: p.Session.Expires}, nil
}
func (f *fixed) Record(context.Context, *caller.Principal, *caller.Ask, bool, string) error {
	return nil
}

// BenchmarkCredentials measures what this package adds to GetCredentialsForIdentity, with a mapping of 25 rules of which the last one matches, and tags.
func BenchmarkCredentials(b *testing.B) {
	h := newHouse(b)
	pool := h.pool(true)
	in := map[string]string{nameA: token(poolA, "ada")}
	id := h.mustID(pool, in)
	list := make([]api.MappingRule, maxRules)
	for i := range list {
		list[i] = api.MappingRule{Claim: "groups", MatchType: "Contains", Value: "none", RoleARN: guest}
	}
	list[maxRules-1].Value = "admin"
	list[maxRules-1].RoleARN = other
	if err := h.mappings(pool, map[string]api.RoleMapping{nameA + ":client": rules(true, list...)}); err != nil {
		b.Fatal(err)
	}
	if err := h.tagMap(pool, nameA, true, nil); err != nil {
		b.Fatal(err)
	}
	role, err := h.LoginRole(b.Context(), other)
	if err != nil {
		b.Fatal(err)
	}
	f := &fixed{h, Login{Subject: "ada", Audience: "client", Claims: map[string]any{"groups": []any{"a", "b", "admin"}}}, role}
	h.Verifier, h.Roles, h.Minter, h.Decisions = f, f, f, f
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.GetCredentialsForIdentity(h.ctx, &api.GetCredentialsForIdentityInput{IdentityId: id, Logins: in}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetOpenIdToken(b *testing.B) {
	h := newHouse(b)
	g := h.mustID(h.pool(true), nil)
	for b.Loop() {
		if _, err := h.GetOpenIdToken(h.ctx, &api.GetOpenIdTokenInput{IdentityId: g}); err != nil {
			b.Fatal(err)
		}
	}
}
