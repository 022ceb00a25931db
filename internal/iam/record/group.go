package record

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Group is an IAM group. ID is AGPA… and never reused. Its Grants have no boundary.
type Group struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	Created time.Time `json:"created"`
	Grants
}

// ARN is the group's ARN.
func (g *Group) ARN() string { return ARN(g.Account, string(KindGroup), g.Path, g.Name) }

// Groups is the table of groups.
var Groups = store.NewTable("iam_groups", store.Spec[Group]{
	Key:    []store.Column[Group]{column("id", func(g *Group) string { return g.ID })},
	Unique: byName(func(g *Group) string { return g.Account }, func(g *Group) string { return g.Name }),
})

// FindGroup finds a group by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindGroup(ctx context.Context, r store.Reader, account, name string) (store.Row[Group], error) {
	return Groups.Find(ctx, r, "by_name", account, Fold(name))
}

// Membership says that a user is in a group. The user's row says so too; this is the way back.
type Membership struct {
	GroupID string `json:"groupId"`
	UserID  string `json:"userId"`
}

// Memberships is the table of memberships.
var Memberships = store.NewTable("iam_memberships", store.Spec[Membership]{
	Key: []store.Column[Membership]{
		column("group_id", func(m *Membership) string { return m.GroupID }),
		column("user_id", func(m *Membership) string { return m.UserID }),
	},
	Uncached: true,
})
