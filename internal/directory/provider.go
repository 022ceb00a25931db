package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Provider is an identity provider whose users may sign in to a pool.
type Provider struct {
	PoolID   string            `json:"poolId"`
	Name     string            `json:"name"`
	Type     string            `json:"type"`              // SAML, OIDC, Facebook, Google, LoginWithAmazon, SignInWithApple
	Details  map[string]string `json:"details"`           // ProviderDetails without secrets, with what is derived from them
	Sealed   []byte            `json:"sealed,omitempty"`  // JSON of the secret details: purpose at-rest/client-secret, tenant PoolID, row "user_pool_providers", Name, "sealed"
	Mapping  map[string]string `json:"mapping,omitempty"` // attribute of the pool -> claim of the provider
	IDs      []string          `json:"ids,omitempty"`     // IdpIdentifiers
	Created  time.Time         `json:"created"`
	Modified time.Time         `json:"modified"`

	SAML    *SAMLProvider     `json:"saml,omitempty"`   // what the metadata says
	Found   map[string]string `json:"found,omitempty"`  // OIDC: endpoints that discovery gave, by the names of their details; not shown
	Refresh time.Time         `json:"refresh,omitzero"` // when metadata or discovery is to be read again; zero: never
}

// SAMLProvider is what the metadata of a SAML provider says (OASIS SAML V2.0 Metadata section 2.4).
type SAMLProvider struct {
	EntityID     string    `json:"entityId"`
	SSORedirect  string    `json:"ssoRedirect,omitempty"` // URLs by binding: HTTP-Redirect, HTTP-POST
	SSOPost      string    `json:"ssoPost,omitempty"`
	SLORedirect  string    `json:"sloRedirect,omitempty"`
	SLOPost      string    `json:"sloPost,omitempty"`
	Certificates []string  `json:"certificates"` // DER in base64; any of them may have signed
	SignRequests bool      `json:"signRequests,omitempty"`
	ValidUntil   time.Time `json:"validUntil,omitzero"`
}

var (
	providerPool = store.Column[Provider]{Name: "pool_id", Value: func(p *Provider) string { return p.PoolID }}
	providerName = store.Column[Provider]{Name: "name", Value: func(p *Provider) string { return p.Name }}
)

// Providers is the table of identity providers. "by_refresh" orders those with metadata or discovery by when it is to be read again.
var Providers = store.NewTable("user_pool_providers", store.Spec[Provider]{
	Key: []store.Column[Provider]{providerPool, providerName},
	Indexes: []store.Index[Provider]{{
		Name:    "by_refresh",
		Columns: []store.Column[Provider]{{Name: "refresh_at", Value: func(p *Provider) string { return p.Refresh.UTC().Format(time.RFC3339) }}},
		Present: func(p *Provider) bool { return !p.Refresh.IsZero() },
	}},
})

// ProviderID says which provider of a pool an IdpIdentifier names. An identifier names one.
type ProviderID struct {
	PoolID string `json:"poolId"`
	ID     string `json:"id"`
	Name   string `json:"name"` // of the provider
}

// ProviderIDs is the table of identifiers.
var ProviderIDs = store.NewTable("user_pool_provider_ids", store.Spec[ProviderID]{
	Key: []store.Column[ProviderID]{
		{Name: "pool_id", Value: func(i *ProviderID) string { return i.PoolID }},
		{Name: "identifier", Value: func(i *ProviderID) string { return i.ID }},
	},
	Indexes: []store.Index[ProviderID]{{Name: "by_provider", Columns: []store.Column[ProviderID]{
		{Name: "pool_id", Value: func(i *ProviderID) string { return i.PoolID }},
		{Name: "provider", Value: func(i *ProviderID) string { return i.Name }},
	}}},
})

// SubjectAttribute is the ProviderAttributeName of a provider's own name of a user: the sub, id or NameID.
const SubjectAttribute = "Cognito_Subject"

// UserLink says who a user of another provider is in a pool. It stands beside User.Identities, so that the user can be found by it.
type UserLink struct {
	PoolID    string `json:"poolId"`
	Provider  string `json:"provider"`  // ProviderName
	Attribute string `json:"attribute"` // SubjectAttribute, or the claim that Value is of
	Value     string `json:"value"`
	Sub       string `json:"sub"`
}

var linkPool = store.Column[UserLink]{Name: "pool_id", Value: func(l *UserLink) string { return l.PoolID }}

// UserLinks is the table of links: one user for each value of a provider's attribute.
var UserLinks = store.NewTable("user_links", store.Spec[UserLink]{
	Key: []store.Column[UserLink]{
		linkPool,
		{Name: "provider", Value: func(l *UserLink) string { return l.Provider }},
		{Name: "attribute", Value: func(l *UserLink) string { return l.Attribute }},
		{Name: "value", Value: func(l *UserLink) string { return l.Value }},
	},
	Indexes: []store.Index[UserLink]{{Name: "by_user", Columns: []store.Column[UserLink]{
		linkPool, {Name: "sub", Value: func(l *UserLink) string { return l.Sub }},
	}}},
})

// Domain is a domain of the sign-in pages of a pool: a prefix, or a name of the operator's own.
type Domain struct {
	Name           string    `json:"name"`
	PoolID         string    `json:"poolId"`
	Custom         bool      `json:"custom,omitempty"`
	CertificateARN string    `json:"certificateArn,omitempty"`
	LoginVersion   int       `json:"loginVersion,omitempty"` // ManagedLoginVersion: 1 classic, 2 managed login
	Version        string    `json:"version"`
	Created        time.Time `json:"created"`
}

func (d *Domain) kind() string {
	if d.Custom {
		return "custom"
	}
	return "prefix"
}

var domainPool = store.Column[Domain]{Name: "pool_id", Value: func(d *Domain) string { return d.PoolID }}

// Domains is the table of domains; a name is one pool's, and a pool has one of each kind.
var Domains = store.NewTable("user_pool_domains", store.Spec[Domain]{
	Key:     []store.Column[Domain]{{Name: "name", Value: func(d *Domain) string { return d.Name }}},
	Unique:  []store.Index[Domain]{{Name: "by_kind", Columns: []store.Column[Domain]{domainPool, {Name: "kind", Value: (*Domain).kind}}}},
	Indexes: []store.Index[Domain]{{Name: "by_pool", Columns: []store.Column[Domain]{domainPool}}},
})

// ResourceServer is an API whose scopes access tokens may carry.
type ResourceServer struct {
	PoolID     string  `json:"poolId"`
	Identifier string  `json:"identifier"`
	Name       string  `json:"name"`
	Scopes     []Scope `json:"scopes,omitempty"`
}

// Scope is a scope of a resource server; in tokens it is "<identifier>/<name>".
type Scope struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// ResourceServers is the table of resource servers.
var ResourceServers = store.NewTable("user_pool_resource_servers", store.Spec[ResourceServer]{
	Key: []store.Column[ResourceServer]{
		{Name: "pool_id", Value: func(r *ResourceServer) string { return r.PoolID }},
		{Name: "identifier", Value: func(r *ResourceServer) string { return r.Identifier }},
	},
})
