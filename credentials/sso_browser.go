package credentials

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"
)

// SSOBrowser signs in by the authorization code grant with PKCE (RFC 7636, RFC 8252), in a browser on this machine: the browser brings the code to a listener
// on 127.0.0.1, which takes one answer and ends.
type SSOBrowser struct {
	SSO *SSO
	// Open shows a page to the person. It returns when the browser has been asked to; an error of it ends the sign-in.
	Open func(ctx context.Context, page string) error
}

// browserTime is how long the answer of the browser is waited for.
const browserTime = 10 * time.Minute

var errAuthorize = errors.New("credentials: the service gave no usable authorization endpoint")

// Tokens implements TokenSource. A person who refuses is a ServiceError with the code that the service gave.
func (l *SSOBrowser) Tokens(ctx context.Context) (*Tokens, error) {
	const way = "browser"
	r, err := l.SSO.register(ctx, way, &registerInput{
		GrantTypes: []string{grantCode, grantFresh}, RedirectURIs: []string{"http://" + loopback + callbackPath}, IssuerURL: l.SSO.StartURL,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := l.draw(48) // 64 characters
	if err != nil {
		return nil, err
	}
	state, err := l.draw(32)
	if err != nil {
		return nil, err
	}
	code, redirect, err := l.code(ctx, r, state, verifier)
	if err != nil {
		return nil, err
	}
	t, err := l.SSO.createToken(ctx, r.public(), &createTokenInput{GrantType: grantCode, Code: code, CodeVerifier: verifier, RedirectURI: redirect})
	if oidcCode(err, invalidClient, "UnauthorizedClientException") { // the next sign-in registers anew
		return nil, errors.Join(err, l.SSO.forget(ctx, way, r))
	}
	return t, err
}

// code sends the person to the service and waits for what comes back.
func (l *SSOBrowser) code(ctx context.Context, r *registration, state, verifier string) (code, redirect string, err error) {
	c, err := listenForCode(ctx, state)
	if err != nil {
		return "", "", err
	}
	defer c.close()
	redirect = c.redirect()
	page, err := l.page(r, state, verifier, redirect)
	if err != nil {
		return "", "", err
	}
	if err := l.Open(ctx, page); err != nil {
		return "", "", err
	}
	select {
	case a := <-c.answer:
		if a.refused != nil {
			return "", "", a.refused
		}
		return a.code, redirect, nil
	case <-time.After(browserTime):
		return "", "", ErrNotConfirmed
	case <-ctx.Done():
		return "", "", ctx.Err()
	}
}

// page is the address that the person signs in at. The scopes go under the name that the AWS CLI gives them.
func (l *SSOBrowser) page(r *registration, state, verifier, redirect string) (string, error) {
	base, _, err := l.SSO.Client.endpoint(oidcPrefix)
	if err != nil {
		return "", err
	}
	page := base + "/authorize"
	if r.AuthorizationEndpoint != "" {
		page = r.AuthorizationEndpoint
	}
	u, err := url.Parse(page)
	if err != nil || !webPage(page) || u.Scheme != "https" && !strings.HasPrefix(base, "http:") { // what is asked over TLS does not send elsewhere without
		return "", errAuthorize
	}
	challenge := sha256.Sum256([]byte(verifier))
	q := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": r.ClientID, "redirect_uri": redirect, "state": state, "code_challenge_method": "S256",
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "scopes": strings.Join(l.SSO.scopes(), " "),
	} {
		q.Set(name, value)
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // a plus that is meant is %2B
	u.Fragment = ""
	return u.String(), nil
}

// draw gives n random bytes as base64url.
func (l *SSOBrowser) draw(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random(l.SSO.Client.Random), b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
