package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Client is an app client. Its ID is 26 lower-case letters and digits and never reused.
type Client struct {
	ID       string    `json:"id"`
	PoolID   string    `json:"poolId"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`

	SealedSecret     []byte        `json:"sealedSecret,omitempty"` // purpose at-rest/client-secret, tenant PoolID
	Flows            []string      `json:"flows"`                  // flows in force, as ALLOW_… values
	GivenFlows       []string      `json:"givenFlows,omitempty"`   // ExplicitAuthFlows as the administrator wrote them; empty: the defaults
	Providers        []string      `json:"providers,omitempty"`    // SupportedIdentityProviders
	ReadAttributes   []string      `json:"readAttributes,omitempty"`
	WriteAttributes  []string      `json:"writeAttributes,omitempty"`
	PreventExistence bool          `json:"preventExistence"` // PreventUserExistenceErrors ENABLED
	AccessLife       time.Duration `json:"accessLife"`
	IDLife           time.Duration `json:"idLife"`
	RefreshLife      time.Duration `json:"refreshLife"`
	AccessGiven      bool          `json:"accessGiven,omitempty"` // the administrator wrote it, so it is shown
	IDGiven          bool          `json:"idGiven,omitempty"`
	AccessUnit       string        `json:"accessUnit,omitempty"` // as the administrator wrote it: seconds, minutes, hours, days
	IDUnit           string        `json:"idUnit,omitempty"`
	RefreshUnit      string        `json:"refreshUnit,omitempty"`
	Revocation       bool          `json:"revocation"` // EnableTokenRevocation: tokens carry origin_jti and jti
	ExistenceGiven   bool          `json:"existenceGiven,omitempty"`
	Rotation         bool          `json:"rotation,omitempty"`
	RotationGrace    time.Duration `json:"rotationGrace,omitempty"`
	ChallengeLife    time.Duration `json:"challengeLife"` // AuthSessionValidity
}

// Clients is the table of app clients.
var Clients = store.NewTable("user_pool_clients", store.Spec[Client]{
	Key: []store.Column[Client]{{Name: "id", Value: func(c *Client) string { return c.ID }}},
	Indexes: []store.Index[Client]{{Name: "by_pool", Columns: []store.Column[Client]{
		{Name: "pool_id", Value: func(c *Client) string { return c.PoolID }},
		{Name: "name", Value: func(c *Client) string { return c.Name }},
	}}},
})
