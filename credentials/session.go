package credentials

import (
	"context"
	"errors"
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

	turn turn
	last *kept[storedTokens]
}

var _ TokenSource = (*Session)(nil)

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
	return &Tokens{ID: Secret(t.ID), Access: Secret(t.Access), Refresh: Secret(t.Refresh), Username: t.Username, Expires: k.Expires}
}

// Tokens implements TokenSource.
func (s *Session) Tokens(ctx context.Context) (*Tokens, error) {
	share, done, err := s.turn.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	now := clock(s.Now)
	if s.last.good(now(), share) {
		return s.last.tokens(s.last.Value), nil
	}
	k, err := fresh(ctx, s.Store, s.Name, now, share, func(old *kept[storedTokens]) (storedTokens, time.Time, error) {
		t, err := s.bring(ctx, old)
		if err != nil {
			return storedTokens{}, time.Time{}, err
		}
		return t.stored(), t.Expires, nil
	})
	if err != nil {
		return nil, err
	}
	s.last = k
	return k.tokens(k.Value), nil
}

// bring refreshes what is kept, or signs in.
func (s *Session) bring(ctx context.Context, old *kept[storedTokens]) (*Tokens, error) {
	var cause error
	if old != nil && s.Refresh != nil {
		t, err := s.Refresh(old.tokens(old.Value)).Tokens(ctx)
		if err == nil {
			return t, nil
		}
		var ended *LoginRequiredError
		if !errors.As(err, &ended) {
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
	return k.tokens(k.Value), clock(s.Now)().Before(k.Expires), nil
}

// SignIn keeps tokens that a sign-in has just given, in the place of older ones.
func (s *Session) SignIn(ctx context.Context, t *Tokens) error {
	unlock, err := s.Store.Lock(ctx, s.Name)
	if err != nil {
		return err
	}
	defer unlock()
	k := &kept[storedTokens]{Version: keptVersion, Issued: clock(s.Now)().UTC(), Expires: t.Expires.UTC(), Value: t.stored()}
	return save(ctx, s.Store, s.Name, k)
}

// SignOut forgets the tokens.
func (s *Session) SignOut(ctx context.Context) error {
	unlock, err := s.Store.Lock(ctx, s.Name)
	if err != nil {
		return err
	}
	defer unlock()
	return s.Store.Delete(ctx, s.Name)
}
