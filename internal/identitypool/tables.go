package identitypool

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Pool is an identity pool. Its ID is "<region>:<uuid>" and never reused.
type Pool struct {
	ID              string            `json:"id"`
	Account         string            `json:"account"`
	Region          string            `json:"region"`
	Name            string            `json:"name"`
	AllowGuests     bool              `json:"allowGuests,omitempty"`
	Providers       []Provider        `json:"providers,omitempty"`
	AuthenticatedTo string            `json:"authenticatedRole,omitempty"`   // ARN of the role of signed-in identities
	GuestRole       string            `json:"unauthenticatedRole,omitempty"` // ARN of the role of guests
	Tags            map[string]string `json:"tags,omitempty"`
	Created         time.Time         `json:"created"`
}

// Provider is a user pool whose logins the pool takes.
type Provider struct {
	Name        string `json:"name"` // as the administrator wrote it
	UserPool    string `json:"userPool"`
	ClientID    string `json:"clientId"`
	ServerCheck bool   `json:"serverCheck,omitempty"` // ServerSideTokenCheck: refuse tokens that were signed out or revoked
}

// Identity is one identity of a pool. Its ID is "<region>:<uuid>" and never reused.
type Identity struct {
	ID       string    `json:"id"`
	PoolID   string    `json:"poolId"`
	Logins   []string  `json:"logins,omitempty"` // provider names, as AWS spells them; none: a guest
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

// login ties a user of a provider to their identity in a pool.
type login struct {
	PoolID     string `json:"poolId"`
	Provider   string `json:"provider"`
	Subject    string `json:"subject"`
	IdentityID string `json:"identityId"`
}

func poolColumn(name string, v func(*Pool) string) store.Column[Pool] {
	return store.Column[Pool]{Name: name, Value: v}
}

var pools = store.NewTable("identity_pools", store.Spec[Pool]{
	Key: []store.Column[Pool]{poolColumn("id", func(p *Pool) string { return p.ID })},
	Indexes: []store.Index[Pool]{{Name: "by_account", Columns: []store.Column[Pool]{
		poolColumn("account", func(p *Pool) string { return p.Account }),
		poolColumn("region", func(p *Pool) string { return p.Region }),
	}}},
})

var identities = store.NewTable("identities", store.Spec[Identity]{
	Key: []store.Column[Identity]{{Name: "id", Value: func(i *Identity) string { return i.ID }}},
	Indexes: []store.Index[Identity]{{Name: "by_pool", Columns: []store.Column[Identity]{
		{Name: "pool_id", Value: func(i *Identity) string { return i.PoolID }},
	}}},
})

func loginColumn(name string, v func(*login) string) store.Column[login] {
	return store.Column[login]{Name: name, Value: v}
}

var logins = store.NewTable("identity_logins", store.Spec[login]{
	Key: []store.Column[login]{
		loginColumn("pool_id", func(l *login) string { return l.PoolID }),
		loginColumn("provider", func(l *login) string { return l.Provider }),
		loginColumn("subject", func(l *login) string { return l.Subject }),
	},
	Indexes: []store.Index[login]{{Name: "by_identity", Columns: []store.Column[login]{loginColumn("identity_id", func(l *login) string { return l.IdentityID })}}},
})

// Tables lists the tables of this package.
func Tables() []store.AnyTable { return []store.AnyTable{pools, identities, logins} }
