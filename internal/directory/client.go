package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Client is an app client. Its ID is 26 lower-case letters and digits, unless it was chosen (1 to 128 of [\w+]), and not reused while its pool lives.
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

	SecretCreated    time.Time      `json:"secretCreated,omitzero"` // when SealedSecret was made; zero: with the client
	MoreSecrets      []ClientSecret `json:"moreSecrets,omitempty"`  // beside SealedSecret, for rotation; each counts
	OAuth            *OAuth         `json:"oauth,omitempty"`
	Analytics        *Analytics     `json:"analytics,omitempty"`
	PropagateContext bool           `json:"propagateContext,omitempty"` // EnablePropagateAdditionalUserContextData
}

// ClientSecret is a further secret of a client.
type ClientSecret struct {
	ID      string    `json:"id"` // "<client id>--<milliseconds since 1970>"
	Created time.Time `json:"created"`
	Sealed  []byte    `json:"sealed"` // purpose at-rest/client-secret, tenant PoolID, row "user_pool_clients", client id, "secret:"+ID
}

// OAuth is what the sign-in pages and the token endpoint take of a client.
type OAuth struct {
	Enabled         bool     `json:"enabled,omitempty"` // AllowedOAuthFlowsUserPoolClient
	Flows           []string `json:"flows,omitempty"`   // code, implicit, client_credentials
	Scopes          []string `json:"scopes,omitempty"`
	CallbackURLs    []string `json:"callbackUrls,omitempty"`
	LogoutURLs      []string `json:"logoutUrls,omitempty"`
	DefaultRedirect string   `json:"defaultRedirect,omitempty"`
}

// Analytics is the AnalyticsConfiguration of a client.
type Analytics struct {
	ApplicationID  string `json:"applicationId,omitempty"`
	ApplicationARN string `json:"applicationArn,omitempty"`
	RoleARN        string `json:"roleArn,omitempty"`
	ExternalID     string `json:"externalId,omitempty"`
	ShareUserData  bool   `json:"shareUserData,omitempty"`
}

// Clients is the table of app clients.
var Clients = store.NewTable("user_pool_clients", store.Spec[Client]{
	Key: []store.Column[Client]{{Name: "id", Value: func(c *Client) string { return c.ID }}},
	Indexes: []store.Index[Client]{{Name: "by_pool", Columns: []store.Column[Client]{
		{Name: "pool_id", Value: func(c *Client) string { return c.PoolID }},
		{Name: "name", Value: func(c *Client) string { return c.Name }},
	}}},
})
