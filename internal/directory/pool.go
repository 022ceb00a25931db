package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Pool is a user pool. Its ID is "<region>_<9 letters and digits>" and never reused.
type Pool struct {
	ID         string    `json:"id"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Name       string    `json:"name"`
	Created    time.Time `json:"created"`
	Modified   time.Time `json:"modified"`
	SigningAlg string    `json:"signingAlg"` // RS256 or ES256

	UsernameAttributes []string          `json:"usernameAttributes,omitempty"` // email, phone_number: the sign-in name is that attribute
	AliasAttributes    []string          `json:"aliasAttributes,omitempty"`
	AutoVerified       []string          `json:"autoVerified,omitempty"`
	CaseSensitive      bool              `json:"caseSensitive,omitempty"`
	CaseGiven          bool              `json:"caseGiven,omitempty"` // UsernameConfiguration was given, so it is shown
	Schema             []Attribute       `json:"schema,omitempty"`    // custom attributes and changed standard ones; see Attributes
	Password           PasswordPolicy    `json:"password"`
	AdminCreateOnly    bool              `json:"adminCreateOnly,omitempty"`
	DeletionProtection bool              `json:"deletionProtection,omitempty"`
	Tier               string            `json:"tier,omitempty"` // LITE, ESSENTIALS; a label: no feature depends on it
	Tags               map[string]string `json:"tags,omitempty"`
	Invite             MessageTemplate   `json:"invite"`
	Verification       MessageTemplate   `json:"verification"`
	RecoveryOrder      []string          `json:"recoveryOrder,omitempty"` // verified_email, verified_phone_number, admin_only; empty: phone before e-mail
}

// Attribute is one attribute of a pool's schema. Custom attributes carry their "custom:" or "dev:custom:" prefix.
type Attribute struct {
	Name          string `json:"name"`
	Type          string `json:"type"` // String, Number, DateTime, Boolean
	Mutable       bool   `json:"mutable"`
	Required      bool   `json:"required"`
	DeveloperOnly bool   `json:"developerOnly,omitempty"`
	Min           string `json:"min,omitempty"` // length of a string, value of a number; empty: no bound
	Max           string `json:"max,omitempty"`
}

// PasswordPolicy is what a password must have.
type PasswordPolicy struct {
	MinLength             int  `json:"minLength"`
	Lower                 bool `json:"lower"`
	Upper                 bool `json:"upper"`
	Numbers               bool `json:"numbers"`
	Symbols               bool `json:"symbols"`
	History               int  `json:"history,omitempty"`
	TemporaryValidityDays int  `json:"temporaryValidityDays"`
}

// MessageTemplate is the text of a message; empty parts stand for the defaults.
type MessageTemplate struct {
	Subject string `json:"subject,omitempty"`
	Email   string `json:"email,omitempty"`
	SMS     string `json:"sms,omitempty"`
}

// Pools is the table of user pools.
var Pools = store.NewTable("user_pools", store.Spec[Pool]{
	Key: []store.Column[Pool]{{Name: "id", Value: func(p *Pool) string { return p.ID }}},
	Indexes: []store.Index[Pool]{{Name: "by_region", Columns: []store.Column[Pool]{
		{Name: "account", Value: func(p *Pool) string { return p.Account }},
		{Name: "region", Value: func(p *Pool) string { return p.Region }},
	}}},
})
