package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Account is what an account has set for itself. An account that has set nothing has no row.
type Account struct {
	ID           string `json:"id"`                     // 12 digits
	Alias        string `json:"alias,omitempty"`        // empty: none
	TokenVersion int    `json:"tokenVersion,omitempty"` // of session tokens from the global endpoint; 0 stands for 1, which is AWS's default

	// Issuer is the id of the account's issuer of web identity tokens. Once made it stays, also while the feature is off.
	Issuer   string `json:"issuer,omitempty"`
	Outbound bool   `json:"outbound,omitempty"` // the feature is on

	// Root is what a management account has enabled for its organization.
	Root RootAccess `json:"root,omitzero"`
}

// RootAccess is which features of centralized root access are enabled. They are those of one organization: an account that comes to manage
// another one begins anew.
type RootAccess struct {
	Organization string `json:"organization"` // o-…
	Credentials  bool   `json:"credentials,omitempty"`
	Sessions     bool   `json:"sessions,omitempty"`
}

// Accounts is the table of accounts. An alias is unique in the deployment.
var Accounts = store.NewTable("iam_accounts", store.Spec[Account]{
	Key: []store.Column[Account]{column("id", func(a *Account) string { return a.ID })},
	Unique: []store.Index[Account]{{
		Name:    "by_name",
		Columns: []store.Column[Account]{column("alias", func(a *Account) string { return a.Alias })},
		Present: func(a *Account) bool { return a.Alias != "" },
	}},
})

// CredentialReport is the newest credential report of an account, or the request for one.
type CredentialReport struct {
	Account   string    `json:"account"`
	Requested time.Time `json:"requested"`
	Generated time.Time `json:"generated,omitzero"` // zero: it is still to be made
	Packed    []byte    `json:"packed,omitempty"`   // CSV, compressed by gzip: that of 5,000 users is longer than a row can be
}

// CredentialReports is the table of credential reports; pending has those that are still to be made. They are not dropped when they expire,
// because AWS tells an expired report from none.
var CredentialReports = store.NewTable("iam_credential_reports", store.Spec[CredentialReport]{
	Key: []store.Column[CredentialReport]{column("account", func(r *CredentialReport) string { return r.Account })},
	Indexes: []store.Index[CredentialReport]{{
		Name:    "pending",
		Columns: []store.Column[CredentialReport]{column("account", func(r *CredentialReport) string { return r.Account })},
		Present: func(r *CredentialReport) bool { return r.Generated.IsZero() },
	}},
	Uncached: true,
})
