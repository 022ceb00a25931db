package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// SigningCertificate is an X.509 certificate of a user, or of the account itself, for signing requests.
type SigningCertificate struct {
	Account  string    `json:"account"`
	ID       string    `json:"id"`    // SHA-1 of the certificate in base32: the same certificate is there once in an account
	Owner    string    `json:"owner"` // the user's id; the account for one of its own
	Body     string    `json:"body"`  // PEM, as it was uploaded
	Active   bool      `json:"active"`
	Uploaded time.Time `json:"uploaded"`
}

// SigningCertificates is the table of signing certificates.
var SigningCertificates = store.NewTable("iam_signing_certificates", store.Spec[SigningCertificate]{
	Key: []store.Column[SigningCertificate]{
		column("account", func(c *SigningCertificate) string { return c.Account }),
		column("id", func(c *SigningCertificate) string { return c.ID }),
	},
	Indexes: []store.Index[SigningCertificate]{
		{Name: "by_account", Columns: []store.Column[SigningCertificate]{column("account", func(c *SigningCertificate) string { return c.Account })}},
		{Name: "by_owner", Columns: []store.Column[SigningCertificate]{column("owner", func(c *SigningCertificate) string { return c.Owner })}},
	},
	Uncached: true,
})
