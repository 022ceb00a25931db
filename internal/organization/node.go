package organization

import (
	"context"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
)

// node is a place of the tree, or a policy: what policies are attached to and what has tags.
type node struct {
	id, name, parent string
	scps             *[]string // nil: nothing can be attached to it
	tags             *map[string]string
	save             func(ctx context.Context, w store.Writer) error
}

// node finds a place of an organization by its id. What is in another organization is not there: store.ErrNotFound.
func (o *Organization) node(ctx context.Context, r store.Reader, id string) (*node, error) {
	switch {
	case id == o.Root: // the organization's row is saved by every change
		saved := func(context.Context, store.Writer) error { return nil }
		return &node{id: id, name: "Root", scps: &o.RootSCPs, tags: &o.RootTags, save: saved}, nil
	case strings.HasPrefix(id, unitPrefix):
		row, err := units.Get(ctx, r, id)
		if err == nil && row.Doc.Org != o.ID {
			err = store.ErrNotFound
		}
		u := &row.Doc
		return &node{u.ID, u.Name, u.Parent, &u.SCPs, &u.Tags, func(ctx context.Context, w store.Writer) error { return units.Update(ctx, w, &row) }}, err
	case strings.HasPrefix(id, policyPrefix):
		row, err := policies.Get(ctx, r, o.ID, id)
		p := &row.Doc
		return &node{p.ID, p.Name, "", nil, &p.Tags, func(ctx context.Context, w store.Writer) error { return policies.Update(ctx, w, &row) }}, err
	}
	row, err := o.account(ctx, r, id)
	a := &row.Doc
	return &node{a.ID, a.Name, a.Parent, &a.SCPs, &a.Tags, func(ctx context.Context, w store.Writer) error { return accounts.Update(ctx, w, row) }}, err
}

// account finds a member of the organization, the management account among them. store.ErrNotFound when there is none.
func (o *Organization) account(ctx context.Context, r store.Reader, id string) (*store.Row[Account], error) {
	row, err := accounts.Get(ctx, r, id)
	if err == nil && row.Doc.Org != o.ID {
		err = store.ErrNotFound
	}
	return &row, err
}

// parent finds the root or a unit. store.ErrNotFound when it is neither.
func (o *Organization) parent(ctx context.Context, r store.Reader, id string) (*node, error) {
	if id != o.Root && !strings.HasPrefix(id, unitPrefix) {
		return nil, store.ErrNotFound
	}
	return o.node(ctx, r, id)
}

// target finds what policies can be attached to. store.ErrNotFound when it is no such thing.
func (o *Organization) target(ctx context.Context, r store.Reader, id string) (*node, error) {
	if strings.HasPrefix(id, policyPrefix) {
		return nil, store.ErrNotFound
	}
	return o.node(ctx, r, id)
}

// above lists the ids from the root down to a parent. A loop would be a damaged row, and is an error.
func (o *Organization) above(ctx context.Context, r store.Reader, parent string) ([]*node, error) {
	var up []*node
	for id := parent; ; {
		n, err := o.parent(ctx, r, id)
		if err != nil {
			return nil, err
		}
		if up = append(up, n); id == o.Root {
			slices.Reverse(up)
			return up, nil
		}
		if len(up) > maxDepth+1 {
			return nil, errLoop
		}
		id = n.parent
	}
}
