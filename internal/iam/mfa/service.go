package mfa

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
	Keys   edge.Sealer      // seals seeds and the markers of lists
	Now    func() time.Time // the clock of codes and dates
	Random io.Reader        // draws ids and seeds
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

// second is the time as IAM shows it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

// owner is whose devices a request is about.
type owner struct {
	id   string // the user's id, or the account
	name string // the user's name, or the account
}

// meansRoot reports whether a name stands for the account's root: its own number, and only when the root itself says it. The model wants a name where AWS's
// console names the root in a way that requests cannot.
func meansRoot(p *caller.Principal, name *string) bool {
	return p.Kind == caller.Root && (name == nil || *name == p.Account)
}

// owner finds whom the request names: without a name, the caller.
func (s *Service) owner(ctx context.Context, r store.Reader, name *string) (owner, error) {
	p := caller.PrincipalFrom(ctx)
	if meansRoot(p, name) {
		return owner{p.Account, p.Account}, nil
	}
	if name != nil {
		row, err := record.FindUser(ctx, r, p.Account, *name)
		return owner{row.Doc.ID, row.Doc.Name}, edge.NoUser(err, *name)
	}
	if p.Kind != caller.User {
		return owner{}, edge.NonUser()
	}
	row, err := record.Users.Get(ctx, r, p.UniqueID)
	return owner{p.UniqueID, row.Doc.Name}, edge.NoUser(err, p.Name)
}

// device finds a device of the account by its serial number.
func (s *Service) device(ctx context.Context, r store.Reader, serial string) (store.Row[record.MFADevice], error) {
	row, err := record.FindMFADevice(ctx, r, account(ctx), serial)
	return row, edge.NotFound(err, "MFA Device with serial number %s does not exist.", serial)
}

// owned finds a device that is enabled for this owner.
func (s *Service) owned(ctx context.Context, r store.Reader, o owner, serial string) (store.Row[record.MFADevice], error) {
	row, err := s.device(ctx, r, serial)
	if err == nil && row.Doc.Owner != o.id {
		err = iamapi.NoSuchEntityException.New("MFA Device invalid for user.")
	}
	return row, err
}
