package password

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Accounts knows what accounts are called.
type Accounts interface {
	// AccountNames gives the name and the e-mail address of an account, as far as there are any.
	AccountNames(ctx context.Context, account string) ([]string, error)
}

// Config is what the service works with. Every field is required.
type Config struct {
	Store    *store.DB        // opened with record.Tables
	Keys     edge.Sealer      // seals hashes
	Now      func() time.Time // the clock of dates and waits
	Random   io.Reader        // draws salts
	Accounts Accounts         // names that AWS's default policy does not take for a password
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	keys     edge.Sealer
	now      func() time.Time
	random   io.Reader
	accounts Accounts
	slots    chan struct{} // one for each hash that is computed at the moment
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, accounts: c.Accounts, slots: make(chan struct{}, mostAtOnce)}
}

func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second is the time as IAM shows it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

// owner is whose password a request is about.
type owner struct {
	id   string // the user's id, or the account
	name string // the user's name, or the account
}

// owner finds whom the request names: without a name, the caller. The root means itself only in a session of AssumeRoot
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html).
func (s *Service) owner(ctx context.Context, r store.Reader, name *string) (owner, error) {
	p := caller.PrincipalFrom(ctx)
	switch {
	case name != nil:
		row, err := record.FindUser(ctx, r, p.Account, *name)
		return owner{row.Doc.ID, row.Doc.Name}, edge.NoUser(err, *name)
	case p.Kind == caller.User:
		row, err := record.Users.Get(ctx, r, p.UniqueID)
		return owner{p.UniqueID, row.Doc.Name}, edge.NoUser(err, p.Name)
	case p.AssumedRoot():
		return owner{p.Account, p.Account}, nil
	}
	return owner{}, edge.NonUser()
}

// profile finds the login profile of an owner.
func (s *Service) profile(ctx context.Context, r store.Reader, o owner) (store.Row[record.LoginProfile], error) {
	row, err := record.LoginProfiles.Get(ctx, r, account(ctx), o.id)
	return row, edge.NotFound(err, "Login Profile for User %s cannot be found.", o.name)
}
