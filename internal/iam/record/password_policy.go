package record

import "github.com/mayfly-id/mayfly/internal/store"

// PasswordPolicy is the password policy that an account has set
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html). An account without one has no row.
type PasswordPolicy struct {
	Account   string `json:"account"`
	Length    int    `json:"length"` // characters at least
	Lower     bool   `json:"lower,omitempty"`
	Upper     bool   `json:"upper,omitempty"`
	Numbers   bool   `json:"numbers,omitempty"`
	Symbols   bool   `json:"symbols,omitempty"`
	OwnChange bool   `json:"ownChange,omitempty"` // users may change their own password without a policy that says so
	MaxAge    int    `json:"maxAge,omitempty"`    // days; 0: passwords do not expire
	Reuse     int    `json:"reuse,omitempty"`     // passwords, the current one first, that must not come again
	Hard      *bool  `json:"hard,omitempty"`      // an expired password is replaced by an administrator only; nil: not said
}

// PasswordPolicies is the table of password policies.
var PasswordPolicies = store.NewTable("iam_password_policies", store.Spec[PasswordPolicy]{
	Key: []store.Column[PasswordPolicy]{column("account", func(p *PasswordPolicy) string { return p.Account })},
})
