package idtoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// functions stand for what answers triggers: the answer's response, or an error. Calls are noted.
type functions struct {
	mu       sync.Mutex
	response string
	err      error
	calls    []hook.Call
	requests []string
	// meanwhile is what happens while the function works.
	meanwhile func()
}

func (f *functions) Invoke(_ context.Context, c hook.Call, request, response any) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, err := json.Marshal(request)
	if err != nil {
		return true, err
	}
	f.calls, f.requests = append(f.calls, c), append(f.requests, string(b))
	if f.meanwhile != nil {
		f.meanwhile()
	}
	if f.err != nil {
		return true, f.err
	}
	return true, json.Unmarshal([]byte(f.response), response)
}

// ask gives the pool a trigger of a version that answers this.
func (h *house) ask(version, response string) {
	h.pool.Triggers = directory.Triggers{PreTokenGeneration: "arn:aws:lambda:us-east-1:000000000000:function:f", PreTokenGenerationVersion: version}
	h.hooks.response = response
}

// group puts the user into a group with a role.
func (h *house) group(t *testing.T) {
	t.Helper()
	must(t, h.db.Update(h.ctx, func(w store.Writer) error {
		return errors.Join(
			directory.Groups.Insert(h.ctx, w, &directory.Group{PoolID: poolA, Name: "staff", RoleARN: "arn:aws:iam::000000000000:role/staff"}),
			directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolA, Group: "staff", Sub: userID}),
		)
	}))
}

// TestCustomised checks what answers make of both tokens. A claim of nil must not be there.
func TestCustomised(t *testing.T) {
	type claims map[string]any
	staff := []any{"staff"}
	for name, c := range map[string]struct {
		version, response string
		id, access        claims
	}{
		"nothing 1":   {"V1_0", `{"claimsOverrideDetails":null}`, claims{"email": "ada@example.org", "cognito:groups": staff}, claims{"cognito:groups": staff, "scope": directory.ScopeUser}},
		"nothing 2":   {"V2_0", `{}`, claims{"email": "ada@example.org"}, claims{"scope": directory.ScopeUser}},
		"add 1":       {"V1_0", `{"claimsOverrideDetails":{"claimsToAddOrOverride":{"a":"b","email":"x@y","n":7,"t":true,"none":null}}}`, claims{"a": "b", "email": "x@y", "n": "7", "t": "true", "none": nil, "cognito:groups": staff}, claims{"a": nil, "cognito:groups": staff}},
		"suppress 1":  {"V1_0", `{"claimsOverrideDetails":{"claimsToSuppress":["email","custom:tenant","unknown"]}}`, claims{"email": nil, "custom:tenant": nil, "email_verified": true}, nil},
		"both 1":      {"", `{"claimsOverrideDetails":{"claimsToAddOrOverride":{"a":"b"},"claimsToSuppress":["a"]}}`, claims{"a": nil}, nil},
		"groups 1":    {"V1_0", `{"claimsOverrideDetails":{"groupOverrideDetails":{"groupsToOverride":["g","h"],"iamRolesToOverride":["r"],"preferredRole":"p"}}}`, claims{"cognito:groups": []any{"g", "h"}, "cognito:roles": []any{"r"}, "cognito:preferred_role": "p"}, claims{"cognito:groups": []any{"g", "h"}, "cognito:roles": nil}},
		"no groups 1": {"V1_0", `{"claimsOverrideDetails":{"groupOverrideDetails":{}}}`, claims{"cognito:groups": nil, "cognito:roles": nil, "cognito:preferred_role": nil}, claims{"cognito:groups": nil}},
		"null groups": {"V2_0", `{"claimsAndScopeOverrideDetails":{"groupOverrideDetails":null}}`, claims{"cognito:groups": nil, "cognito:roles": nil}, claims{"cognito:groups": nil}},
		"both tokens": {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"a":1}},"accessTokenGeneration":{"claimsToAddOrOverride":{"b":[1,{"c":null}]}}}}`, claims{"a": 1.0, "b": nil}, claims{"a": nil, "b": []any{1.0, map[string]any{"c": nil}}}},
		"scopes":      {"V3_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToAdd":["api/read","api/write","api/read"],"scopesToSuppress":["aws.cognito.signin.user.admin","api/write"]}}}`, claims{"scope": nil}, claims{"scope": "api/read"}},
		"no scopes":   {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToSuppress":["aws.cognito.signin.user.admin"]}}}`, nil, claims{"scope": nil, "sub": userID}},
		"scope as a claim": {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"scope":"x","username":"eve","client_id":"c"},"claimsToSuppress":["scope"]}}}`,
			nil, claims{"scope": directory.ScopeUser, "username": "ada", "client_id": "client"}},
		"reserved": {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"sub":"x","iss":"x","aud":"x","exp":1,"iat":1,"auth_time":1,"token_use":"access","cognito:username":"x","cognito:x":"x","identities":[],"origin_jti":"x","dev:custom:x":"x","":"x"},"claimsToSuppress":["sub","iss","exp","token_use","cognito:username"]}}}`,
			claims{"sub": userID, "iss": base + "/" + poolA, "aud": "client", "token_use": "id", "cognito:username": "ada", "cognito:x": nil, "identities": nil, "dev:custom:x": nil, "": nil}, nil},
		"audience":           {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"aud":"client"}}}}`, claims{"aud": "client"}, claims{"aud": "client"}},
		"another audience":   {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"aud":"other"}}}}`, nil, claims{"aud": nil}},
		"groups as claims":   {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"cognito:groups":["z"]}},"accessTokenGeneration":{"claimsToSuppress":["cognito:groups"]}}}`, claims{"cognito:groups": []any{"z"}}, claims{"cognito:groups": nil}},
		"groups as nonsense": {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"cognito:groups":"z","cognito:preferred_role":[]}}}}`, claims{"cognito:groups": staff, "cognito:preferred_role": "arn:aws:iam::000000000000:role/staff"}, nil},
		"no complex address": {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"address":["x"],"email_verified":{},"phone_number_verified":true}}}}`, claims{"address": map[string]any{"formatted": "1 Main St"}, "email_verified": true, "phone_number_verified": true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, "ES256")
			h.group(t)
			h.ask(c.version, c.response)
			tokens := h.issue(t)
			refreshed, err := h.refresh(tokens.Refresh)
			must(t, err)
			for _, tokens := range []directory.Tokens{tokens, refreshed} {
				check := func(token directory.Token, want claims) {
					t.Helper()
					got := h.independent(t, token)
					for name, value := range want {
						if _, there := got[name]; there != (value != nil) || !cmp.Equal(value, got[name]) {
							t.Errorf("%s: %v, want %v", name, got[name], value)
						}
					}
				}
				check(tokens.ID, c.id)
				check(tokens.Access, c.access)
				_, access := h.VerifyAccess(h.ctx, tokens.Access)
				_, id := h.VerifyID(h.ctx, tokens.ID, poolA)
				must(t, errors.Join(access, id))
			}
		})
	}
}

func TestNonsense(t *testing.T) {
	long := strings.Repeat("x", MaxToken)
	for name, c := range map[string]struct{ version, response string }{
		"a list in version 1":   {"V1_0", `{"claimsOverrideDetails":{"claimsToAddOrOverride":{"a":[]}}}`},
		"an object":             {"V1_0", `{"claimsOverrideDetails":{"claimsToAddOrOverride":{"a":{}}}}`},
		"groups of numbers":     {"V1_0", `{"claimsOverrideDetails":{"groupOverrideDetails":{"groupsToOverride":[1]}}}`},
		"groups that are text":  {"V2_0", `{"claimsAndScopeOverrideDetails":{"groupOverrideDetails":"staff"}}`},
		"scope with a blank":    {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToAdd":["a b"]}}}`},
		"empty scope":           {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToAdd":[""]}}}`},
		"subject in other case": {"V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"Sub":"x"}}}}`},
		"too long":              {"V2_0", `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"a":"` + long + `"}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, "ES256")
			h.ask(c.version, c.response)
			tokens, err := h.Issue(h.ctx, h.grant(), nil)
			if !errors.Is(err, api.InvalidLambdaResponseException) || tokens != (directory.Tokens{}) {
				t.Error(err)
			}
		})
	}
}

func TestTooManyClaims(t *testing.T) {
	h := open(t, "ES256")
	add := map[string]int{}
	for n := range maxAdded + 1 {
		add[fmt.Sprint(n)] = 1
	}
	b, err := json.Marshal(add)
	must(t, err)
	h.ask("V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":`+string(b)+`}}}`)
	if _, err := h.Issue(h.ctx, h.grant(), nil); !errors.Is(err, api.InvalidLambdaResponseException) {
		t.Error(err)
	}
}

func TestWhatTheFunctionIsAsked(t *testing.T) {
	h := open(t, "ES256")
	h.group(t)
	h.ask("V2_0", `{}`)
	g := h.grant()
	g.Source, g.Metadata = string(hook.TokensNewPassword), map[string]string{"k": "v"}
	tokens, err := h.Issue(h.ctx, g, nil)
	must(t, err)
	_, err = h.Refresh(h.ctx, h.pool, h.client, tokens.Refresh, map[string]string{"r": "s"}, func(*directory.User) error { return nil })
	must(t, err)
	h.ask("V1_0", `{}`)
	h.issue(t)
	var sources []hook.Source
	for _, c := range h.hooks.calls {
		sources = append(sources, c.Source)
		if c.ClientID != "client" || c.Username != "ada" || c.Pool != h.pool {
			t.Errorf("%+v", c)
		}
	}
	if d := cmp.Diff([]hook.Source{hook.TokensNewPassword, hook.TokensRefresh, hook.TokensAuthentication}, sources); d != "" {
		t.Error(d)
	}
	attributes := `"userAttributes":{"address":"1 Main St","cognito:user_status":"CONFIRMED","custom:tenant":"t1","email":"ada@example.org","email_verified":"true","sub":"` + userID + `","updated_at":"7"}`
	groups := `"groupConfiguration":{"groupsToOverride":["staff"],"iamRolesToOverride":["arn:aws:iam::000000000000:role/staff"],"preferredRole":"arn:aws:iam::000000000000:role/staff"}`
	want := []string{
		"{" + attributes + "," + groups + `,"scopes":["aws.cognito.signin.user.admin"],"clientMetadata":{"k":"v"}}`,
		"{" + attributes + "," + groups + `,"scopes":["aws.cognito.signin.user.admin"],"clientMetadata":{"r":"s"}}`,
		"{" + attributes + "," + groups + "}",
	}
	if d := cmp.Diff(want, h.hooks.requests); d != "" {
		t.Error(d)
	}
}

// TestRefusingFunction shows that nothing is written before the function agrees, and that its error arrives as it is.
func TestRefusingFunction(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation = true
	tokens := h.issue(t)
	h.ask("V1_0", "")
	h.hooks.err = api.UserLambdaValidationException.New("PreTokenGeneration failed with error no.")
	got, err := h.Issue(h.ctx, h.grant(), func(context.Context, store.Writer) error {
		t.Error("the sign-in was written")
		return nil
	})
	if err != h.hooks.err || got != (directory.Tokens{}) {
		t.Error(err)
	}
	if got, err = h.refresh(tokens.Refresh); err != h.hooks.err || got != (directory.Tokens{}) {
		t.Error(err)
	}
	h.hooks.err, h.hooks.response = nil, "{}"
	if _, err := h.refresh(tokens.Refresh); err != nil {
		t.Error("the refused refresh consumed the token: ", err)
	}
}

func TestNobodyCanCall(t *testing.T) {
	h := open(t, "ES256")
	h.triggers = nil
	h.ask("V1_0", "{}")
	if got, err := h.Issue(h.ctx, h.grant(), nil); !errors.Is(err, api.UnexpectedLambdaException) || got != (directory.Tokens{}) {
		t.Error(err)
	}
}

// TestNonsenseCostsNothing shows that an answer of which only the whole token shows that it cannot be followed comes before what is written.
func TestNonsenseCostsNothing(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation = true
	tokens := h.issue(t)
	h.ask("V2_0", `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"Sub":"x"}}}}`)
	_, err := h.Issue(h.ctx, h.grant(), func(context.Context, store.Writer) error {
		t.Error("the sign-in was written")
		return nil
	})
	if !errors.Is(err, api.InvalidLambdaResponseException) {
		t.Error(err)
	}
	if _, err := h.refresh(tokens.Refresh); !errors.Is(err, api.InvalidLambdaResponseException) {
		t.Error(err)
	}
	h.hooks.response = "{}"
	_, err = h.refresh(tokens.Refresh)
	must(t, err)
}

// TestSignInEndsDuringTheCall has what ends a sign-in happen while the function works: the refresh is refused, although the client does not rotate.
func TestSignInEndsDuringTheCall(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		meanwhile func(*testing.T, *house, directory.Token)
		want      error
	}{
		"nothing": {func(*testing.T, *house, directory.Token) {}, nil},
		"revoked": {func(t *testing.T, h *house, x directory.Token) { must(t, h.Revoke(h.ctx, h.client, x)) }, directory.ErrTokenRevoked},
		"signed out": {func(t *testing.T, h *house, _ directory.Token) {
			h.clock.move(time.Second)
			h.changeUser(t, func(u *directory.User) { u.SignedOutAt = h.clock.now() })
		}, directory.ErrTokenRevoked},
		"over": {func(_ *testing.T, h *house, _ directory.Token) { h.clock.move(time.Hour) }, directory.ErrTokenExpired},
		"disabled": {func(t *testing.T, h *house, _ directory.Token) {
			h.changeUser(t, func(u *directory.User) { u.Enabled = false })
		}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, "ES256")
			token := h.issue(t).Refresh
			h.ask("V1_0", "{}")
			h.hooks.meanwhile = func() { c.meanwhile(t, h, token) }
			got, err := h.Refresh(h.ctx, h.pool, h.client, token, nil, func(u *directory.User) error {
				if !u.Enabled {
					return refused
				}
				return nil
			})
			if !errors.Is(err, c.want) || (err != nil) != (got == directory.Tokens{}) {
				t.Error(err)
			}
		})
	}
}

// TestTokensBeginAfterTheCall shows that the seconds of the function are not taken from the tokens.
func TestTokensBeginAfterTheCall(t *testing.T) {
	h := open(t, "ES256")
	h.ask("V1_0", "{}")
	h.hooks.meanwhile = func() { h.clock.move(7 * time.Second) }
	for _, issue := range []func(*testing.T) directory.Tokens{
		func(t *testing.T) directory.Tokens { return h.issue(t) },
		func(t *testing.T) directory.Tokens {
			h.pool.Triggers = directory.Triggers{}
			token := h.issue(t).Refresh
			h.ask("V1_0", "{}")
			tokens, err := h.refresh(token)
			must(t, err)
			return tokens
		},
	} {
		c := h.independent(t, issue(t).Access)
		if at := float64(h.clock.now().Unix()); c["iat"] != at || c["exp"] != at+600 {
			t.Error("issued at ", c["iat"], ", it is ", at)
		}
	}
}

func TestFunctionHearsNothingOfOldTokens(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation, h.client.RotationGrace = true, 10*time.Second
	first := h.issue(t).Refresh
	_, err := h.refresh(first)
	must(t, err)
	h.ask("V1_0", "{}")
	_, err = h.refresh(first) // within the grace period
	must(t, err)
	h.clock.move(10 * time.Second)
	if _, err := h.refresh(first); !errors.Is(err, directory.ErrTokenReused) {
		t.Error(err)
	}
	if n := len(h.hooks.calls); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestPlainPathAsksNobody(t *testing.T) {
	h := open(t, "ES256")
	_, err := h.refresh(h.issue(t).Refresh)
	must(t, err)
	if len(h.hooks.calls) != 0 {
		t.Error("a function was called that no pool names")
	}
}

func TestIdentities(t *testing.T) {
	h := open(t, "ES256")
	h.user.Identities = []directory.Identity{
		{Provider: "Okta", Type: "SAML", UserID: "a\"b", Primary: true, Linked: time.UnixMilli(1642699117273)},
		{Provider: "Google", Type: "Google", UserID: "7", Linked: time.UnixMilli(5)},
	}
	want := []any{
		map[string]any{"userId": "a\"b", "providerName": "Okta", "providerType": "SAML", "issuer": nil, "primary": "true", "dateCreated": "1642699117273"},
		map[string]any{"userId": "7", "providerName": "Google", "providerType": "Google", "issuer": nil, "primary": "false", "dateCreated": "5"},
	}
	tokens := h.issue(t)
	if d := cmp.Diff(want, h.independent(t, tokens.ID)["identities"]); d != "" {
		t.Error(d)
	}
	if _, err := h.VerifyID(h.ctx, tokens.ID, poolA); err != nil {
		t.Error(err)
	}
	if h.independent(t, tokens.Access)["identities"] != nil {
		t.Error("the access token has them too")
	}
	h.client.ReadAttributes = []string{"email"}
	if d := cmp.Diff(want, h.independent(t, h.issue(t).ID)["identities"]); d != "" {
		t.Error("a client that lists what it reads: ", d)
	}
	h.ask("V1_0", `{}`)
	h.issue(t)
	if !strings.Contains(h.hooks.requests[0], `"identities":"[{\"userId\":`) {
		t.Error("the function is told ", h.hooks.requests[0])
	}
}

// TestOwnClaimsStand draws answers at random: whatever a function says, the server's own claims stay, and both tokens verify or none is given.
func TestOwnClaimsStand(t *testing.T) {
	h := open(t, "ES256")
	plain := h.issue(t)
	own := []string{"sub", "iss", "token_use", "client_id", "username", "auth_time", "aud", "cognito:username"}
	names := rapid.OneOf(rapid.SampledFrom(append([]string{"email", "Sub", "exp", "scope", "cognito:groups", "a", "ſub", "dev:x", "jti"}, own...)), rapid.String())
	values := rapid.SampledFrom([]any{"x", 1, true, nil, []string{"y"}, map[string]any{"sub": "z"}, []any{}, 1e300, "\u2028<é"})
	rapid.Check(t, func(t *rapid.T) {
		part := func(label string) map[string]any {
			return map[string]any{
				"claimsToAddOrOverride": rapid.MapOfN(names, values, 0, 6).Draw(t, label+" add"), "claimsToSuppress": rapid.SliceOfN(names, 0, 6).Draw(t, label+" suppress"),
			}
		}
		b, err := json.Marshal(map[string]any{"claimsAndScopeOverrideDetails": map[string]any{"idTokenGeneration": part("id"), "accessTokenGeneration": part("access")}})
		if err != nil {
			t.Fatal(err)
		}
		h.ask("V2_0", string(b))
		tokens, err := h.Issue(h.ctx, h.grant(), nil)
		if errors.Is(err, api.InvalidLambdaResponseException) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for token, before := range map[directory.Token]directory.Token{tokens.ID: plain.ID, tokens.Access: plain.Access} {
			got, want := payload(t, token), payload(t, before)
			for _, name := range own {
				if _, there := want[name]; there && !cmp.Equal(got[name], want[name]) {
					t.Errorf("%s is %v", name, got[name])
				}
			}
		}
		if _, err := h.VerifyAccess(h.ctx, tokens.Access); err != nil {
			t.Error("access token: ", err)
		}
		if _, err := h.VerifyID(h.ctx, tokens.ID, poolA); err != nil {
			t.Error("id token: ", err)
		}
	})
}

// payload reads the claims of a token without verifying it.
func payload(t *rapid.T, token directory.Token) map[string]any {
	parsed, err := jws.ParseCompact(string(token))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(parsed.Payload, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
