package principal

import (
	"context"
	"errors"
	"fmt"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// PoliciesOf gives the policies in force for a caller. The set is shared and must not be changed. An error is a no.
func (s *Principals) PoliciesOf(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error) {
	base, err := s.base(ctx, p)
	if err != nil || p.Session == nil {
		return base, err
	}
	return s.withSession(ctx, base, p)
}

// base gives the policies of the entity behind the caller.
func (s *Principals) base(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error) {
	switch p.Kind {
	case caller.Anonymous:
		return &iampolicy.Set{}, nil
	case caller.Root:
		return &iampolicy.Set{}, nil // iampolicy knows that the account may do all that nothing denies
	case caller.FederatedUser:
		if p.UniqueID == p.Account {
			return s.everything()
		}
		return s.userPolicies(ctx, p)
	case caller.User:
		return s.userPolicies(ctx, p)
	case caller.AssumedRole:
		return s.rolePolicies(ctx, p)
	}
	return nil, fmt.Errorf("iam: no policies for a caller of kind %q", p.Kind)
}

// everything stands for the account behind a federated user: what limits such a session is its session policy.
func (s *Principals) everything() (*iampolicy.Set, error) {
	all := record.ManagedByID("ANPAIWMBCKSKIEE64ZLYK")
	p, err := s.compiler.compile(all.DefaultDocument(), iampolicy.IdentityPolicy)
	if err != nil {
		return nil, err
	}
	return &iampolicy.Set{Identity: []iampolicy.Named{{ID: "root", Policy: p}}}, nil
}

func (s *Principals) userPolicies(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error) {
	e, err := s.user(ctx, p.Account, p.UniqueID)
	if err != nil {
		return nil, err
	}
	set, err := s.entityPolicies(ctx, &e.policies, userOwner(&e.row.Doc), e.row.Doc.Groups)
	if !errors.Is(err, store.ErrNotFound) {
		return set, err
	}
	// A row that the cached one points to is gone: the cached one is about to be replaced.
	row, err := record.Users.Get(ctx, s.db, p.UniqueID)
	if err != nil {
		return nil, unknown(err)
	}
	return s.fresh(ctx, userOwner(&row.Doc), row.Doc.Groups)
}

func (s *Principals) rolePolicies(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error) {
	e, err := s.role(ctx, p.Account, p.UniqueID)
	if err != nil {
		return nil, err
	}
	set, err := s.entityPolicies(ctx, &e.policies, roleOwner(&e.row.Doc), nil)
	if !errors.Is(err, store.ErrNotFound) {
		return set, err
	}
	row, err := record.Roles.Get(ctx, s.db, p.UniqueID)
	if err != nil {
		return nil, unknown(err)
	}
	return s.fresh(ctx, roleOwner(&row.Doc), nil)
}

func userOwner(u *record.User) owner { return owner{record.KindUser, u.Name, &u.Grants} }

func roleOwner(r *record.Role) owner { return owner{record.KindRole, r.Name, &r.Grants} }

// fresh builds a set for one use.
func (s *Principals) fresh(ctx context.Context, o owner, groups []string) (*iampolicy.Set, error) {
	b := builder{s: s, out: &policies{}}
	if err := b.entity(ctx, o, groups); err != nil {
		return nil, fmt.Errorf("iam: policies: %w", err)
	}
	return &b.out.set, nil
}

// withSession adds the policies of the caller's session.
func (s *Principals) withSession(ctx context.Context, base *iampolicy.Set, p *caller.Principal) (*iampolicy.Set, error) {
	inline, arns := p.Session.InlinePolicy, p.Session.PolicyARNs
	if inline == "" && len(arns) == 0 {
		return base, nil
	}
	set := *base
	set.HasSession, set.Session = true, make([]iampolicy.Named, 0, len(arns)+1)
	if inline != "" {
		c, err := s.compiler.compile(inline, iampolicy.SessionPolicy)
		if err != nil {
			return nil, fmt.Errorf("iam: session policy: %w", err)
		}
		set.Session = append(set.Session, iampolicy.Named{ID: "session policy", Policy: c})
	}
	for _, arn := range arns {
		n, err := s.sessionPolicy(ctx, p.Account, arn)
		if err != nil {
			return nil, err
		}
		set.Session = append(set.Session, n)
	}
	if p.AssumedRoot() {
		all, err := s.everything()
		if err != nil {
			return nil, err
		}
		set.Session = append(set.Session, all.Identity...) // policies for tasks of the root deny all but the task, and allow nothing
	}
	return &set, nil
}

// denyAll stands for a managed session policy that has been deleted: it may have denied anything.
const denyAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`

func (s *Principals) sessionPolicy(ctx context.Context, account, arn string) (iampolicy.Named, error) {
	document := denyAll
	row, err := record.FindPolicyCached(ctx, s.db, account, arn)
	switch {
	case err == nil:
		document = row.Doc.DefaultDocument()
	case !errors.Is(err, store.ErrNotFound):
		return iampolicy.Named{}, err
	}
	c, err := s.compiler.compile(document, iampolicy.IdentityPolicy)
	if err != nil {
		return iampolicy.Named{}, fmt.Errorf("iam: session policy %s: %w", arn, err)
	}
	return iampolicy.Named{ID: arn, Policy: c}, nil
}
