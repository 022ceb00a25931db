package principal

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Role is a role as those who hand out its sessions see it. It is shared: it must not be changed.
type Role struct {
	ARN         string
	Name        string
	UniqueID    string // AROA…
	Account     string
	MaxDuration time.Duration
	Trust       *iampolicy.Policy // names users and roles by their unique ids
	Tags        map[string]string
}

// Role finds a role by its ARN, which is compared exactly. caller.ErrUnknown when there is none.
func (s *Principals) Role(ctx context.Context, arn string) (Role, error) {
	account, kind, name, ok := record.SplitARN(arn)
	if !ok || kind != string(record.KindRole) {
		return Role{}, caller.ErrUnknown
	}
	row, err := record.Roles.FindCached(ctx, s.db, "by_name", account, record.Fold(name))
	if err != nil {
		return Role{}, unknown(err)
	}
	e, err := s.roleOf(row)
	if err != nil {
		return Role{}, err
	}
	if e.principal.EntityARN != arn {
		return Role{}, caller.ErrUnknown
	}
	r := &row.Doc
	return Role{
		ARN: arn, Name: r.Name, UniqueID: r.ID, Account: account, MaxDuration: time.Duration(r.MaxSession) * time.Second,
		Trust: e.trust, Tags: r.Tags,
	}, nil
}

// SessionPolicy holds a document against the grammar of session policies, and keeps it for the decisions of its sessions. A refused one is
// *iampolicy.ParseError.
func (s *Principals) SessionPolicy(document string) error {
	_, err := s.compiler.compile(document, iampolicy.SessionPolicy)
	return err
}

// PolicyExists reports whether the account has, or AWS manages, a policy with this ARN.
func (s *Principals) PolicyExists(ctx context.Context, account, arn string) (bool, error) {
	_, err := record.FindPolicyCached(ctx, s.db, account, arn)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
