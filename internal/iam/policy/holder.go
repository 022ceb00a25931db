package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// holder describes a kind of entity that has policies. Quotas are those of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
type holder[T any] struct {
	kind       record.Kind
	table      *store.Table[T]
	find       func(ctx context.Context, r store.Reader, account, name string) (store.Row[T], error)
	absent     func(err error, name string) error
	id         func(*T) string
	name, path func(*T) string
	grants     func(*T) *record.Grants
	mostInline int    // characters of all inline policies together, without white space
	quota      string // name of the quota of attachments
	modifiable func(*T) error
}

var users = holder[record.User]{
	kind: record.KindUser, table: record.Users, find: record.FindUser, absent: edge.NoUser,
	id:     func(u *record.User) string { return u.ID },
	name:   func(u *record.User) string { return u.Name },
	path:   func(u *record.User) string { return u.Path },
	grants: func(u *record.User) *record.Grants { return &u.Grants }, mostInline: 2048, quota: "PoliciesPerUser",
	modifiable: func(*record.User) error { return nil },
}

var groups = holder[record.Group]{
	kind: record.KindGroup, table: record.Groups, find: record.FindGroup, absent: edge.NoGroup,
	id:     func(g *record.Group) string { return g.ID },
	name:   func(g *record.Group) string { return g.Name },
	path:   func(g *record.Group) string { return g.Path },
	grants: func(g *record.Group) *record.Grants { return &g.Grants }, mostInline: 5120, quota: "PoliciesPerGroup",
	modifiable: func(*record.Group) error { return nil },
}

var roles = holder[record.Role]{
	kind: record.KindRole, table: record.Roles, find: record.FindRole, absent: edge.NoRole,
	id:     func(r *record.Role) string { return r.ID },
	name:   func(r *record.Role) string { return r.Name },
	path:   func(r *record.Role) string { return r.Path },
	grants: func(r *record.Role) *record.Grants { return &r.Grants }, mostInline: 10240, quota: "PoliciesPerRole",
	modifiable: edge.Modifiable,
}

// get finds an entity of the caller's account.
func (h *holder[T]) get(ctx context.Context, r store.Reader, name string) (store.Row[T], error) {
	row, err := h.find(ctx, r, account(ctx), name)
	if err != nil {
		return row, h.absent(err, name)
	}
	return row, nil
}

// change reads an entity, changes its grants and writes it in one transaction.
func (h *holder[T]) change(ctx context.Context, db *store.DB, name string, change func(w store.Writer, id string, g *record.Grants) error) error {
	return db.Update(ctx, func(w store.Writer) error {
		row, err := h.get(ctx, w, name)
		if err != nil {
			return err
		}
		if err := h.modifiable(&row.Doc); err != nil {
			return err
		}
		if err := change(w, h.id(&row.Doc), h.grants(&row.Doc)); err != nil {
			return err
		}
		return h.table.Update(ctx, w, &row)
	})
}

func (h *holder[T]) attachment(ctx context.Context, p *record.PolicyRef, id string, u record.Usage) record.Attachment {
	return record.Attachment{Account: account(ctx), PolicyID: p.ID, Kind: h.kind, EntityID: id, Usage: u}
}
