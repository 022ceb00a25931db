package iampolicy

// Context gives the values of the request's context keys, such as "aws:sourceip".
type Context interface {
	// Lookup returns the values of a key, which is given with its ASCII letters in lower case. ok is false if the request does not have
	// the key. Dates are ISO 8601 or Unix seconds, booleans "true" and "false", binary values base 64. The result is only read.
	Lookup(key string) (values []string, ok bool)
}

// MapContext is a Context from a map whose keys are in lower case.
type MapContext map[string][]string

// Lookup returns the values of key.
func (m MapContext) Lookup(key string) ([]string, bool) {
	values, ok := m[key]
	return values, ok
}

// PrincipalType is the kind of caller. The zero value is the one with the fewest rights.
type PrincipalType uint8

const (
	Anonymous     PrincipalType = iota // nobody: only "*" means them
	AccountRoot                        // the root user of Account
	User                               // an IAM user
	Role                               // a role itself, for simulation: no session
	AssumedRole                        // a session of a role
	FederatedUser                      // a session made by GetFederationToken
	WebIdentity                        // the bearer of an OpenID Connect token who is about to assume a role
	SAMLUser                           // the bearer of a SAML assertion who is about to assume a role
	Service                            // a service of the deployment, such as "ec2.amazonaws.com"
)

// Principal is the authenticated caller of a request.
type Principal struct {
	Type PrincipalType
	// ARN is the caller's own: arn:…:iam::<account>:user/…, …:root, arn:…:sts::<account>:assumed-role/<role>/<session>, ….
	ARN string
	// RoleARN is the IAM ARN of the role, path included, of an AssumedRole.
	RoleARN string
	// UserARN is the IAM ARN of the user who called GetFederationToken, of a FederatedUser.
	UserARN string
	// Account is the twelve-digit account the caller belongs to; empty for Anonymous, WebIdentity, SAMLUser and Service.
	Account string
	// CanonicalID is the canonical user id of Account, if the deployment has such ids.
	CanonicalID string
	// UniqueID is the id of the user ("AIDA…") or role ("AROA…", without session name) behind the caller.
	UniqueID string
	// Federated is the identity provider that vouched for the caller: "cognito-identity.amazonaws.com" or a provider ARN. It is set for
	// WebIdentity and SAMLUser, and may be set for an AssumedRole that came from there.
	Federated string
	// Service is the service's principal name, of a Service.
	Service string
}

// belongs reports whether the caller is of an account, and so has policies of its own.
func (p *Principal) belongs() bool {
	switch p.Type {
	case AccountRoot, User, Role, AssumedRole, FederatedUser:
		return true
	}
	return false
}

// Request is what is to be decided.
type Request struct {
	// Action is one action, such as "s3:GetObject"; case of ASCII letters does not matter.
	Action string
	// Resource is the ARN the action is on, or "*" if it is on none.
	Resource string
	// Principal is the caller.
	Principal Principal
	// ResourceAccount is the account that owns the resource, for an action on none the caller's own. Left empty it is nobody's: then a
	// resource-based policy has to allow too.
	ResourceAccount string
	// Context gives the request's context keys; nil has none.
	Context Context
}

// Type is the kind of policy, as IAM's denial messages call it: "because no <Type> policy allows the … action".
type Type string

// The kinds of policy. A permissions boundary is called so without the word policy.
const (
	IdentityBased       Type = "identity-based"
	ResourceBased       Type = "resource-based"
	Session             Type = "session"
	PermissionsBoundary Type = "permissions boundary"
	ServiceControl      Type = "service control"
)

// Named is a policy and what to call it in a decision.
type Named struct {
	ID     string // ARN or name
	Policy *Policy
}

// ResourceKind says which rules a resource-based policy follows.
type ResourceKind uint8

const (
	OrdinaryResource ResourceKind = iota
	RoleTrust                     // the trust policy of a role: nothing is allowed without it
)

// Set is every policy that applies to a request. Which these are is for the caller to know; all that are given count.
type Set struct {
	// Identity holds the policies of the user and its groups, or of the role.
	Identity []Named
	// Resource is the policy on the resource, nil if it has none. It must have been parsed as TrustPolicy for RoleTrust and as ResourcePolicy
	// otherwise.
	Resource     *Named
	ResourceKind ResourceKind
	// Boundary is the permissions boundary of the user or role, nil if there is none.
	Boundary *Named
	// Session holds the policies passed when the session was made. HasSession says that some were: with HasSession and an empty list
	// nothing is allowed.
	Session    []Named
	HasSession bool
	// ServiceControl holds one list for each level of the organization, from the root down; each level must allow.
	ServiceControl [][]Named
}
