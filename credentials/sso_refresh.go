package credentials

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/credentials/keep"
)

// SSORegistration is a program that is registered with an instance, as its refresh tokens need it: they are good for the registration that they were given to
// alone.
type SSORegistration struct {
	ClientID     string
	ClientSecret Secret
	Expires      time.Time // zero: not known
}

// Registration gives the registration of the sign-in that succeeded last. ErrNotStored when there was none.
func (s *SSO) Registration(ctx context.Context) (*SSORegistration, error) {
	name, err := s.kept("used")
	if err != nil {
		return nil, err
	}
	k, err := keep.Load[registration](ctx, s.Store, name)
	if err != nil {
		return nil, err
	}
	return &SSORegistration{ClientID: k.Value.ClientID, ClientSecret: Secret(k.Value.ClientSecret), Expires: k.Expires}, nil
}

// SSORefresh brings new tokens for the refresh token of a session, with the registration that opened it. The old refresh token stays where none comes back.
type SSORefresh struct {
	SSO          *SSO
	Token        Secret
	Registration *SSORegistration // that opened the session, such as one out of the AWS cache; nil: the one that is kept
}

// Tokens implements TokenSource. A session that has ended, or whose registration has, is a LoginRequiredError without a command.
func (l *SSORefresh) Tokens(ctx context.Context) (*Tokens, error) {
	if l.Token == "" {
		return nil, LoginRequired("", "", errNoRefresh)
	}
	r := l.Registration
	if r == nil {
		var err error
		if r, err = l.SSO.Registration(ctx); errors.Is(err, keep.ErrNotStored) {
			return nil, LoginRequired("", "", errNotKept)
		} else if err != nil {
			return nil, err
		}
	}
	if r.ClientID == "" || r.ClientSecret == "" || !r.Expires.IsZero() && !l.SSO.Client.Time().Before(r.Expires) {
		return nil, LoginRequired("", "", errNotKept)
	}
	with := &registration{ClientID: r.ClientID, ClientSecret: string(r.ClientSecret)}
	t, err := l.SSO.createToken(ctx, with, &createTokenInput{GrantType: grantFresh, RefreshToken: string(l.Token)})
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
