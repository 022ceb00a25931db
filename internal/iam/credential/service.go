package credential

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Keeper keeps secrets: sealed those that must be known again, hashed those that are only compared.
type Keeper interface {
	edge.Sealer
	// MAC is a keyed hash with the newest key.
	MAC(p seal.Purpose, tenant string, data []byte) [32]byte
}

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Keys   Keeper           // seals and hashes secrets, seals the markers of lists
	Now    func() time.Time // the clock of creation dates
	Random io.Reader        // draws ids and secrets
	Uses   *Tracker         // knows the uses that are not written yet
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	keys   Keeper
	now    func() time.Time
	random io.Reader
	uses   *Tracker
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, uses: c.Uses}
}

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

// user is edge.OwnerOf for what only users have: the account itself has none.
func (s *Service) user(ctx context.Context, r store.Reader, name *string) (edge.Owner, error) {
	o, err := edge.OwnerOf(ctx, r, name)
	if err == nil && o.ID == o.Account {
		return edge.Owner{}, edge.NonUser()
	}
	return o, err
}
