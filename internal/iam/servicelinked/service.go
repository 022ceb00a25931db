package servicelinked

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Usage tells what still uses service-linked roles.
type Usage interface {
	// ServiceRoleUsage lists what of the account uses the role of a service, such as email.cognito-idp.amazonaws.com, by region. An empty
	// list lets the role be deleted. It reads with r, within the transaction that deletes.
	ServiceRoleUsage(ctx context.Context, r store.Reader, account, service, role string) ([]record.ServiceRoleUsage, error)
}

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Usage  Usage            // is asked before a role is deleted
	Now    func() time.Time // the clock of creation dates
	Random io.Reader        // draws the ids of roles and tasks
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	usage  Usage
	now    func() time.Time
	random io.Reader
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, usage: c.Usage, now: c.Now, random: c.Random}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }
