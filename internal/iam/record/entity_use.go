package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// UsePeriod is how long a use is remembered: the tracking period of IAM
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html).
const UsePeriod = 400 * 24 * time.Hour

// EntityUse is when an entity last tried to use a service, whether or not it was allowed to.
type EntityUse struct {
	EntityID string    `json:"entityId"` // a user or a role; the account stands for all of its principals together
	Service  string    `json:"service"`  // as actions name it, such as "iam"
	Account  string    `json:"account"`
	At       time.Time `json:"at"`
	Region   string    `json:"region,omitempty"`
	// Actions holds the last use of each action that is tracked, by its name without the service. The row of an account has none.
	Actions map[string]ActionUse `json:"actions,omitempty"`
}

// ActionUse is when and where an action was last tried.
type ActionUse struct {
	At     time.Time `json:"at"`
	Region string    `json:"region,omitempty"`
}

// EntityUses is the table of last uses. The row of an entity that is gone goes when it expires: ids are never used again.
var EntityUses = store.NewTable("iam_entity_uses", store.Spec[EntityUse]{
	Key: []store.Column[EntityUse]{
		column("entity_id", func(u *EntityUse) string { return u.EntityID }),
		column("service", func(u *EntityUse) string { return u.Service }),
	},
	Indexes: []store.Index[EntityUse]{{Name: "by_account", Columns: []store.Column[EntityUse]{
		column("account", func(u *EntityUse) string { return u.Account }),
	}}},
	Expires:  func(u *EntityUse) time.Time { return u.At.Add(UsePeriod) },
	Uncached: true,
})
