package record

import (
	"context"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// OIDCProvider is an OpenID Connect provider that an account trusts to name users of roles.
type OIDCProvider struct {
	Account     string            `json:"account"`
	Name        string            `json:"name"`            // host and path of the issuer, as its ARN and its condition keys have it
	Plain       bool              `json:"plain,omitempty"` // the issuer is an http URL: on this machine alone
	ClientIDs   []string          `json:"clientIds,omitempty"`
	Thumbprints []string          `json:"thumbprints,omitempty"` // SHA-1 of certificates, in hexadecimal, as given
	Created     time.Time         `json:"created"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// ARN is the provider's ARN.
func (p *OIDCProvider) ARN() string { return ARN(p.Account, "oidc-provider", "/", p.Name) }

// Issuer is the URL that the provider's tokens have as "iss".
func (p *OIDCProvider) Issuer() string {
	if p.Plain {
		return "http://" + p.Name
	}
	return "https://" + p.Name
}

// OIDCProviders is the table of OpenID Connect providers. Their names are compared exactly, as issuers are.
var OIDCProviders = store.NewTable("iam_oidc_providers", store.Spec[OIDCProvider]{
	Key: []store.Column[OIDCProvider]{
		column("account", func(p *OIDCProvider) string { return p.Account }),
		column("name", func(p *OIDCProvider) string { return p.Name }),
	},
})

// SAMLProvider is a SAML provider that an account trusts to name users of roles.
type SAMLProvider struct {
	ID       string            `json:"id"` // UUID of the provider as GetSAMLProvider shows it; never reused
	Account  string            `json:"account"`
	Name     string            `json:"name"`
	Created  time.Time         `json:"created"`
	Tags     map[string]string `json:"tags,omitempty"`
	Metadata SAMLMetadata      `json:"metadata"`
}

// SAMLMetadata is what a provider's metadata says that verifying needs.
type SAMLMetadata struct {
	EntityID     string    `json:"entityId"`
	Certificates []string  `json:"certificates"` // DER in base64; any of them may have signed
	ValidUntil   time.Time `json:"validUntil"`
}

// ARN is the provider's ARN.
func (p *SAMLProvider) ARN() string { return ARN(p.Account, "saml-provider", "/", p.Name) }

// SAMLProviders is the table of SAML providers.
var SAMLProviders = store.NewTable("iam_saml_providers", store.Spec[SAMLProvider]{
	Key:    []store.Column[SAMLProvider]{column("id", func(p *SAMLProvider) string { return p.ID })},
	Unique: byName(func(p *SAMLProvider) string { return p.Account }, func(p *SAMLProvider) string { return p.Name }),
})

// SAMLDocument is a provider's metadata as it was given. It is long, and only shown: so it is not in the row that verifying reads.
type SAMLDocument struct {
	ID   string `json:"id"` // of the provider
	Text string `json:"text"`
}

// SAMLDocuments is the table of metadata documents.
var SAMLDocuments = store.NewTable("iam_saml_documents", store.Spec[SAMLDocument]{
	Key:      []store.Column[SAMLDocument]{column("id", func(d *SAMLDocument) string { return d.ID })},
	Uncached: true,
})

// SplitProviderARN takes the ARN of a provider apart: kind is oidc-provider or saml-provider, name all that follows, slashes included.
func SplitProviderARN(arn string) (account, kind, name string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	if !ok {
		return "", "", "", false
	}
	account, rest, ok = strings.Cut(rest, ":")
	if !ok {
		return "", "", "", false
	}
	kind, name, ok = strings.Cut(rest, "/")
	return account, kind, name, ok && name != ""
}

// FindOIDCProvider finds a provider by its name. store.ErrNotFound when there is none.
func FindOIDCProvider(ctx context.Context, r store.Reader, account, name string) (store.Row[OIDCProvider], error) {
	return OIDCProviders.Get(ctx, r, account, name)
}

// FindSAMLProvider finds a provider by its name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindSAMLProvider(ctx context.Context, r store.Reader, account, name string) (store.Row[SAMLProvider], error) {
	return SAMLProviders.Find(ctx, r, "by_name", account, Fold(name))
}
