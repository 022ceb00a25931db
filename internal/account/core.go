package account

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

// Tokens verifies. The errors are those of package directory.
type Tokens interface {
	// VerifyAccess verifies an access token and that its sign-in still counts.
	VerifyAccess(ctx context.Context, token directory.Token) (directory.AccessClaims, error)
}

// Notifier sends messages. It is called after the transaction has committed. An error in the protocol's words is the caller's to see.
type Notifier interface {
	Send(ctx context.Context, m directory.Message) error
}

// Config is what the core needs. Everything but FixedCode is required.
type Config struct {
	Store    *store.DB
	Keys     Keys
	Tokens   Tokens
	Notifier Notifier
	Group    *srp.Group // srp.Cognito(), shared: its tables are large
	Now      func() time.Time
	Random   io.Reader
	// FixedCode, when set, is every confirmation code: only for a server whose users are not real. Empty: random digits.
	FixedCode string
}

// Core is shared by the services that users themselves call. It is safe for concurrent use; its fields are not to be changed.
type Core struct {
	Config
	standIns standIns
}

// New makes the core.
func New(c Config) *Core { return &Core{Config: c} }

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{ghostFailures, codes} }

// Draw fills b with randomness.
func (s *Core) Draw(b []byte) error {
	if _, err := io.ReadFull(s.Random, b); err != nil {
		return fmt.Errorf("account: randomness: %w", err)
	}
	return nil
}
