package cli

import (
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// openSSO makes a session of IAM Identity Center ready.
func (c *client) openSSO(o *opened) error {
	portal := c.server(o.ssoRegion, o.endpoint)
	o.sso = &credentials.SSO{Client: portal, StartURL: o.ssoStartURL, Scopes: scopes(o.ssoScopes), Store: o.store}
	if o.ssoSession != "" {
		o.tokens = &awsTokens{c: c, sso: o.sso, key: o.ssoSession, cache: awsfile.Load(c.Getenv, runtime.GOOS).Cache(), title: o.name, command: c.loginCommand(o.session)}
	} else {
		o.tokens = &credentials.Session{
			Store: o.store, Name: o.ssoTokens(), Now: c.Now, Title: o.name, Command: c.loginCommand(o.session), Warn: c.notKept,
			Refresh: func(old *credentials.Tokens) credentials.TokenSource {
				return &credentials.SSORefresh{SSO: o.sso, Token: old.Refresh}
			},
		}
	}
	if o.ssoAccount == "" || o.ssoRole == "" {
		o.withoutKeys = "choose a role with --account and --role, or set sso_account_id and sso_role_name: " + c.Self + " roles " + o.name
		return nil
	}
	var err error
	o.keys, err = o.underRole(&credentials.SSORole{Client: portal, Tokens: o.tokens, AccountID: o.ssoAccount, RoleName: o.ssoRole})
	return err
}

// ssoTokens is the name of the tokens. They serve for every account and role, so it depends on nothing but the instance.
func (s *session) ssoTokens() string {
	instance := session{name: s.name, kind: s.kind, endpoint: s.endpoint, ssoStartURL: s.ssoStartURL, ssoRegion: s.ssoRegion, ssoScopes: s.ssoScopes}
	return instance.stored("tokens")
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

// signInSSO sends the person to a browser: of this machine, or of whichever one they like.
func (c *client) signInSSO(ctx context.Context, o *opened, device bool) (*credentials.Tokens, error) {
	if !device {
		return (&credentials.SSOBrowser{SSO: o.sso, Open: func(ctx context.Context, page string) error {
			c.say("Sign in in the browser. If it does not open, go to:\n  %s", printable(page))
			if err := c.Browse(ctx, page); err != nil {
				c.say("The browser cannot be opened: %v", err)
			}
			return nil
		}}).Tokens(ctx)
	}
	var stop func()
	defer func() {
		if stop != nil {
			stop()
		}
	}()
	return (&credentials.SSODevice{SSO: o.sso, Show: func(_ context.Context, v credentials.Verification) error {
		c.say("Sign in at %s\nand confirm the code %s, if you have asked for it yourself.", printable(v.URI), printable(v.UserCode))
		if v.CompleteURI != "" {
			c.say("Or open: %s", printable(v.CompleteURI))
		}
		stop = c.waiting("Waiting for the confirmation, until " + v.Expires.Local().Format(time.Kitchen))
		return nil
	}}).Tokens(ctx)
}

// browserless says whether a browser on this machine would be of no use: nobody is in front of it.
func (c *client) browserless() bool {
	for _, v := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "CI", "container", "KUBERNETES_SERVICE_HOST", "CODESPACES"} {
		if c.Getenv(v) != "" {
			return true
		}
	}
	for _, f := range []string{"/.dockerenv", "/run/.containerenv"} {
		if c.Exists(f) {
			return true
		}
	}
	return runtime.GOOS == "linux" && c.Getenv("DISPLAY") == "" && c.Getenv("WAYLAND_DISPLAY") == "" && c.Getenv("BROWSER") == ""
}
