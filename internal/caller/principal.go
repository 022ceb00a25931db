package caller

import (
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// Kind says what sort of principal a caller is.
type Kind string

// The kinds of principals.
const (
	Anonymous     Kind = "Anonymous"     // unsigned, or an operation that needs no signature
	Root          Kind = "Account"       // the account itself
	User          Kind = "User"          // an IAM user
	AssumedRole   Kind = "AssumedRole"   // a session of an IAM role
	FederatedUser Kind = "FederatedUser" // a session made by GetFederationToken
)

// Principal is an authenticated caller. The zero value is the anonymous one.
type Principal struct {
	Kind        Kind
	Account     string // 12 digits
	ARN         string // as GetCallerIdentity shows it; for a role session the arn:aws:sts form
	UserID      string // as GetCallerIdentity shows it: AIDA…, the account, or AROA…:session
	Name        string // user name, or role name of a role session
	UniqueID    string // id of the IAM entity, never reused: AIDA…, AROA…, or the account
	EntityARN   string // ARN of the IAM entity: the user's, or the role's of a role session
	AccessKeyID string
	Session     *Session // nil for long-term keys
	Tags        map[string]string
}

// Session is what the session token of temporary credentials says.
type Session struct {
	Name             string
	IssuedAt         time.Time
	RootIssuedAt     time.Time // when the first link of a role chain was issued
	Expires          time.Time
	ChainDepth       int // 0 for credentials that long-term keys or a web identity obtained
	MFAAt            time.Time
	SourceIdentity   string
	Provider         string            // identity provider of a web identity, such as cognito-identity.amazonaws.com
	Tags             map[string]string // session tags
	TransitiveTags   []string
	InlinePolicy     string              // session policy document
	PolicyARNs       []string            // managed session policies
	FederatedContext map[string][]string // condition keys of a web identity, in lower case
	DefaultRegions   bool                // a version 1 token: not good in Regions that an account has to enable
}

// AssumedRoot reports whether the caller is a session of AssumeRoot: that of an account, which a task policy narrows.
func (p *Principal) AssumedRoot() bool {
	return p.Kind == Root && p.Session != nil && len(p.Session.PolicyARNs) > 0
}

// Delegated reports whether the caller is a session that a user, or the root of an account, lets somebody else have (IAM temporary delegation). It has the
// policy that was delegated for its session policy; no other session of a user or a root has one of its own. That of a role is like the role's others.
func (p *Principal) Delegated() bool {
	return (p.Kind == User || p.Kind == Root) && p.Session != nil && p.Session.InlinePolicy != ""
}

// Ask is one thing a request wants to do: an action on a resource.
type Ask struct {
	Action          string // such as "iam:CreateUser"; empty stands for the operation's own action
	Resource        string // ARN; empty stands for "*"
	ResourceAccount string // account that owns the resource; empty stands for the caller's
	ResourcePolicy  *iampolicy.Named
	Trust           bool // ResourcePolicy is a role's trust policy
	Context         iampolicy.MapContext
	Exempt          bool // no permission is needed (GetCallerIdentity)
}
