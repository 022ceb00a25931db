package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Tokens ends sign-ins.
type Tokens interface {
	// RevokeUser ends all sign-ins of a user.
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Sessions takes a new user from signing up to signing in without another proof
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html, Session).
type Sessions interface {
	// SignedUp seals a session for a user who waits for confirmation.
	SignedUp(ctx context.Context, d account.Door, u *directory.User) (string, error)
	// Confirmed uses up a session of SignedUp, which must be this client's and user's, in the transaction that confirms the user by a code which went
	// to an attribute. It seals a session that USER_AUTH takes for a proof of that attribute. The error is in the protocol's words.
	Confirmed(ctx context.Context, w store.Writer, d account.Door, u *directory.User, session, attribute string) (string, error)
}

// Config is what the service needs. Core, Tokens and URL are required.
type Config struct {
	Core       *account.Core
	Tokens     Tokens
	Triggers   hook.Invoker // nil: what a pool has a trigger for is refused
	Sessions   Sessions     // nil: no sessions are handed out, and none is taken
	Protection Protection   // nil: there is no threat protection
	URL        string       // base of links in messages, such as https://id.example.com
	// Outside tells whether messages of a pool by a medium, EMAIL or SMS, leave the server; nil: none do. How long those take must not tell who exists.
	Outside func(p *directory.Pool, medium string) bool
	Report  func(error) // told what nobody waits for any more
	// Cleanup removes what other services keep of a user, in the transaction that deletes the user.
	Cleanup []func(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	core  *account.Core
	aside *account.Aside // what is done after the answer
}

// New makes the service.
func New(c Config) *Service {
	if c.Report == nil {
		c.Report = func(error) {}
	}
	s := &Service{Config: c, core: c.Core}
	s.aside = account.NewAside(func(err error) { s.Report(err) })
	return s
}

// Drain waits for what is still done after answers, such as messages that go out. No operation may begin after it.
func (s *Service) Drain() { s.aside.Wait() }
