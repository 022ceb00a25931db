package principal

import (
	"context"
	"sync/atomic"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

type entityID struct{ id string }

// entity is what was built from one row.
type entity[T any] struct {
	row       *store.Row[T]
	principal caller.Principal
	trust     *iampolicy.Policy // of a role
	policies  atomic.Pointer[policies]
}

// user gives a user of the account.
func (s *Principals) user(ctx context.Context, account, id string) (*entity[record.User], error) {
	row, err := record.Users.GetCached(ctx, s.db, id)
	if err != nil {
		return nil, unknown(err)
	}
	if e, ok := s.users.Get(entityID{id}); ok && e.row == row && row.Doc.Account == account {
		return e, nil
	}
	u := &row.Doc
	if u.Account != account {
		return nil, caller.ErrUnknown
	}
	arn := u.ARN()
	e := &entity[record.User]{row: row, principal: caller.Principal{
		Kind: caller.User, Account: account, ARN: arn, UserID: id, Name: u.Name, UniqueID: id, EntityARN: arn, Tags: u.Tags,
	}}
	s.users.Put(entityID{id}, e)
	return e, nil
}

// role gives a role of the account.
func (s *Principals) role(ctx context.Context, account, id string) (*entity[record.Role], error) {
	row, err := record.Roles.GetCached(ctx, s.db, id)
	if err != nil {
		return nil, unknown(err)
	}
	if row.Doc.Account != account {
		return nil, caller.ErrUnknown
	}
	return s.roleOf(row)
}

// roleOf gives what is built from the row of a role.
func (s *Principals) roleOf(row *store.Row[record.Role]) (*entity[record.Role], error) {
	r := &row.Doc
	if e, ok := s.roles.Get(entityID{r.ID}); ok && e.row == row {
		return e, nil
	}
	trust, err := s.compiler.compile(r.Trust, iampolicy.TrustPolicy)
	if err != nil {
		return nil, err
	}
	arn := r.ARN()
	e := &entity[record.Role]{row: row, trust: trust, principal: caller.Principal{
		Kind: caller.AssumedRole, Account: r.Account, ARN: arn, UserID: r.ID, Name: r.Name, UniqueID: r.ID, EntityARN: arn, Tags: r.Tags,
	}}
	s.roles.Put(entityID{r.ID}, e)
	return e, nil
}
