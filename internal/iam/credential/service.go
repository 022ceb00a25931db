package credential

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
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

// owner is whose keys a request is about.
type owner struct {
	account string
	id      string // the user's id, or the account
	name    string // empty for the account
}

// owner finds whom the request names: without a name, the caller.
func (s *Service) owner(ctx context.Context, r store.Reader, name *string) (owner, error) {
	p := caller.PrincipalFrom(ctx)
	if name == nil {
		switch p.Kind {
		case caller.Root:
			return owner{account: p.Account, id: p.Account}, nil
		case caller.User:
			row, err := record.Users.Get(ctx, r, p.UniqueID)
			return owner{p.Account, p.UniqueID, row.Doc.Name}, edge.NoUser(err, p.Name)
		}
		return owner{}, edge.NonUser()
	}
	row, err := record.FindUser(ctx, r, p.Account, *name)
	return owner{p.Account, row.Doc.ID, row.Doc.Name}, edge.NoUser(err, *name)
}

// user is owner for what only users have: the account itself has none.
func (s *Service) user(ctx context.Context, r store.Reader, name *string) (owner, error) {
	o, err := s.owner(ctx, r, name)
	if err == nil && o.id == o.account {
		return owner{}, edge.NonUser()
	}
	return o, err
}

// settable reads a status that a request may set: Expired is a state that only time sets.
func settable(status iamapi.StatusType) (active bool, err error) {
	switch status {
	case iamapi.StatusTypeActive:
		return true, nil
	case iamapi.StatusTypeInactive:
		return false, nil
	}
	return false, iamapi.InvalidInputException.New("The status can be set to Active or Inactive.")
}

func statusOf(active bool) iamapi.StatusType {
	if active {
		return iamapi.StatusTypeActive
	}
	return iamapi.StatusTypeInactive
}
