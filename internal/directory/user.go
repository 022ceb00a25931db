package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Status of a user, as Cognito names it.
type Status string

// The statuses (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html).
const (
	Unconfirmed         Status = "UNCONFIRMED"
	Confirmed           Status = "CONFIRMED"
	ResetRequired       Status = "RESET_REQUIRED"
	ForceChangePassword Status = "FORCE_CHANGE_PASSWORD"
	ExternalProvider    Status = "EXTERNAL_PROVIDER" // signs in through another provider; has no password
)

// User is a user of a pool. Sub is a random UUID and never reused. Username is the name as it was given; where the pool's sign-in name is an
// attribute, it is the sub.
type User struct {
	PoolID     string            `json:"poolId"`
	Sub        string            `json:"sub"`
	Username   string            `json:"username"`
	Canonical  string            `json:"canonical"` // Username as the pool compares it
	Status     Status            `json:"status"`
	Enabled    bool              `json:"enabled"`
	Created    time.Time         `json:"created"`
	Modified   time.Time         `json:"modified"`
	Attributes map[string]string `json:"attributes,omitempty"` // all but sub; with email_verified and phone_number_verified

	// SealedVerifier is the SRP verifier (16-byte salt ‖ 384-byte value), sealed: purpose at-rest/srp-verifier, tenant PoolID, row Sub. Empty: no password.
	// The user id that goes into the verifier is the user's Username: what USER_ID_FOR_SRP says.
	SealedVerifier  []byte    `json:"sealedVerifier,omitempty"`
	PasswordSet     time.Time `json:"passwordSet,omitzero"`
	TemporaryUntil  time.Time `json:"temporaryUntil,omitzero"`   // end of a temporary password's life
	PasswordHistory [][]byte  `json:"passwordHistory,omitempty"` // sealed verifiers, newest first
	SignedOutAt     time.Time `json:"signedOutAt,omitzero"`      // tokens of sign-ins before it are revoked
	Failures        int       `json:"failures,omitempty"`        // failed passwords in a row
	LockedUntil     time.Time `json:"lockedUntil,omitzero"`
	EmailAlias      string    `json:"emailAlias,omitempty"` // canonical e-mail when it names the user at sign-in; else empty
	PhoneAlias      string    `json:"phoneAlias,omitempty"`
	PreferredAlias  string    `json:"preferredAlias,omitempty"`

	TOTP       *TOTP             `json:"totp,omitempty"`
	MFA        Preference        `json:"mfa,omitzero"`
	MFAOptions []string          `json:"mfaOptions,omitempty"` // legacy SetUserSettings: attributes that take SMS codes; phone_number only
	Pending    map[string]string `json:"pending,omitempty"`    // new email and phone_number that wait for their code (verify before update)
	Identities []Identity        `json:"identities,omitempty"` // users of other providers who are this user
}

// Preference is the MFA preference of a user: what is enabled, and which is asked for first.
type Preference struct {
	SMS       bool   `json:"sms,omitempty"`
	TOTP      bool   `json:"totp,omitempty"`
	Email     bool   `json:"email,omitempty"`
	WebAuthn  bool   `json:"webAuthn,omitempty"`
	Preferred string `json:"preferred,omitempty"` // SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP or WEB_AUTHN_MFA, as UserMFASettingList spells them
}

// List is what is enabled, as UserMFASettingList spells it; nil: nothing.
func (m Preference) List() []string {
	var out []string
	for _, f := range []struct {
		name    string
		enabled bool
	}{{"SMS_MFA", m.SMS}, {"SOFTWARE_TOKEN_MFA", m.TOTP}, {"EMAIL_OTP", m.Email}, {"WEB_AUTHN_MFA", m.WebAuthn}} {
		if f.enabled {
			out = append(out, f.name)
		}
	}
	return out
}

// TOTP is the software token of a user (RFC 6238: SHA-1, 30 seconds, six digits).
type TOTP struct {
	Sealed   []byte `json:"sealed,omitempty"`   // seed in force: purpose at-rest/totp-seed, tenant PoolID, row "users", Sub, "totp"; empty: none yet
	Verified bool   `json:"verified,omitempty"` // Sealed is there and has proved itself by a code
	Step     int64  `json:"step,omitempty"`     // last step that was accepted; no step is accepted twice
	Name     string `json:"name,omitempty"`     // FriendlyDeviceName
	Pending  []byte `json:"pending,omitempty"`  // seed that waits for its first code, sealed as Sealed is; the one in force stays so until then
}

// Identity is a user of another identity provider who is this user (the "identities" attribute).
type Identity struct {
	Provider string    `json:"provider"`       // ProviderName
	Type     string    `json:"type"`           // SAML, OIDC, Facebook, Google, LoginWithAmazon, SignInWithApple
	UserID   string    `json:"userId"`         // the provider's name of the user
	Name     string    `json:"name,omitempty"` // ProviderAttributeName when it is not the subject
	Primary  bool      `json:"primary,omitempty"`
	Linked   time.Time `json:"linked"`
}

func userColumn(name string, value func(*User) string) store.Column[User] {
	return store.Column[User]{Name: name, Value: value}
}

var poolOf = userColumn("pool_id", func(u *User) string { return u.PoolID })

func alias(name string, value func(*User) string) store.Index[User] {
	return store.Index[User]{Name: "by_" + name, Columns: []store.Column[User]{poolOf, userColumn(name, value)}, Present: func(u *User) bool { return value(u) != "" }}
}

// Users is the table of users.
var Users = store.NewTable("users", store.Spec[User]{
	Key: []store.Column[User]{poolOf, userColumn("sub", func(u *User) string { return u.Sub })},
	Unique: []store.Index[User]{
		{Name: "by_username", Columns: []store.Column[User]{poolOf, userColumn("username", func(u *User) string { return u.Canonical })}},
		alias("email_alias", func(u *User) string { return u.EmailAlias }),
		alias("phone_alias", func(u *User) string { return u.PhoneAlias }),
		alias("preferred_alias", func(u *User) string { return u.PreferredAlias }),
	},
	Indexes: []store.Index[User]{
		alias("email", func(u *User) string { return u.Attributes["email"] }),
		alias("phone_number", func(u *User) string { return u.Attributes["phone_number"] }),
		alias("status", func(u *User) string { return string(u.Status) }),
	},
})
