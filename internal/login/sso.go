package login

import (
	"runtime"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// openSSO makes a session of IAM Identity Center ready.
func (c *World) openSSO(o *Opened) error {
	portal := c.server(o.SSORegion, o.Endpoint)
	o.SSO = &credentials.SSO{Client: portal, StartURL: o.ssoStartURL, Scopes: scopes(o.ssoScopes), Store: o.Store}
	if o.ssoSession != "" {
		o.Tokens = &awsTokens{c: c, sso: o.SSO, key: o.ssoSession, cache: awsfile.Load(c.Getenv, runtime.GOOS).Cache(), title: o.Name, command: c.LoginCommand(o.Session)}
	} else {
		o.Tokens = &credentials.Session{
			Store: o.Store, Name: o.signedIn().stored("tokens"), Now: c.Now, Title: o.Name, Command: c.LoginCommand(o.Session), Warn: c.notKept,
			Refresh: func(old *credentials.Tokens) credentials.TokenSource {
				return &credentials.SSORefresh{SSO: o.SSO, Token: old.Refresh, Registration: old.Registration}
			},
		}
	}
	if o.SSOAccount == "" || o.SSORole == "" {
		o.withoutKeys = "choose a role with --account and --role, or set sso_account_id and sso_role_name: " + c.Self + " roles " + o.Name
		return nil
	}
	var err error
	o.Keys, err = o.underRole(&credentials.SSORole{Client: portal, Tokens: o.Tokens, AccountID: o.SSOAccount, RoleName: o.SSORole})
	return err
}

// scopes reads a list as the shared config has it: separated by commas.
func scopes(list string) []string {
	var out []string
	for _, s := range strings.Split(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
