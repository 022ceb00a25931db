package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// ServiceCredential is a credential of a user for one service alone: a user name and a password, or an API key.
type ServiceCredential struct {
	ID      string    `json:"id"` // ACCA…
	Account string    `json:"account"`
	Owner   string    `json:"owner"`   // the user's id
	Service string    `json:"service"` // such as codecommit.amazonaws.com, in lower case
	Login   string    `json:"login"`   // the user name at the service, or the alias of an API key; it stays when the user is renamed
	Hash    []byte    `json:"hash"`    // keyed hash of the secret: purpose ServiceCredentialHash, tenant Account, data HashInput
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // the zero time is never
}

// PrefixServiceCredential begins the ids of service-specific credentials.
const PrefixServiceCredential = "ACCA"

// ServiceCredentialHash is the purpose of the keyed hash of a service-specific credential's secret.
const ServiceCredentialHash seal.Purpose = "mac/service-credential"

// HashInput is what the keyed hash is taken of. It binds the secret to its row.
func (c *ServiceCredential) HashInput(secret string) []byte {
	return seal.AAD("iam_service_credentials", c.ID, "secret", c.Owner, secret)
}

// Expired reports whether the credential's time is over.
func (c *ServiceCredential) Expired(now time.Time) bool {
	return !c.Expires.IsZero() && !now.Before(c.Expires)
}

// ServiceCredentials is the table of service-specific credentials. One that expired stays until it is deleted, as AWS has it; no two have one
// login at one service.
var ServiceCredentials = store.NewTable("iam_service_credentials", store.Spec[ServiceCredential]{
	Key: []store.Column[ServiceCredential]{column("id", func(c *ServiceCredential) string { return c.ID })},
	Unique: []store.Index[ServiceCredential]{{Name: "by_login", Columns: []store.Column[ServiceCredential]{
		column("service", func(c *ServiceCredential) string { return c.Service }),
		column("login", func(c *ServiceCredential) string { return Fold(c.Login) }),
	}}},
	Indexes: []store.Index[ServiceCredential]{
		{Name: "by_account", Columns: []store.Column[ServiceCredential]{
			column("account", func(c *ServiceCredential) string { return c.Account }),
			column("service", func(c *ServiceCredential) string { return c.Service }),
		}},
		{Name: "by_owner", Columns: []store.Column[ServiceCredential]{
			column("owner", func(c *ServiceCredential) string { return c.Owner }),
			column("service", func(c *ServiceCredential) string { return c.Service }),
		}},
	},
	Uncached: true,
})
