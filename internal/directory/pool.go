package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Pool is a user pool. Its ID is "<region>_<9 letters and digits>", or of up to 55 characters where it was chosen, and no other account's ever after.
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
	Tier               string            `json:"tier,omitempty"` // LITE, ESSENTIALS, PLUS: what may be switched on
	Tags               map[string]string `json:"tags,omitempty"`
	Invite             MessageTemplate   `json:"invite"`
	Verification       MessageTemplate   `json:"verification"`
	RecoveryOrder      []string          `json:"recoveryOrder,omitempty"` // verified_email, verified_phone_number, admin_only; empty: phone before e-mail

	VerifyByLink       bool           `json:"verifyByLink,omitempty"`       // sign-up codes go out as links: CONFIRM_WITH_LINK
	LinkSubject        string         `json:"linkSubject,omitempty"`        // EmailSubjectByLink
	LinkMessage        string         `json:"linkMessage,omitempty"`        // EmailMessageByLink, with {##text##} around the link's text
	SMSAuthMessage     string         `json:"smsAuthMessage,omitempty"`     // text of one-time codes by SMS, with {####}
	VerifyBeforeUpdate []string       `json:"verifyBeforeUpdate,omitempty"` // AttributesRequireVerificationBeforeUpdate: email, phone_number
	MFA                MFAConfig      `json:"mfa,omitzero"`
	FirstFactors       []string       `json:"firstFactors,omitempty"` // AllowedFirstAuthFactors: PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN; empty: PASSWORD
	WebAuthn           WebAuthnConfig `json:"webAuthn,omitzero"`
	Devices            *DeviceConfig  `json:"devices,omitempty"` // nil: devices are not tracked
	Triggers           Triggers       `json:"triggers,omitzero"`
	EmailConfig        *EmailConfig   `json:"emailConfig,omitempty"`
	SMSConfig          *SMSConfig     `json:"smsConfig,omitempty"`
	AddOns             AddOns         `json:"addOns,omitzero"`
}

// MFAConfig is the multi-factor configuration of a pool
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolMfaConfig.html).
type MFAConfig struct {
	Mode         string `json:"mode,omitempty"` // ON, OPTIONAL; empty: OFF
	SMS          bool   `json:"sms,omitempty"`
	TOTP         bool   `json:"totp,omitempty"`
	Email        bool   `json:"email,omitempty"`
	EmailMessage string `json:"emailMessage,omitempty"` // of EmailMfaConfiguration, with {####}
	EmailSubject string `json:"emailSubject,omitempty"`
}

// WebAuthnConfig says how passkeys of a pool are made and used. RelyingPartyID empty: the host of the server's URL.
type WebAuthnConfig struct {
	RelyingPartyID   string `json:"relyingPartyId,omitempty"`
	UserVerification string `json:"userVerification,omitempty"` // required or preferred; empty: preferred
	Factor           string `json:"factor,omitempty"`           // SINGLE_FACTOR or MULTI_FACTOR_WITH_USER_VERIFICATION; empty: SINGLE_FACTOR
}

// DeviceConfig says how devices are remembered
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html).
type DeviceConfig struct {
	ChallengeOnNew bool `json:"challengeOnNew,omitempty"` // ChallengeRequiredOnNewDevice: a remembered device stands in for MFA
	OnPrompt       bool `json:"onPrompt,omitempty"`       // DeviceOnlyRememberedOnUserPrompt: the user decides, by UpdateDeviceStatus
}

// Triggers is the LambdaConfig of a pool: ARNs of functions; empty: none.
type Triggers struct {
	PreSignUp, PostConfirmation, PreAuthentication, PostAuthentication                   string
	DefineAuthChallenge, CreateAuthChallenge, VerifyAuthChallengeResponse                string
	PreTokenGeneration, UserMigration, CustomMessage, InboundFederation                  string
	PreTokenGenerationVersion, InboundFederationVersion                                  string // V1_0, V2_0, V3_0
	CustomEmailSender, CustomEmailSenderVersion, CustomSMSSender, CustomSMSSenderVersion string
	KMSKeyID                                                                             string
}

// EmailConfig is the EmailConfiguration of a pool. From and ReplyTo are used by the server's own mail gateway.
type EmailConfig struct {
	Account          string `json:"account,omitempty"` // COGNITO_DEFAULT or DEVELOPER
	SourceARN        string `json:"sourceArn,omitempty"`
	From             string `json:"from,omitempty"`
	ReplyTo          string `json:"replyTo,omitempty"`
	ConfigurationSet string `json:"configurationSet,omitempty"`
}

// SMSConfig is the SmsConfiguration of a pool.
type SMSConfig struct {
	CallerARN  string `json:"callerArn"`
	ExternalID string `json:"externalId,omitempty"`
	Region     string `json:"region,omitempty"`
}

// AddOns is the UserPoolAddOns of a pool: OFF, AUDIT or ENFORCED; empty: not given.
type AddOns struct {
	SecurityMode   string `json:"securityMode,omitempty"`
	CustomAuthMode string `json:"customAuthMode,omitempty"`
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
