package credential

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Keys   edge.Sealer      // seals secrets and the markers of lists
	Now    func() time.Time // the clock of creation dates
	Random io.Reader        // draws key ids and secrets
	Uses   *Tracker         // knows the uses that are not written yet
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	keys   edge.Sealer
	now    func() time.Time
	random io.Reader
	uses   *Tracker
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, uses: c.Uses}
}

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
