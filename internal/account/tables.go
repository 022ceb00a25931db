package account

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// ghostFailure counts failed passwords for a name that nobody has, as User does for a name that somebody has.
type ghostFailure struct {
	PoolID      string    `json:"poolId"`
	Sub         string    `json:"sub"` // derived from the name, which is not stored
	Failures    int       `json:"failures"`
	LockedUntil time.Time `json:"lockedUntil,omitzero"`
	Expires     time.Time `json:"expires"`
}

var ghostFailures = store.NewTable("ghost_failures", store.Spec[ghostFailure]{
	Key: []store.Column[ghostFailure]{
		{Name: "pool_id", Value: func(g *ghostFailure) string { return g.PoolID }},
		{Name: "sub", Value: func(g *ghostFailure) string { return g.Sub }},
	},
	Expires:  func(g *ghostFailure) time.Time { return g.Expires },
	Uncached: true,
})

// Code is the confirmation code in force for one user and purpose, and how many were sent lately.
type Code struct {
	PoolID    string    `json:"poolId"`
	Sub       string    `json:"sub"`
	Kind      CodeKind  `json:"kind"`
	Attribute string    `json:"attribute,omitempty"` // that the code went to: email or phone_number
	Address   []byte    `json:"address,omitempty"`   // keyed hash of where it went: a code proves that address, no later one
	Hash      []byte    `json:"hash"`                // keyed hash
	Until     time.Time `json:"until"`               // end of the code
	Attempts  int       `json:"attempts,omitempty"`  // wrong answers to it
	Sent      int       `json:"sent"`                // codes since Since
	Since     time.Time `json:"since"`
}

var codes = store.NewTable("confirmation_codes", store.Spec[Code]{
	Key: []store.Column[Code]{
		{Name: "pool_id", Value: func(c *Code) string { return c.PoolID }},
		{Name: "sub", Value: func(c *Code) string { return c.Sub }},
		{Name: "kind", Value: func(c *Code) string { return string(c.Kind) }},
	},
	Indexes: []store.Index[Code]{{Name: "by_user", Columns: []store.Column[Code]{
		{Name: "pool_id", Value: func(c *Code) string { return c.PoolID }},
		{Name: "sub", Value: func(c *Code) string { return c.Sub }},
	}}},
	Expires: func(c *Code) time.Time {
		if end := c.Since.Add(SendWindow); end.After(c.Until) {
			return end
		}
		return c.Until
	},
	Uncached: true,
})

// DropCodes takes a user's codes away, when the user goes.
func DropCodes(ctx context.Context, w store.Writer, poolID, sub string) error {
	_, err := codes.DeleteAll(ctx, w, "by_user", poolID, sub)
	return err
}
