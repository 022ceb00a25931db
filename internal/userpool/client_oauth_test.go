package userpool

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// federated makes a pool with a provider and a resource server.
func federated(t *testing.T, h *house) *directory.Pool {
	t.Helper()
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		if err := directory.Providers.Insert(h.ctx, w, &directory.Provider{PoolID: p.ID, Name: "Google", Type: "Google"}); err != nil {
			return err
		}
		return directory.ResourceServers.Insert(h.ctx, w, &directory.ResourceServer{PoolID: p.ID, Identifier: "https://api.example/v1", Scopes: []directory.Scope{{Name: "read"}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClientOAuth(t *testing.T) {
	h := newHouse(t)
	p := federated(t, h)
	type request = api.CreateUserPoolClientRequest
	const custom = "https://api.example/v1/read"
	back := []string{"https://a.example/back", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080/x", "myapp://back"}
	bad, badFlow := api.InvalidParameterException, api.InvalidOAuthFlowException
	for name, c := range map[string]struct {
		in      request
		want    *wire.ErrorType
		message string
	}{
		"everything": {request{
			AllowedOAuthFlowsUserPoolClient: new(true), AllowedOAuthFlows: []api.OAuthFlowType{"code", "implicit"}, AllowedOAuthScopes: []string{"openid", "email", custom},
			CallbackURLs: back, LogoutURLs: []string{"https://a.example/out"}, DefaultRedirectURI: &back[4], SupportedIdentityProviders: []string{"COGNITO", "Google"},
			GenerateSecret: new(true), EnablePropagateAdditionalUserContextData: new(true),
			AnalyticsConfiguration: &api.AnalyticsConfigurationType{ApplicationId: new("abc"), RoleArn: new(testRole), ExternalId: new("x"), UserDataShared: new(true)},
		}, nil, ""},
		"machine":              {request{AllowedOAuthFlowsUserPoolClient: new(true), AllowedOAuthFlows: []api.OAuthFlowType{"client_credentials"}, AllowedOAuthScopes: []string{custom}, GenerateSecret: new(true)}, nil, ""},
		"not switched on":      {request{AllowedOAuthFlows: []api.OAuthFlowType{"code"}, CallbackURLs: back[:1]}, nil, ""},
		"no flows":             {request{AllowedOAuthFlowsUserPoolClient: new(true), AllowedOAuthScopes: []string{"openid"}}, badFlow, "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."},
		"no callback":          {request{AllowedOAuthFlows: []api.OAuthFlowType{"code"}}, badFlow, "CallbackUrls can not be empty when code flow or implicit flow is selected"},
		"machine and user":     {request{AllowedOAuthFlows: []api.OAuthFlowType{"client_credentials", "code"}, CallbackURLs: back, GenerateSecret: new(true)}, badFlow, ""},
		"machine, no secret":   {request{AllowedOAuthFlows: []api.OAuthFlowType{"client_credentials"}}, badFlow, ""},
		"machine with openid":  {request{AllowedOAuthFlows: []api.OAuthFlowType{"client_credentials"}, AllowedOAuthScopes: []string{"openid"}, GenerateSecret: new(true)}, badFlow, ""},
		"unknown scope":        {request{AllowedOAuthScopes: []string{"Cognito"}}, api.ScopeDoesNotExistException, "Invalid scope requested: Cognito"},
		"scope not there":      {request{AllowedOAuthScopes: []string{"https://api.example/v1/write"}}, api.ScopeDoesNotExistException, ""},
		"unknown provider":     {request{SupportedIdentityProviders: []string{"Facebook"}}, bad, "The provider Facebook does not exist for User Pool " + p.ID + "."},
		"http":                 {request{CallbackURLs: []string{"http://a.example"}}, bad, ""},
		"http, near localhost": {request{CallbackURLs: []string{"http://localhost.a.example"}}, bad, ""},
		"fragment":             {request{LogoutURLs: []string{"https://a.example/#x"}}, bad, ""},
		"empty fragment":       {request{CallbackURLs: []string{"https://a.example/#"}}, bad, ""},
		"relative":             {request{CallbackURLs: []string{"/back"}}, bad, ""},
		"script":               {request{CallbackURLs: []string{"javascript:alert(1)"}}, bad, ""},
		"no host":              {request{CallbackURLs: []string{"https:///x"}}, bad, ""},
		"user in URL":          {request{CallbackURLs: []string{"https://a.example@b.example"}}, bad, ""},
		"default elsewhere":    {request{CallbackURLs: back, DefaultRedirectURI: new("https://b.example")}, bad, "DefaultRedirectURI must be in the list of CallbackURLs."},
		"context, no secret":   {request{EnablePropagateAdditionalUserContextData: new(true)}, bad, ""},
		"analytics, empty":     {request{AnalyticsConfiguration: &api.AnalyticsConfigurationType{}}, bad, ""},
		"analytics, no role":   {request{AnalyticsConfiguration: &api.AnalyticsConfigurationType{ApplicationId: new("abc")}}, bad, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.UserPoolId, c.in.ClientName = p.ID, "app"
			out, err := h.CreateUserPoolClient(h.ctx, &c.in)
			if c.want != nil {
				wantError(t, err, c.want, c.message)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := out.UserPoolClient
			want := *got
			want.AllowedOAuthFlows, want.AllowedOAuthScopes, want.CallbackURLs, want.LogoutURLs = c.in.AllowedOAuthFlows, c.in.AllowedOAuthScopes, c.in.CallbackURLs, c.in.LogoutURLs
			want.DefaultRedirectURI, want.SupportedIdentityProviders, want.AnalyticsConfiguration = c.in.DefaultRedirectURI, c.in.SupportedIdentityProviders, c.in.AnalyticsConfiguration
			want.AllowedOAuthFlowsUserPoolClient, want.EnablePropagateAdditionalUserContextData = new(pooledge.Deref(c.in.AllowedOAuthFlowsUserPoolClient)), new(pooledge.Deref(c.in.EnablePropagateAdditionalUserContextData))
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("client differs (-given +shown):\n%s", diff)
			}
			id := *got.ClientId
			changed := must[*api.UpdateUserPoolClientResponse](t)(h.UpdateUserPoolClient(h.ctx, &api.UpdateUserPoolClientRequest{UserPoolId: p.ID, ClientId: id}))
			if c := changed.UserPoolClient; c.CallbackURLs != nil || *c.AllowedOAuthFlowsUserPoolClient || c.AnalyticsConfiguration != nil || *c.EnablePropagateAdditionalUserContextData {
				t.Errorf("an empty update left %+v", c)
			}
		})
	}
}

func TestUserAuthNeedsATier(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTier: new(api.UserPoolTierTypeLite)})
	_, err := h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ALLOW_USER_AUTH"}})
	wantError(t, err, api.FeatureUnavailableInTierException, "")
}

// FuzzRedirect looks for a URL that is taken although a browser would not go where it seems to lead: every one that is taken parses to an absolute
// URL without fragment and user, and plain HTTP stays on this machine.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{"https://a.example/x?y=z", "http://localhost:1", "http://127.1", "app:/x", "HTTP://A.EXAMPLE", "https://a#b", "http://[::1%25en0]/", "//a", "http://127.0.0.1.a.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if redirectProblem(text) != "" {
			return
		}
		u, err := url.Parse(text)
		if err != nil || !u.IsAbs() || strings.Contains(text, "#") || u.User != nil {
			t.Fatalf("%q was taken", text)
		}
		if host := u.Hostname(); u.Scheme == "http" && host != "localhost" && !strings.HasPrefix(host, "127.") && !strings.Contains(host, ":") {
			t.Fatalf("%q was taken, and leaves this machine in the clear", text)
		}
		if u.Scheme == "https" && u.Hostname() == "" {
			t.Fatalf("%q was taken without a host", text)
		}
	})
}
