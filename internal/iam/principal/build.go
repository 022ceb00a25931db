package principal

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// policies is a set with the rows that it was built from, beside the entity's own.
type policies struct {
	set     iampolicy.Set
	groups  []*store.Row[record.Group]
	managed []*store.Row[record.Policy]
}

// current reports whether the store still serves the very rows.
func (p *policies) current(ctx context.Context, db *store.DB) bool {
	for _, row := range p.groups {
		if now, err := record.Groups.GetCached(ctx, db, row.Doc.ID); err != nil || now != row {
			return false
		}
	}
	for _, row := range p.managed {
		if now, err := record.Policies.GetCached(ctx, db, row.Doc.ID); err != nil || now != row {
			return false
		}
	}
	return true
}

// entityPolicies gives the set of an entity, built anew when a row has changed.
func (s *Principals) entityPolicies(ctx context.Context, kept *atomic.Pointer[policies], o owner, groups []string) (*iampolicy.Set, error) {
	if p := kept.Load(); p != nil && p.current(ctx, s.db) {
		return &p.set, nil
	}
	b := builder{s: s, out: &policies{}}
	if err := b.entity(ctx, o, groups); err != nil {
		return nil, fmt.Errorf("iam: policies: %w", err)
	}
	kept.Store(b.out)
	return &b.out.set, nil
}

// builder compiles the policies of an entity.
type builder struct {
	s   *Principals
	out *policies
	// spell gives the id of an inline policy of an entity; nil takes the policy's own name.
	spell func(kind record.Kind, entity, policy string) string
}

// owner is an entity with what gives it its permissions.
type owner struct {
	kind   record.Kind
	name   string
	grants *record.Grants
}

func (b *builder) entity(ctx context.Context, o owner, groups []string) error {
	g := o.grants
	if err := b.grants(ctx, o); err != nil {
		return err
	}
	for _, id := range groups {
		row, err := record.Groups.GetCached(ctx, b.s.db, id)
		if err != nil {
			return err
		}
		b.out.groups = append(b.out.groups, row)
		if err := b.grants(ctx, owner{record.KindGroup, row.Doc.Name, &row.Doc.Grants}); err != nil {
			return err
		}
	}
	if g.Boundary == nil {
		return nil
	}
	n, err := b.managed(ctx, g.Boundary)
	b.out.set.Boundary = &n
	return err
}

// grants adds the inline and attached policies of the entity or of one of its groups.
func (b *builder) grants(ctx context.Context, o owner) error {
	g := o.grants
	for i := range g.Inline {
		c, err := b.s.compiler.compile(g.Inline[i].Document, iampolicy.IdentityPolicy)
		if err != nil {
			return fmt.Errorf("inline policy %s: %w", g.Inline[i].Name, err)
		}
		b.out.set.Identity = append(b.out.set.Identity, iampolicy.Named{ID: b.inlineID(o, g.Inline[i].Name), Policy: c})
	}
	for i := range g.Attached {
		n, err := b.managed(ctx, &g.Attached[i])
		if err != nil {
			return err
		}
		b.out.set.Identity = append(b.out.set.Identity, n)
	}
	return nil
}

func (b *builder) inlineID(o owner, policy string) string {
	if b.spell == nil {
		return policy
	}
	return b.spell(o.kind, o.name, policy)
}

// managed compiles the version in force of a managed policy.
func (b *builder) managed(ctx context.Context, ref *record.PolicyRef) (iampolicy.Named, error) {
	p := record.ManagedByID(ref.ID)
	if p == nil {
		row, err := record.Policies.GetCached(ctx, b.s.db, ref.ID)
		if err != nil {
			return iampolicy.Named{}, fmt.Errorf("policy %s: %w", ref.ARN, err)
		}
		b.out.managed = append(b.out.managed, row)
		p = &row.Doc
	}
	c, err := b.s.compiler.compile(p.DefaultDocument(), iampolicy.IdentityPolicy)
	if err != nil {
		return iampolicy.Named{}, fmt.Errorf("policy %s: %w", ref.ARN, err)
	}
	return iampolicy.Named{ID: ref.ARN, Policy: c}, nil
}
