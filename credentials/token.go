package credentials

import (
	"context"
	"time"
)

// Tokens are what a sign-in gives. Which of them there are depends on the way.
type Tokens struct {
	ID      Secret    // says who somebody is; a JWT
	Access  Secret    // opens APIs
	Refresh Secret    // brings new ones
	Expires time.Time // by the clock of who gave them
	// Skew is how far that clock is ahead of this machine's, as far as it has told.
	Skew time.Duration
	// Username is who signed in, as far as it is known.
	Username string
	// Registration is what a refresh token of SSO is bound to; nil where there is none.
	Registration *SSORegistration
}

// TokenSource gives tokens that are good now. It is safe for concurrent use.
type TokenSource interface {
	Tokens(ctx context.Context) (*Tokens, error)
}

// Renewer is a TokenSource that can give others in the place of tokens that looked good and were refused, because they have been revoked at the server. However
// many callers bring the same tokens, they are renewed once.
type Renewer interface {
	Renew(ctx context.Context, bad *Tokens) (*Tokens, error)
}

// mostLife bounds what is believed of a life in seconds: a year. Longer ones are mistakes, and the longest do not fit a Duration.
const mostLife = 366 * 24 * 60 * 60

// living gives tokens that a service has answered with their life. seconds is how long they live, from when they were asked for by this machine's clock.
func (c *Client) living(t Tokens, began time.Time, seconds int64) (*Tokens, error) {
	if t.Access == "" || seconds <= 0 || seconds > mostLife {
		return nil, errNoToken
	}
	t.Expires, t.Skew = c.since(began).Add(time.Duration(seconds)*time.Second), c.Skew()
	return &t, nil
}
