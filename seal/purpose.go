package seal

// Purpose separates keys: what is sealed or hashed for one purpose means nothing for any other. The values are
// part of the format: changing one orphans everything sealed under it.
type Purpose string

// At rest: secrets in the store.
const (
	AccessKeySecret Purpose = "at-rest/access-key-secret" // long-term secret access keys
	SRPVerifier     Purpose = "at-rest/srp-verifier"
	TOTPSeed        Purpose = "at-rest/totp-seed"
	PasswordHash    Purpose = "at-rest/password-hash" // of IAM users
	ClientSecret    Purpose = "at-rest/client-secret"
	PrivateKey      Purpose = "at-rest/private-keys" // token signers, SAML keys
	Webhook         Purpose = "at-rest/webhook+scim" // secrets of webhooks and SCIM tokens
)

// Sealed handles: carried by clients.
const (
	STSSession    Purpose = "seal/sts-session"
	AuthChallenge Purpose = "seal/auth-challenge"
	PageToken     Purpose = "seal/page-token"
	AuthzMessage  Purpose = "seal/authz-message" // encoded authorization messages
	IMDSToken     Purpose = "seal/imds-token"
	ConsoleCookie Purpose = "seal/console-cookie"
)

// Keyed hashes and pseudo-random values.
const (
	RefreshToken Purpose = "mac/refresh"
	Code         Purpose = "mac/code" // authorization, device and confirmation codes
	AuditChain   Purpose = "mac/audit-chain"
	GuardedRow   Purpose = "mac/guarded-row"
	FakeUser     Purpose = "prf/fake-user" // salt, id and verifier of users that do not exist
)
