package signin

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// Keys seals challenges and verifiers, hashes codes, and derives what stands in for users who do not exist.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
	MAC(p seal.Purpose, tenant string, data []byte) [32]byte
	MACs(p seal.Purpose, tenant string, data []byte) [][32]byte
	PRF(p seal.Purpose, tenant, id string) [32]byte
}

// Tokens mints, refreshes and verifies. The errors are those of package directory.
type Tokens interface {
	// Issue begins a sign-in in one transaction with what also writes.
	Issue(ctx context.Context, g directory.Grant, also func(ctx context.Context, w store.Writer) error) (directory.Tokens, error)
	// Refresh asks allow about the user before anything changes.
	Refresh(ctx context.Context, pool *directory.Pool, client *directory.Client, token directory.Token, metadata map[string]string, allow func(*directory.User) error) (directory.Tokens, error)
	// Revoke ends the sign-in of a refresh token.
	Revoke(ctx context.Context, client *directory.Client, token directory.Token) error
	// RevokeUser ends all sign-ins of a user.
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
	// VerifyAccess verifies an access token and that its sign-in still counts.
	VerifyAccess(ctx context.Context, token directory.Token) (directory.AccessClaims, error)
}

// Notifier sends messages. It is called after the transaction has committed.
type Notifier interface {
	// SendCode sends a confirmation code. kind is SignUp, ResendCode, ForgotPassword, VerifyUserAttribute or UpdateUserAttribute.
	SendCode(ctx context.Context, p *directory.Pool, u *directory.User, kind, code, destination string) error
}

// Config is what the service needs. Everything but FixedCode is required.
type Config struct {
	Store    *store.DB
	Keys     Keys
	Tokens   Tokens
	Notifier Notifier
	Group    *srp.Group // srp.Cognito(), shared: its tables are large
	Now      func() time.Time
	Random   io.Reader
	// FixedCode, when set, is every confirmation code: only for a server whose users are not real. Empty: six random digits.
	FixedCode string
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	keys     Keys
	tokens   Tokens
	notifier Notifier
	group    *srp.Group
	now      func() time.Time
	random   io.Reader
	fixed    string
}

// New makes the service.
func New(c Config) *Service {
	return &Service{
		db: c.Store, keys: c.Keys, tokens: c.Tokens, notifier: c.Notifier, group: c.Group, now: c.Now, random: c.Random, fixed: c.FixedCode,
	}
}

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{consumed, ghostFailures, codes} }

func (s *Service) draw(b []byte) error {
	if _, err := io.ReadFull(s.random, b); err != nil {
		return fmt.Errorf("signin: randomness: %w", err)
	}
	return nil
}
