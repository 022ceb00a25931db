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
	Details  map[string]string `json:"details"`           // ProviderDetails without secrets
	Sealed   []byte            `json:"sealed,omitempty"`  // JSON of the secret details: purpose at-rest/client-secret, tenant PoolID, row Name
	Mapping  map[string]string `json:"mapping,omitempty"` // attribute of the pool -> claim of the provider
	IDs      []string          `json:"ids,omitempty"`     // IdpIdentifiers
	Created  time.Time         `json:"created"`
	Modified time.Time         `json:"modified"`
}

// Providers is the table of identity providers.
var Providers = store.NewTable("user_pool_providers", store.Spec[Provider]{
	Key: []store.Column[Provider]{
		{Name: "pool_id", Value: func(p *Provider) string { return p.PoolID }},
		{Name: "name", Value: func(p *Provider) string { return p.Name }},
	},
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

// Domains is the table of domains; a name is one pool's.
var Domains = store.NewTable("user_pool_domains", store.Spec[Domain]{
	Key:     []store.Column[Domain]{{Name: "name", Value: func(d *Domain) string { return d.Name }}},
	Indexes: []store.Index[Domain]{{Name: "by_pool", Columns: []store.Column[Domain]{{Name: "pool_id", Value: func(d *Domain) string { return d.PoolID }}}}},
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
