package userpool

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// signInScopes are the scopes of users. They have no sense where no user signs in
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html).
func signInScopes() []string {
	return []string{"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}
}

// applyOAuth reads what the sign-in pages and the token endpoint take of a client. The client's secret is there by now.
func applyOAuth(c *directory.Client, in *api.CreateUserPoolClientRequest) error {
	o := directory.OAuth{
		Enabled: pooledge.Deref(in.AllowedOAuthFlowsUserPoolClient), Flows: unique(texts(in.AllowedOAuthFlows)), Scopes: unique(in.AllowedOAuthScopes),
		CallbackURLs: unique(in.CallbackURLs), LogoutURLs: unique(in.LogoutURLs), DefaultRedirect: pooledge.Deref(in.DefaultRedirectURI),
	}
	c.OAuth = nil
	for _, u := range slices.Concat(o.CallbackURLs, o.LogoutURLs) {
		if problem := redirectProblem(u); problem != "" {
			return api.InvalidParameterException.New("Invalid redirect URL %s: %s.", u, problem)
		}
	}
	if o.DefaultRedirect != "" && !slices.Contains(o.CallbackURLs, o.DefaultRedirect) {
		return api.InvalidParameterException.New("DefaultRedirectURI must be in the list of CallbackURLs.")
	}
	if err := checkFlows(c, &o); err != nil {
		return err
	}
	if o.Enabled || len(o.Flows) > 0 || len(o.Scopes) > 0 || len(o.CallbackURLs) > 0 || len(o.LogoutURLs) > 0 {
		c.OAuth = &o
	}
	return nil
}

// checkFlows holds the OAuth flows of a client against its scopes, URLs and secret.
func checkFlows(c *directory.Client, o *directory.OAuth) error {
	bad := api.InvalidOAuthFlowException
	machine := slices.Contains(o.Flows, string(api.OAuthFlowTypeClientCredentials))
	switch {
	case o.Enabled && (len(o.Flows) == 0 || len(o.Scopes) == 0):
		return bad.New("AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.")
	case machine && len(o.Flows) > 1:
		return bad.New("client_credentials flow can not be selected along with code flow or implicit flow.")
	case machine && !hasSecret(c):
		return bad.New("client_credentials flow can not be selected if client does not have a client secret.")
	case !machine && len(o.Flows) > 0 && len(o.CallbackURLs) == 0:
		return bad.New("CallbackUrls can not be empty when code flow or implicit flow is selected")
	}
	if machine {
		for _, scope := range o.Scopes {
			if slices.Contains(signInScopes(), scope) {
				return bad.New("%s is not supported with client_credentials flow.", scope)
			}
		}
	}
	return nil
}

// redirectProblem says why users cannot be sent to a URL, "" when they can: it must be absolute, without a fragment, and HTTPS; HTTP is for this
// machine alone, and other schemes for apps
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html, RFC 6749 section 3.1.2).
func redirectProblem(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "":
		return "it must be an absolute URI"
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "it must not have a fragment"
	case u.User != nil:
		return "it must not have a user name"
	}
	switch u.Scheme {
	case "https":
		if u.Hostname() == "" {
			return "it must have a host"
		}
	case "http":
		if address, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !address.IsLoopback()) {
			return "http is for localhost only"
		}
	case "javascript", "data", "file", "vbscript", "blob", "about":
		return "its scheme is not allowed"
	}
	return ""
}

// checkNames refuses what a client names and the pool does not have: identity providers and scopes of resource servers.
func checkNames(ctx context.Context, r store.Reader, p *directory.Pool, c *directory.Client) error {
	for _, name := range c.Providers {
		if name == localProvider {
			continue
		}
		_, err := directory.Providers.Get(ctx, r, p.ID, name)
		if errors.Is(err, store.ErrNotFound) {
			return api.InvalidParameterException.New("The provider %s does not exist for User Pool %s.", name, p.ID)
		}
		if err != nil {
			return err
		}
	}
	if c.OAuth == nil {
		return nil
	}
	for _, scope := range c.OAuth.Scopes {
		known, err := scopeKnown(ctx, r, p, scope)
		if err != nil {
			return err
		}
		if !known {
			return api.ScopeDoesNotExistException.New("Invalid scope requested: %s", scope)
		}
	}
	return nil
}

// scopeKnown looks for a scope. That of a resource server is its identifier, which may have slashes, a slash, and a name without one.
func scopeKnown(ctx context.Context, r store.Reader, p *directory.Pool, scope string) (bool, error) {
	if slices.Contains(signInScopes(), scope) {
		return true, nil
	}
	slash := strings.LastIndexByte(scope, '/')
	if slash < 1 {
		return false, nil
	}
	row, err := directory.ResourceServers.Get(ctx, r, p.ID, scope[:slash])
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && slices.ContainsFunc(row.Doc.Scopes, func(s directory.Scope) bool { return s.Name == scope[slash+1:] }), err
}
