package identitypool

import (
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Pool is an identity pool. Its ID is "<region>:<uuid>" and never drawn twice; an administrator may choose it, also one that a deleted pool of the same
// account had.
type Pool struct {
	ID              string            `json:"id"`
	Account         string            `json:"account"`
	Region          string            `json:"region"`
	Name            string            `json:"name"`
	AllowGuests     bool              `json:"allowGuests,omitempty"`
	Classic         *bool             `json:"classic,omitempty"` // AllowClassicFlow as the administrator set it; nil, as in AWS, lets it be used
	Providers       []Provider        `json:"providers,omitempty"`
	Developer       string            `json:"developer,omitempty"`           // DeveloperProviderName; once set it stays
	OIDC            []string          `json:"oidc,omitempty"`                // ARNs of IAM's OpenID Connect providers
	SAML            []string          `json:"saml,omitempty"`                // ARNs of IAM's SAML providers
	Social          map[string]string `json:"social,omitempty"`              // SupportedLoginProviders: name to the application's id there
	AuthenticatedTo string            `json:"authenticatedRole,omitempty"`   // ARN of the role of signed-in identities
	GuestRole       string            `json:"unauthenticatedRole,omitempty"` // ARN of the role of guests
	Mappings        []Mapping         `json:"mappings,omitempty"`
	TagMaps         []TagMap          `json:"tagMaps,omitempty"`
	Tags            map[string]string `json:"tags,omitempty"`
	Created         time.Time         `json:"created"`
}

// retiredPool remembers whose a deleted pool was. Trust policies of roles name pools by id, so that an id is never handed to another account.
type retiredPool struct {
	ID      string `json:"id"`
	Account string `json:"account"`
}

// Provider is a user pool whose logins the pool takes.
type Provider struct {
	Name        string `json:"name"` // as the administrator wrote it
	UserPool    string `json:"userPool"`
	ClientID    string `json:"clientId"`
	ServerCheck bool   `json:"serverCheck,omitempty"` // ServerSideTokenCheck: refuse tokens that were signed out or revoked
}

// Mapping says which role the logins of a provider get.
type Mapping struct {
	Name     string `json:"name"`             // as the administrator wrote it
	Provider string `json:"provider"`         // in the spelling under which logins are kept
	Client   string `json:"client,omitempty"` // app client, of a user pool; empty: any
	Rules    []Rule `json:"rules,omitempty"`  // in order; none: the token names the role
	Deny     bool   `json:"deny,omitempty"`   // refuse what is ambiguous; otherwise it gets the pool's role
}

// Rule is one rule of a mapping.
type Rule struct {
	Claim string `json:"claim"`
	Match string `json:"match"` // Equals, Contains, StartsWith or NotEqual
	Value string `json:"value"`
	Role  string `json:"role"` // ARN
}

// TagMap says which claims of a provider become session tags.
type TagMap struct {
	Provider string            `json:"provider"` // in the spelling under which logins are kept
	Defaults bool              `json:"defaults,omitempty"`
	Tags     map[string]string `json:"tags,omitempty"` // tag key to claim; unused with Defaults
}

// Identity is one identity of a pool. Its ID is "<region>:<uuid>" and never reused.
type Identity struct {
	ID         string    `json:"id"`
	PoolID     string    `json:"poolId"`
	Logins     []string  `json:"logins,omitempty"`     // provider names, as AWS spells them
	Linked     bool      `json:"linked,omitempty"`     // has had a login: never again a guest
	Disabled   bool      `json:"disabled,omitempty"`   // its logins went over to another identity
	MergedInto string    `json:"mergedInto,omitempty"` // that identity
	Created    time.Time `json:"created"`
	Modified   time.Time `json:"modified"`
}

// guest tells whether whoever knows the id may use the identity. One that lost its last login is nobody's, not a guest's.
func (i *Identity) guest() bool { return len(i.Logins) == 0 && !i.Linked && !i.Disabled }

// has tells whether a user of the provider is linked to the identity.
func (i *Identity) has(provider string) bool { return slices.Contains(i.Logins, provider) }

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

var retiredPools = store.NewTable("retired_identity_pools", store.Spec[retiredPool]{
	Key:      []store.Column[retiredPool]{{Name: "id", Value: func(r *retiredPool) string { return r.ID }}},
	Uncached: true,
})

func identityColumn(name string, v func(*Identity) string) store.Column[Identity] {
	return store.Column[Identity]{Name: name, Value: v}
}

func poolOf(i *Identity) string { return i.PoolID }

var identities = store.NewTable("identities", store.Spec[Identity]{
	Key: []store.Column[Identity]{identityColumn("id", func(i *Identity) string { return i.ID })},
	Indexes: []store.Index[Identity]{
		{Name: "by_pool", Columns: []store.Column[Identity]{identityColumn("pool_id", poolOf)}},
		{Name: "enabled", Columns: []store.Column[Identity]{identityColumn("enabled_pool_id", poolOf)}, Present: func(i *Identity) bool { return !i.Disabled }},
	},
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
	Indexes: []store.Index[login]{
		{Name: "by_identity", Columns: []store.Column[login]{loginColumn("identity_id", func(l *login) string { return l.IdentityID })}},
		{Name: "by_provider", Columns: []store.Column[login]{
			loginColumn("identity_id", func(l *login) string { return l.IdentityID }),
			loginColumn("provider", func(l *login) string { return l.Provider }),
		}},
	},
})

// Tables lists the tables of this package.
func Tables() []store.AnyTable {
	return []store.AnyTable{pools, retiredPools, identities, logins, openIDKeys}
}
