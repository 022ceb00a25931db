package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Tokens ends sign-ins.
type Tokens interface {
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
