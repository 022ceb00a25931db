package signin

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Tokens mints and refreshes. The errors are those of package directory.
type Tokens interface {
	// Issue begins a sign-in in one transaction with what also writes.
	Issue(ctx context.Context, g directory.Grant, also func(ctx context.Context, w store.Writer) error) (directory.Tokens, error)
	// Refresh asks allow about the user before anything changes.
	Refresh(ctx context.Context, pool *directory.Pool, client *directory.Client, token directory.Token, metadata map[string]string, allow func(*directory.User) error) (directory.Tokens, error)
	// Revoke ends the sign-in of a refresh token.
	Revoke(ctx context.Context, client *directory.Client, token directory.Token) error
	// RevokeUser ends all sign-ins of a user.
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Config is what the service needs. Everything is required.
type Config struct {
	Core   *account.Core
	Tokens Tokens
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	core   *account.Core
	tokens Tokens
}

// New makes the service.
func New(c Config) *Service { return &Service{core: c.Core, tokens: c.Tokens} }

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{consumed} }
