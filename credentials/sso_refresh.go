package credentials

import (
	"context"
	"time"
)

// SSORegistration is a program that is registered with an instance, as its refresh tokens need it: they are good for the registration that they were given to
// alone.
type SSORegistration struct {
	ClientID     string
	ClientSecret Secret
	Expires      time.Time // zero: not known
}

// SSORefresh brings new tokens for the refresh token of a session, with the registration that opened it. The old refresh token stays where none comes back.
type SSORefresh struct {
	SSO          *SSO // needs no Store for this
	Token        Secret
	Registration *SSORegistration // that opened the session: of its Tokens, or out of the AWS cache
}

// Tokens implements TokenSource. A session that has ended, or whose registration has, is a LoginRequiredError without a command.
func (l *SSORefresh) Tokens(ctx context.Context) (*Tokens, error) {
	if l.Token == "" {
		return nil, LoginRequired("", "", errNoRefresh)
	}
	r := l.Registration
	if r == nil || r.ClientID == "" || r.ClientSecret == "" || !r.Expires.IsZero() && !l.SSO.Client.Time().Before(r.Expires) {
		return nil, LoginRequired("", "", errNotKept)
	}
	t, err := l.SSO.createToken(ctx, r, &createTokenInput{GrantType: grantFresh, RefreshToken: string(l.Token)})
	if oidcCode(err, invalidClient, "InvalidGrantException", "ExpiredTokenException", "UnauthorizedClientException", "AccessDeniedException") {
		return nil, LoginRequired("", "", err)
	}
	if err != nil {
		return nil, err
	}
	if t.Refresh == "" {
		t.Refresh = l.Token
	}
	return t, nil
}
