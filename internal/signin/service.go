package signin

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/srp"
)

// Tokens mints and refreshes. The errors are those of package directory.
type Tokens interface {
	// Issue begins a sign-in in one transaction with what also writes.
	Issue(ctx context.Context, g directory.Grant, also func(ctx context.Context, w store.Writer) error) (directory.Tokens, error)
	// Refresh asks allow about the user before anything changes.
	Refresh(ctx context.Context, pool *directory.Pool, client *directory.Client, token directory.Token, metadata map[string]string, allow func(*directory.User) error) (directory.Tokens, error)
	// RefreshDevice gives the key of the device that the sign-in of a refresh token belongs to; empty: none.
	RefreshDevice(ctx context.Context, client *directory.Client, token directory.Token) (deviceKey string, err error)
	// Revoke ends the sign-in of a refresh token.
	Revoke(ctx context.Context, client *directory.Client, token directory.Token) error
	// RevokeUser ends all sign-ins of a user.
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Factors verifies what users bring beside a password.
type Factors interface {
	// VerifyTOTP holds a code against the user's software token; an accepted one is noted in row, which the caller writes.
	VerifyTOTP(ctx context.Context, w store.Writer, row *store.Row[directory.User], code string) (bool, error)
	// HasPasskeys says whether a user has passkeys.
	HasPasskeys(ctx context.Context, r store.Reader, poolID, sub string) (bool, error)
	// BeginPasskey makes a challenge for a user's passkeys: PublicKeyCredentialRequestOptions as JSON, and what VerifyPasskey needs.
	BeginPasskey(ctx context.Context, p *directory.Pool, u *directory.User) (options string, state []byte, err error)
	// VerifyPasskey holds a credential against the challenge. What proves nothing is NotAuthorizedException.
	VerifyPasskey(ctx context.Context, w store.Writer, p *directory.Pool, u *directory.User, state []byte, credential string) error
	// NewDevice makes the key of a device that has just signed in.
	NewDevice(ctx context.Context, w store.Writer, p *directory.Pool, u *directory.User, ip string) (directory.Device, error)
	// Device finds a confirmed device; store.ErrNotFound when there is none.
	Device(ctx context.Context, r store.Reader, poolID, sub, key string) (store.Row[directory.Device], error)
	// DeviceVerifier opens a device's verifier.
	DeviceVerifier(ctx context.Context, d *directory.Device) (srp.Verifier, error)
	// SeenDevice notes that a device has signed in.
	SeenDevice(ctx context.Context, w store.Writer, row *store.Row[directory.Device], ip string) error
}

// Protection is the threat protection of pools that have it. It is not asked about others.
type Protection interface {
	// Assess judges an attempt before it is let through. An error means that nothing may be let through.
	Assess(ctx context.Context, a directory.Attempt) (directory.Assessment, error)
	// Save keeps what became of an attempt, in a transaction of its own, and gives the event its ID.
	Save(ctx context.Context, e *directory.AuthEvent) error
	// Complete adds further steps to an event that is in progress.
	Complete(ctx context.Context, w store.Writer, e *directory.AuthEvent) error
	// Tell delivers a kept event to logs and, where it is due, to the user.
	Tell(ctx context.Context, e *directory.AuthEvent)
}

// Config is what the service needs. Core and Tokens are required.
type Config struct {
	Core       *account.Core
	Tokens     Tokens
	Triggers   hook.Invoker // nil: what a pool has a trigger for is refused
	Protection Protection   // nil: there is no threat protection
	// Outside tells whether messages of a pool by a medium, EMAIL or SMS, leave the server; nil: none do. How long those take must not tell who exists.
	Outside func(p *directory.Pool, medium string) bool
	Report  func(error) // told what nobody waits for any more; nil: nobody
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	core       *account.Core
	tokens     Tokens
	factors    Factors
	triggers   hook.Invoker
	protection Protection
	outside    func(p *directory.Pool, medium string) bool
	report     func(error)
	aside      *account.Aside
}

// New makes the service. It performs nothing before Use.
func New(c Config) *Service {
	if c.Report == nil {
		c.Report = func(error) {}
	}
	return &Service{
		core: c.Core, tokens: c.Tokens, triggers: c.Triggers, protection: c.Protection, outside: c.Outside, report: c.Report,
		aside: account.NewAside(c.Report),
	}
}

// Use connects the factors, before the first request. They come after New, because they need the sessions of this service in turn.
func (s *Service) Use(f Factors) { s.factors = f }

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{consumed, passcodes, sendings, customs} }

// Drain waits for what is still done after answers, such as messages that go out. No operation may begin after it.
func (s *Service) Drain() { s.aside.Wait() }
