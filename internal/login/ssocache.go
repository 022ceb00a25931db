package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/chain"
)

// awsTokens keeps the tokens of an SSO session where AWS's own programs keep them, and renews them there: who signs in with one of them is signed in to all. They read the
// file as it is, so it is not sealed.
type awsTokens struct {
	c              *World
	sso            *credentials.SSO
	cache          *awsfile.Cache
	key            string // name of the sso-session, or its start URL
	title, command string
}

var _ Keeper = (*awsTokens)(nil)

// renewBefore is how long before their end botocore renews such tokens.
const renewBefore = 15 * time.Minute

func (a *awsTokens) read() (*awsfile.SSOToken, error) {
	t, err := a.cache.SSOToken(a.key)
	if errors.Is(err, awsfile.ErrAbsent) {
		return nil, credentials.ErrNotStored
	}
	return t, err
}

func tokensOf(t *awsfile.SSOToken) *credentials.Tokens {
	return &credentials.Tokens{Access: credentials.Secret(t.AccessToken), Refresh: credentials.Secret(t.RefreshToken), Expires: t.ExpiresAt}
}

// Kept implements keeper.
func (a *awsTokens) Kept(context.Context) (*credentials.Tokens, bool, error) {
	t, err := a.read()
	if err != nil {
		return nil, false, err
	}
	return tokensOf(t), a.c.Now().Before(t.ExpiresAt), nil
}

// Tokens implements credentials.TokenSource.
func (a *awsTokens) Tokens(ctx context.Context) (*credentials.Tokens, error) {
	if t, err := a.read(); err == nil && a.fresh(t) {
		return tokensOf(t), nil
	}
	unlock, err := a.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	t, err := a.read() // another process may have renewed them
	if errors.Is(err, credentials.ErrNotStored) {
		return nil, credentials.LoginRequired(a.title, a.command, err)
	}
	if err != nil || a.fresh(t) {
		return tokensOf(t), err
	}
	return a.renew(ctx, t)
}

// fresh says whether tokens serve as they are, or cannot be renewed and have not ended.
func (a *awsTokens) fresh(t *awsfile.SSOToken) bool {
	left := t.ExpiresAt.Sub(a.c.Now())
	return left > renewBefore || left > 0 && !t.CanRefresh(a.c.Now())
}

// renew brings new tokens and writes them. While that fails for a reason that may go away, the old ones serve to their end. A renewal may use up what is there, so it is
// begun only where something can be written.
func (a *awsTokens) renew(ctx context.Context, old *awsfile.SSOToken) (*credentials.Tokens, error) {
	if !old.CanRefresh(a.c.Now()) {
		return nil, credentials.LoginRequired(a.title, a.command, nil)
	}
	if err := a.cache.WriteSSOToken(a.key, old); err != nil {
		return a.orOld(old, err)
	}
	by := &credentials.SSORegistration{ClientID: old.ClientID, ClientSecret: credentials.Secret(old.ClientSecret), Expires: old.RegistrationExpiresAt}
	t, err := (&credentials.SSORefresh{SSO: a.sso, Token: credentials.Secret(old.RefreshToken), Registration: by}).Tokens(ctx)
	if IsLoginRequired(err) {
		if now, rerr := a.read(); rerr == nil && now.RefreshToken != old.RefreshToken && a.c.Now().Before(now.ExpiresAt) {
			return tokensOf(now), nil // another program was faster
		}
		return nil, credentials.LoginRequired(a.title, a.command, err)
	}
	if err != nil {
		return a.orOld(old, err)
	}
	old.AccessToken, old.RefreshToken, old.ExpiresAt = t.Access, t.Refresh, t.Expires
	if err := a.cache.WriteSSOToken(a.key, old); err != nil {
		a.c.notKept(err)
	}
	return t, nil
}

// orOld gives the old tokens until their end, for an error that may go away.
func (a *awsTokens) orOld(old *awsfile.SSOToken, err error) (*credentials.Tokens, error) {
	if a.c.Now().Before(old.ExpiresAt) {
		return tokensOf(old), nil
	}
	return nil, err
}

// SignIn implements keeper.
func (a *awsTokens) SignIn(ctx context.Context, t *credentials.Tokens) error {
	by := t.Registration
	if by == nil { // what has none is never refreshed
		by = &credentials.SSORegistration{}
	}
	unlock, err := a.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return a.cache.WriteSSOToken(a.key, &awsfile.SSOToken{
		StartURL: a.sso.StartURL, Region: a.sso.Client.Region, AccessToken: t.Access, ExpiresAt: t.Expires, RefreshToken: t.Refresh,
		ClientID: by.ClientID, ClientSecret: by.ClientSecret, RegistrationExpiresAt: by.Expires,
	})
}

// SignOut implements keeper.
func (a *awsTokens) SignOut(ctx context.Context) error {
	unlock, err := a.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.Remove(a.cache.SSOTokenPath(a.key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// lock keeps processes of this program apart. AWS's programs take no lock.
func (a *awsTokens) lock(ctx context.Context) (func(), error) {
	sum := sha256.Sum256([]byte(a.cache.SSOTokenPath(a.key)))
	return a.sso.Store.Lock(ctx, "aws-sso-"+hex.EncodeToString(sum[:16]))
}

// ssoTokensOf gives the tokens of an SSO session that the shared config names, renewed where they can be. nil where nothing can be kept: they serve as long as they
// are good.
func (c *World) ssoTokensOf(shared *awsfile.Shared, s chain.SSOSession) credentials.TokenSource {
	store, err := c.vault()
	if err != nil {
		return nil
	}
	server := c.server(s.Region, "")
	if p, ok := shared.Profile(s.Profile); ok {
		if url, _ := shared.Endpoint(p, "SSO OIDC"); url != "" {
			server.Endpoints = map[string]string{"oidc": url}
		}
	}
	title := "SSO session " + s.Key()
	command := "aws sso login --profile " + s.Profile
	if name, ok := c.sessionOfSSO(s.Name); ok {
		command = c.Self + " login " + name
	}
	return &awsTokens{c: c, sso: &credentials.SSO{Client: server, StartURL: s.StartURL, Store: store}, cache: shared.Cache(), key: s.Key(), title: title, command: command}
}

// sessionOfSSO finds the session that shares its tokens with an sso-session.
func (c *World) sessionOfSSO(name string) (string, bool) {
	f, err := c.LoadConfig()
	if err != nil || name == "" {
		return "", false
	}
	for _, n := range f.Names() {
		if s, _ := f.Session(n); s.ssoSession == name {
			return n, true
		}
	}
	return "", false
}
