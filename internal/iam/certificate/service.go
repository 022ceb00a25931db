package certificate

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Keys   edge.Sealer      // seals private keys and the markers of lists
	Now    func() time.Time // the clock of upload dates and of validity
	Random io.Reader        // draws the ids of server certificates
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	keys   edge.Sealer
	now    func() time.Time
	random io.Reader
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random}
}

func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

func (s *Service) list(scope string, marker *string, max *int) *edge.List {
	return &edge.List{Keys: s.keys, Scope: scope, Marker: marker, MaxItems: max}
}

// owner is whose signing certificates a request is about.
type owner struct {
	account string
	id      string // the user's id, or the account
	name    string // empty for the account
}

// owner finds whom the request names: without a name, the caller.
func (s *Service) owner(ctx context.Context, r store.Reader, name *string) (owner, error) {
	p := caller.PrincipalFrom(ctx)
	if name != nil {
		row, err := record.FindUser(ctx, r, p.Account, *name)
		return owner{p.Account, row.Doc.ID, row.Doc.Name}, edge.NoUser(err, *name)
	}
	switch p.Kind {
	case caller.Root:
		return owner{account: p.Account, id: p.Account}, nil
	case caller.User:
		row, err := record.Users.Get(ctx, r, p.UniqueID)
		return owner{p.Account, p.UniqueID, row.Doc.Name}, edge.NoUser(err, p.Name)
	}
	return owner{}, edge.NonUser()
}

// settable reads a status that a request may set: Expired is a state that only AWS sets.
func settable(status iamapi.StatusType) (active bool, err error) {
	switch status {
	case iamapi.StatusTypeActive:
		return true, nil
	case iamapi.StatusTypeInactive:
		return false, nil
	}
	return false, iamapi.InvalidInputException.New("The status can be set to Active or Inactive.")
}
