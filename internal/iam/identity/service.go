package identity

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// LastUse knows when roles were last used.
type LastUse interface {
	// RoleLastUsed tells when and in which region a role was last used, of the last 400 days; ok is false when it was not.
	RoleLastUsed(ctx context.Context, roleID string) (at time.Time, region string, ok bool, err error)
}

// Config is what the service works with. Every field but LastUse is required.
type Config struct {
	Store   *store.DB        // opened with record.Tables
	Keys    edge.Sealer      // seals the markers of lists
	Now     func() time.Time // the clock of creation dates
	Random  io.Reader        // draws the ids of entities
	LastUse LastUse          // nil: no role is shown as used
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	keys   edge.Sealer
	now    func() time.Time
	random io.Reader
	last   LastUse
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, last: c.LastUse}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

func (s *Service) list(scope string, marker *string, max *int) *edge.List {
	return &edge.List{Keys: s.keys, Scope: scope, Marker: marker, MaxItems: max}
}

// text is an optional member with its default, the empty text.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// optional leaves an empty text out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
