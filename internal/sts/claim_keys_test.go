package sts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostile is a token that carries every claim that is a key of some provider, and some that would be others' keys.
func hostile() map[string]any {
	return map[string]any{
		"actor": "a", "actor_id": "1", "repository": "me/x", "ref": "refs/heads/main", "environment": "prod", "project_id": "2", "rpst_id": "3",
		"oidc.circleci.com/project-id": "4", "build_branch": "main", "google": map[string]any{"organization_number": float64(123456789012)},
		"sub": "s", "aws:userid": "x", "token.actions.githubusercontent.com:ref": "refs/heads/main", "runner_environment": "gitlab-hosted",
	}
}

func TestClaimsOfEachProvider(t *testing.T) {
	githubKeys := []string{"actor=a", "actor_id=1", "environment=prod", "ref=refs/heads/main", "repository=me/x"}
	for provider, want := range map[string][]string{
		"token.actions.githubusercontent.com":      githubKeys,
		"token.actions.githubusercontent.com/Corp": githubKeys,
		"token.actions.corp.ghe.com":               githubKeys,
		"github.com/enterprises/corp":              githubKeys,
		"ghes.example.com/_services/token":         githubKeys,
		"gitlab.com":                               {"project_id=2", "runner_environment=gitlab-hosted"},
		"agent.buildkite.com":                      {"build_branch=main"},
		"agent.corp.buildkite.dev":                 {"build_branch=main"},
		"oidc.circleci.com/org/o":                  {"oidc.circleci.com/project-id=4"},
		"accounts.google.com":                      {"google/organization_number=123456789012"},
		"idcs-1.identity.oraclecloud.com":          {"rpst_id=3"},

		"token.actions.a.b.ghe.com":                nil,
		"token.actions..ghe.com":                   nil,
		"token.actions.ghe.com":                    nil,
		"evil.example/token.actions.corp.ghe.com":  nil,
		"token.actions.githubusercontent.com.evil": nil,
		"github.com":                         nil,
		"ghes.example.com/_services/token/x": nil,
		"gitlab.example.com":                 nil,
		"oidc.circleci.com":                  nil,
		"idp.example.com":                    nil,
	} {
		t.Run(provider, func(t *testing.T) {
			full := map[string][]string{}
			for _, kv := range want {
				k, v, _ := strings.Cut(kv, "=")
				full[strings.ToLower(provider)+":"+k] = []string{v}
			}
			if diff := cmp.Diff(full, claimed(provider, hostile())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClaimsThatAreNotTaken(t *testing.T) {
	const github = "token.actions.githubusercontent.com"
	for name, claims := range map[string]map[string]any{
		"number":       {"actor_id": float64(1)},
		"list":         {"ref": []any{"refs/heads/main"}},
		"object":       {"ref": map[string]any{"x": "y"}},
		"boolean":      {"environment": true},
		"null":         {"ref": nil},
		"empty":        {"ref": ""},
		"too long":     {"ref": strings.Repeat("x", longestClaim+1)},
		"another case": {"Ref": "refs/heads/main"},
	} {
		if got := claimed(github, claims); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, v := range []any{1.5, 1e300, -1e300, "", "1" + strings.Repeat("0", longestClaim), []any{float64(1)}} {
		if got := claimed("accounts.google.com", map[string]any{"google": map[string]any{"organization_number": v}}); len(got) > 0 {
			t.Errorf("organization %v: %v", v, got)
		}
	}
}

func TestClaimsOfKubernetes(t *testing.T) {
	got := claimed("oidc.eks.example/id/AB", map[string]any{"kubernetes.io": map[string]any{
		"namespace": "shop", "serviceaccount": map[string]any{"name": "web", "uid": "u1"}, "pod": map[string]any{"name": "web-0", "uid": "u2"},
		"node": "not an object", "warnafter": float64(1), "aws:userid": "x",
	}})
	const prefix = "oidc.eks.example/id/ab:kubernetes.io/"
	want := map[string][]string{
		prefix + "namespace": {"shop"}, prefix + "serviceaccount/name": {"web"}, prefix + "serviceaccount/uid": {"u1"},
		prefix + "pod/name": {"web-0"}, prefix + "pod/uid": {"u2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := claimed("x", map[string]any{"kubernetes.io": "text", "kubernetes.io/namespace": "shop"}); len(got) > 0 {
		t.Errorf("flat claims: %v", got)
	}
}

// FuzzClaimKeys holds that whatever a provider says, its keys are its own, of the names that are documented, and never those that the token's
// registered claims make.
func FuzzClaimKeys(f *testing.F) {
	f.Add("token.actions.githubusercontent.com", "ref", "refs/heads/main")
	f.Add("x:y", "aud", "z")
	f.Add("gitlab.com", "project_id", ":aud")
	f.Fuzz(func(t *testing.T, provider, name, value string) {
		claims := map[string]any{name: value, "kubernetes.io": map[string]any{name: value, "pod": map[string]any{name: value}}}
		known := map[string]bool{}
		for _, k := range claimKeys(provider, claims) {
			known[k.name] = true
		}
		for key, values := range claimed(provider, claims) {
			rest, own := strings.CutPrefix(key, foldASCII(provider)+":")
			if !own || !known[rest] || rest == "aud" || rest == "sub" || rest == "amr" || rest == "azp" || rest == "oaud" || len(values) != 1 || values[0] != value {
				t.Errorf("%q of %q is %q", key, provider, values)
			}
		}
	})
}

// foldASCII is folding written a second time.
func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c) >= 0 {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

func TestClaimsDecideAndStayBehind(t *testing.T) {
	h, o := federatedHouse(t, allow(oidcARN, webAction, `{"StringEquals":{"idp.example.com/Tenant:kubernetes.io/namespace":"shop"}}`))
	o.identity.Claims = map[string]any{"kubernetes.io": map[string]any{"namespace": "shop"}}
	if _, err := h.AssumeRoleWithWebIdentity(unsigned(), web(nil)); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"idp.example.com/tenant:aud": {"client"}, "idp.example.com/tenant:sub": {"user-1"}}
	if diff := cmp.Diff(want, h.minted.Session.FederatedContext); diff != "" {
		t.Error(diff)
	}
}
