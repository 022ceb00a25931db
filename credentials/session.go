package credentials

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/credentials/keep"
)

// Session keeps the tokens of a sign-in in a Store, and refreshes them before they end: one refresh for all who share the Store and the name.
type Session struct {
	// Login signs in when nothing that is kept serves any more. nil: a person has to, and Tokens answers with a LoginRequiredError.
	Login TokenSource
	// Refresh brings new tokens for old ones. nil: they cannot be refreshed.
	Refresh func(old *Tokens) TokenSource
	Store   Store
	Name    string           // distinguishes sessions in the Store
	Now     func() time.Time // nil: time.Now

	Title   string // of the session, for errors
	Command string // that signs in, for errors

	// Warn is told when tokens could not be kept: they serve, and this process has them, but no other will. nil: nobody is told.
	Warn func(err error)

	hold keep.Holder[storedTokens]
}

var (
	_ TokenSource = (*Session)(nil)
	_ Renewer     = (*Session)(nil)
)

// storedTokens are tokens as a Store has them.
type storedTokens struct {
	ID       string `json:"id,omitempty"`
	Access   string `json:"access,omitempty"`
	Refresh  string `json:"refresh,omitempty"`
	Username string `json:"username,omitempty"`

	Client *storedClient `json:"client,omitempty"`
}

// storedClient is an SSORegistration as a Store has it.
type storedClient struct {
	ID      string    `json:"id"`
	Secret  string    `json:"secret"`
	Expires time.Time `json:"expires,omitzero"`
}

func (t *Tokens) stored() storedTokens {
	s := storedTokens{ID: string(t.ID), Access: string(t.Access), Refresh: string(t.Refresh), Username: t.Username}
	if r := t.Registration; r != nil {
		s.Client = &storedClient{r.ClientID, string(r.ClientSecret), r.Expires}
	}
	return s
}

func tokensOf(k *keep.Kept[storedTokens]) *Tokens {
	s := &k.Value
	t := &Tokens{ID: Secret(s.ID), Access: Secret(s.Access), Refresh: Secret(s.Refresh), Username: s.Username, Expires: k.Expires, Skew: k.Skew}
	if c := s.Client; c != nil {
		t.Registration = &SSORegistration{ClientID: c.ID, ClientSecret: Secret(c.Secret), Expires: c.Expires}
	}
	return t
}

func (s *Session) source() *keep.Source[storedTokens] {
	return &keep.Source[storedTokens]{Store: s.Store, Name: s.Name, Now: clock(s.Now), Spends: s.Refresh != nil, Warn: s.Warn,
		Ends: endsSession,
		Bring: func(ctx context.Context, old *keep.Kept[storedTokens]) (keep.Brought[storedTokens], error) {
			t, err := s.bring(ctx, old)
			if err != nil {
				return keep.Brought[storedTokens]{}, err
			}
			return keep.Brought[storedTokens]{Value: t.stored(), Expires: t.Expires, Skew: t.Skew}, nil
		},
	}
}

// Tokens implements TokenSource.
func (s *Session) Tokens(ctx context.Context) (*Tokens, error) {
	k, err := s.hold.Get(ctx, s.source())
	if err != nil {
		return nil, err
	}
	return tokensOf(k), nil
}

// Renew implements Renewer.
func (s *Session) Renew(ctx context.Context, bad *Tokens) (*Tokens, error) {
	from := s.source()
	from.Good = func(k *keep.Kept[storedTokens]) bool {
		return k.Alive(from.Now()) && k.Value.Access != string(bad.Access)
	}
	k, err := s.hold.Get(ctx, from)
	if err != nil {
		return nil, err
	}
	return tokensOf(k), nil
}

// errEnded is what one hears who comes after the one whom the server has told.
var errEnded = errors.New("credentials: the session has ended at the server")

// bring refreshes what is kept, or signs in.
func (s *Session) bring(ctx context.Context, old *keep.Kept[storedTokens]) (*Tokens, error) {
	var cause error
	switch {
	case old == nil:
	case old.Ended:
		cause = errEnded
	case s.Refresh == nil:
		cause = errNoRefresh
	default:
		linger, done := keep.Lingering(ctx) // a new refresh token that nobody takes is a session lost
		t, err := s.Refresh(tokensOf(old)).Tokens(linger)
		done()
		if err == nil {
			return t, nil
		}
		if !needsLogin(err) {
			return nil, err
		}
		cause = err
	}
	if s.Login == nil {
		return nil, LoginRequired(s.Title, s.Command, cause)
	}
	return s.Login.Tokens(ctx)
}

// Kept gives the tokens as they are kept, without renewing them, and whether they still serve as they are. Those of a session that the server has ended have no
// refresh token. ErrNotStored when there are none.
func (s *Session) Kept(ctx context.Context) (t *Tokens, good bool, err error) {
	k, err := keep.Load[storedTokens](ctx, s.Store, s.Name)
	if err != nil {
		return nil, false, err
	}
	t = tokensOf(k)
	if k.Ended {
		t.Refresh = ""
	}
	return t, k.Alive(clock(s.Now)()), nil
}

// SignIn keeps tokens that a sign-in has just given, in the place of older ones. When they cannot be kept, they serve this process all the same.
func (s *Session) SignIn(ctx context.Context, t *Tokens) error {
	return s.hold.Put(ctx, s.source(), keep.Brought[storedTokens]{Value: t.stored(), Expires: t.Expires, Skew: t.Skew})
}

// SignOut forgets the tokens. Another process may have them in memory until it renews them: what ends a session is its end at the server.
func (s *Session) SignOut(ctx context.Context) error {
	return s.hold.Drop(ctx, s.source())
}
