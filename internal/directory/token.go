package directory

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Why a token is not accepted. Errors match one of these, or are a failure of the server's own.
var (
	ErrTokenInvalid = errors.New("invalid token")
	ErrTokenExpired = errors.New("expired token")
	ErrTokenRevoked = errors.New("revoked token")
	ErrTokenReused  = errors.New("refresh token used again after it was replaced")
	ErrUserGone     = errors.New("the user of the token is gone")
	ErrUserDisabled = errors.New("the user of the token is disabled")
)

// Token is a token as a client holds it. It prints redacted.
type Token string

// String keeps the token out of logs.
func (Token) String() string { return "[redacted]" }

// GoString keeps the token out of logs.
func (Token) GoString() string { return "[redacted]" }

// Grant is a user who has proved who they are to a client of a pool.
type Grant struct {
	Pool      *Pool
	Client    *Client
	User      *User
	Source    string            // trigger source of the tokens, such as TokenGeneration_Authentication; empty: that one
	DeviceKey string            // of a tracked device; it goes into the tokens and stays with the sign-in
	Metadata  map[string]string // ClientMetadata of the request, for the pre token generation trigger
}

// Tokens is what a client gets for a grant.
type Tokens struct {
	Access  Token
	ID      Token
	Refresh Token         // empty: the client keeps the one it has
	Life    time.Duration // of the access token
}

// ScopeUser is the scope of access tokens that a user's own sign-in gives, and that the operations on oneself need. A pre token generation trigger
// may take it away
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html).
const ScopeUser = "aws.cognito.signin.user.admin"

// AccessClaims is what a verified access token says.
type AccessClaims struct {
	PoolID   string
	ClientID string
	Sub      string
	Username string
	Scope    string   // with blanks between scopes; see HasScope
	Groups   []string // by precedence; shared: not to be changed
	Family   string   // origin_jti: the sign-in it comes from; empty when the client has no token revocation
	Device   string   // device_key; empty when the sign-in is of no tracked device
	AuthTime time.Time
	IssuedAt time.Time
	Expires  time.Time
}

// HasScope tells whether the token grants a scope, compared as it is (RFC 6749 section 3.3).
func (c *AccessClaims) HasScope(scope string) bool {
	for one := range strings.SplitSeq(c.Scope, " ") {
		if one == scope && one != "" {
			return true
		}
	}
	return false
}

// IDClaims is what a verified id token says.
type IDClaims struct {
	PoolID   string
	Issuer   string
	ClientID string // aud
	Sub      string
	Username string
	Groups   []string // by precedence; shared: not to be changed
	Family   string   // origin_jti; empty when the client has no token revocation
	AuthTime time.Time
	IssuedAt time.Time
	Expires  time.Time
	All      map[string]any // every claim, as JSON decodes it; shared: not to be changed
}

// Readable tells whether tokens and users of the client see an attribute. A client that lists none sees all.
func (c *Client) Readable(attribute string) bool {
	return len(c.ReadAttributes) == 0 || attribute == "sub" || slices.Contains(c.ReadAttributes, attribute)
}
