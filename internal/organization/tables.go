package organization

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

func column[T any](name string, value func(*T) string) store.Column[T] {
	return store.Column[T]{Name: name, Value: value}
}

var organizations = store.NewTable("organizations", store.Spec[Organization]{
	Key: []store.Column[Organization]{column("id", func(o *Organization) string { return o.ID })},
	Unique: []store.Index[Organization]{{
		Name: "by_management", Columns: []store.Column[Organization]{column("management", func(o *Organization) string { return o.Management })},
	}},
})

var accounts = store.NewTable("organization_accounts", store.Spec[Account]{
	Key: []store.Column[Account]{column("id", func(a *Account) string { return a.ID })},
	Unique: []store.Index[Account]{{
		Name: "by_email", Columns: []store.Column[Account]{column("email", func(a *Account) string { return caller.Fold(a.Email) })},
		Present: func(a *Account) bool { return a.Email != "" },
	}},
	Indexes: []store.Index[Account]{
		{Name: "by_org", Columns: []store.Column[Account]{column("org", func(a *Account) string { return a.Org })}, Present: (*Account).member},
		{Name: "by_parent", Columns: []store.Column[Account]{column("parent", func(a *Account) string { return a.Parent })}, Present: (*Account).member},
		{Name: "delegated", Columns: []store.Column[Account]{column("delegating_org", func(a *Account) string { return a.Org })}, Present: (*Account).delegate},
	},
})

func (a *Account) member() bool { return a.Org != "" }

func (a *Account) delegate() bool { return a.Org != "" && len(a.Delegated) > 0 }

var units = store.NewTable("organization_units", store.Spec[Unit]{
	Key: []store.Column[Unit]{column("id", func(u *Unit) string { return u.ID })},
	Unique: []store.Index[Unit]{{Name: "by_name", Columns: []store.Column[Unit]{
		column("parent", func(u *Unit) string { return u.Parent }), column("name", func(u *Unit) string { return u.Name }),
	}}},
	Indexes: []store.Index[Unit]{{Name: "by_org", Columns: []store.Column[Unit]{column("org", func(u *Unit) string { return u.Org })}}},
})

var policies = store.NewTable("organization_policies", store.Spec[Policy]{
	Key: []store.Column[Policy]{policyOrg(), column("id", func(p *Policy) string { return p.ID })},
	Unique: []store.Index[Policy]{{
		Name: "by_name", Columns: []store.Column[Policy]{policyOrg(), column("name", func(p *Policy) string { return p.Name })},
	}},
})

func policyOrg() store.Column[Policy] {
	return column("org", func(p *Policy) string { return p.Org })
}

var attachments = store.NewTable("organization_attachments", store.Spec[Attachment]{
	Key: []store.Column[Attachment]{
		column("org", func(a *Attachment) string { return a.Org }),
		column("policy", func(a *Attachment) string { return a.Policy }),
		column("target", func(a *Attachment) string { return a.Target }),
	},
	Uncached: true,
})

var creations = store.NewTable("organization_creations", store.Spec[Creation]{
	Key: []store.Column[Creation]{
		column("org", func(c *Creation) string { return c.Org }), column("id", func(c *Creation) string { return c.ID }),
	},
	Expires:  func(c *Creation) time.Time { return c.Finished.Add(creationKept) },
	Uncached: true,
})

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable {
	return []store.AnyTable{organizations, accounts, units, policies, attachments, creations}
}
