package credentials

import (
	"context"
	"time"
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

	hold holder[storedTokens]
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
}

func (t *Tokens) stored() storedTokens {
	return storedTokens{string(t.ID), string(t.Access), string(t.Refresh), t.Username}
}

func (k *kept[T]) tokens(t storedTokens) *Tokens {
	return &Tokens{ID: Secret(t.ID), Access: Secret(t.Access), Refresh: Secret(t.Refresh), Username: t.Username, Expires: k.Expires, Skew: k.Skew}
}

func (s *Session) source() *source[storedTokens] {
	return &source[storedTokens]{store: s.Store, name: s.Name, now: clock(s.Now), spends: s.Refresh != nil, warn: s.Warn,
		bring: func(ctx context.Context, old *kept[storedTokens]) (brought[storedTokens], error) {
			t, err := s.bring(ctx, old)
			if err != nil {
				return brought[storedTokens]{}, err
			}
			return brought[storedTokens]{value: t.stored(), expires: t.Expires, skew: t.Skew}, nil
		},
	}
}

// Tokens implements TokenSource.
func (s *Session) Tokens(ctx context.Context) (*Tokens, error) {
	k, err := s.hold.get(ctx, s.source())
	if err != nil {
		return nil, err
	}
	return k.tokens(k.Value), nil
}

// Renew implements Renewer.
func (s *Session) Renew(ctx context.Context, bad *Tokens) (*Tokens, error) {
	from := s.source()
	from.good = func(k *kept[storedTokens]) bool { return k.alive(from.now()) && k.Value.Access != string(bad.Access) }
	k, err := s.hold.get(ctx, from)
	if err != nil {
		return nil, err
	}
	return k.tokens(k.Value), nil
}

// bring refreshes what is kept, or signs in.
func (s *Session) bring(ctx context.Context, old *kept[storedTokens]) (*Tokens, error) {
	var cause error
	if old != nil && s.Refresh != nil {
		linger, done := lingering(ctx) // a new refresh token that nobody takes is a session lost
		t, err := s.Refresh(old.tokens(old.Value)).Tokens(linger)
		done()
		if err == nil {
			return t, nil
		}
		if !endsSession(err) {
			return nil, err
		}
		cause = err
	}
	if s.Login == nil {
		return nil, LoginRequired(s.Title, s.Command, cause)
	}
	return s.Login.Tokens(ctx)
}

// Kept gives the tokens as they are kept, without renewing them, and whether they still serve as they are. ErrNotStored when there are none.
func (s *Session) Kept(ctx context.Context) (t *Tokens, good bool, err error) {
	k, err := load[storedTokens](ctx, s.Store, s.Name)
	if err != nil {
		return nil, false, err
	}
	return k.tokens(k.Value), k.alive(clock(s.Now)()), nil
}

// SignIn keeps tokens that a sign-in has just given, in the place of older ones. When they cannot be kept, they serve this process all the same.
func (s *Session) SignIn(ctx context.Context, t *Tokens) error {
	return s.alone(ctx, func() error {
		k := &kept[storedTokens]{
			Version: keptVersion, Issued: clock(s.Now)().Add(t.Skew).Round(0).UTC(), Expires: t.Expires.UTC(), Skew: t.Skew, Value: t.stored(),
		}
		s.hold.last, s.hold.unsaved = k, nil
		return save(ctx, s.Store, s.Name, k)
	})
}

// SignOut forgets the tokens. Another process may have them in memory until it renews them: what ends a session is its end at the server.
func (s *Session) SignOut(ctx context.Context) error {
	return s.alone(ctx, func() error {
		s.hold.last, s.hold.unsaved = nil, nil
		return s.Store.Delete(ctx, s.Name)
	})
}

// alone does something while no other thread and no other process renews.
func (s *Session) alone(ctx context.Context, do func() error) error {
	done, err := s.hold.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	unlock, err := s.Store.Lock(ctx, s.Name)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}
