package identitypool

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// Login is a verified token or assertion of a user. It may be shared: nothing here changes it.
type Login struct {
	Subject  string         // the user's id at the provider, never empty
	Audience string         // app client or client id that the token is for
	Roles    []string       // ARNs of roles that the token names, such as cognito:roles
	Claims   map[string]any // all claims as JSON gives them; of an assertion, its attributes: a text, or a list of texts
}

// Errors of a Verifier and of Federated.
var (
	ErrBadSignature = errors.New("identitypool: the token's signature, form or issuer is wrong")
	ErrExpired      = errors.New("identitypool: the token has expired")
	ErrRevoked      = errors.New("identitypool: the token was revoked")
	ErrUnreachable  = errors.New("identitypool: the provider's keys cannot be had")
)

// Verifier verifies id tokens of user pools.
type Verifier interface {
	VerifyLogin(ctx context.Context, userPool, token string, revocation bool) (Login, error)
}

// Federated verifies what other providers vouch for: signature, issuer, audience and time. One token comes with several calls (GetId, then
// GetCredentialsForIdentity), so it counts until it expires; an assertion counts once in each operation. Errors: those above; a provider that is not
// registered any more is ErrBadSignature.
type Federated interface {
	// VerifyOIDC verifies an id token of one of IAM's OpenID Connect providers, for one of its client ids.
	VerifyOIDC(ctx context.Context, providerARN, token string) (Login, error)
	// VerifySAML verifies a response (base64) of one of IAM's SAML providers. Roles are those that it names together with this provider.
	VerifySAML(ctx context.Context, providerARN, assertion string) (Login, error)
	// VerifyKnown verifies an id token of a well-known issuer, such as "https://accounts.google.com", for one client id.
	VerifyKnown(ctx context.Context, issuer, clientID, token string) (Login, error)
}

// Role is what is needed of an IAM role.
type Role struct {
	ARN, Name, UniqueID, Account string
	Trust                        *iampolicy.Policy
}

// Roles finds roles by ARN.
type Roles interface {
	LoginRole(ctx context.Context, arn string) (Role, error) // caller.ErrUnknown
}

// Minter makes temporary credentials.
type Minter interface {
	Mint(p caller.Principal) (caller.Credentials, error)
}

// Decisions records what a role's trust policy said, before it takes effect. An error refuses.
type Decisions interface {
	Record(ctx context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error
}

// Sealer seals page tokens and signing keys.
type Sealer interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Service is the identity pools of a deployment. Everything exported is required; it must not be copied.
type Service struct {
	Store     *store.DB
	Random    io.Reader
	Now       func() time.Time
	Account   string // the deployment's, under which the one set of signing keys is kept; pools belong to the account that made them
	Issuer    string // base URL of all issuers, without a slash at the end
	Verifier  Verifier
	Federated Federated
	Roles     Roles
	Minter    Minter
	Decisions Decisions
	Keys      Sealer

	making sync.Mutex // held while the first signing keys are made
	opened sync.Mutex // guards signer
	signer jws.Signer // the private key that signed last
}

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateIdentityPool, s.CreateIdentityPool, s.askCreate),
		wire.Bind(api.DeleteIdentities, s.DeleteIdentities),
		wire.Bind(api.DeleteIdentityPool, s.DeleteIdentityPool, askPool(s, func(in *api.DeleteIdentityPoolInput) string { return in.IdentityPoolId })),
		wire.Bind(api.DescribeIdentity, s.DescribeIdentity, s.askIdentity),
		wire.Bind(api.DescribeIdentityPool, s.DescribeIdentityPool, askPool(s, func(in *api.DescribeIdentityPoolInput) string { return in.IdentityPoolId })),
		wire.Bind(api.GetCredentialsForIdentity, s.GetCredentialsForIdentity),
		wire.Bind(api.GetId, s.GetId),
		wire.Bind(api.GetIdentityPoolRoles, s.GetIdentityPoolRoles, askPool(s, func(in *api.GetIdentityPoolRolesInput) string { return in.IdentityPoolId })),
		wire.Bind(api.GetOpenIdToken, s.GetOpenIdToken),
		wire.Bind(api.GetOpenIdTokenForDeveloperIdentity, s.GetOpenIdTokenForDeveloperIdentity,
			askPool(s, func(in *api.GetOpenIdTokenForDeveloperIdentityInput) string { return in.IdentityPoolId })),
		wire.Bind(api.GetPrincipalTagAttributeMap, s.GetPrincipalTagAttributeMap,
			askPool(s, func(in *api.GetPrincipalTagAttributeMapInput) string { return in.IdentityPoolId })),
		wire.Bind(api.ListIdentities, s.ListIdentities, askPool(s, func(in *api.ListIdentitiesInput) string { return in.IdentityPoolId })),
		wire.Bind(api.ListIdentityPools, s.ListIdentityPools),
		wire.Bind(api.ListTagsForResource, s.ListTagsForResource, s.askListTags),
		wire.Bind(api.LookupDeveloperIdentity, s.LookupDeveloperIdentity,
			askPool(s, func(in *api.LookupDeveloperIdentityInput) string { return in.IdentityPoolId })),
		wire.Bind(api.MergeDeveloperIdentities, s.MergeDeveloperIdentities,
			askPool(s, func(in *api.MergeDeveloperIdentitiesInput) string { return in.IdentityPoolId })),
		wire.Bind(api.SetIdentityPoolRoles, s.SetIdentityPoolRoles, s.askSetRoles),
		wire.Bind(api.SetPrincipalTagAttributeMap, s.SetPrincipalTagAttributeMap,
			askPool(s, func(in *api.SetPrincipalTagAttributeMapInput) string { return in.IdentityPoolId })),
		wire.Bind(api.TagResource, s.TagResource, s.askTag),
		wire.Bind(api.UnlinkDeveloperIdentity, s.UnlinkDeveloperIdentity,
			askPool(s, func(in *api.UnlinkDeveloperIdentityInput) string { return in.IdentityPoolId })),
		wire.Bind(api.UnlinkIdentity, s.UnlinkIdentity),
		wire.Bind(api.UntagResource, s.UntagResource, s.askUntag),
		wire.Bind(api.UpdateIdentityPool, s.UpdateIdentityPool, s.askUpdate),
	}
}

// notImplemented refuses what an input asks for and this server cannot honour.
var notImplemented = &wire.ErrorType{Name: "NotImplementedException", Code: "NotImplementedException", Status: 501, Server: true}

func noPool(id string) error {
	return api.ResourceNotFoundException.New("IdentityPool '%s' not found.", id)
}

func noIdentity(id string) error {
	return api.ResourceNotFoundException.New("Identity '%s' not found.", id)
}

func forbidden(id string) error {
	return api.NotAuthorizedException.New("Access to Identity '%s' is forbidden.", id)
}

// found turns store.ErrNotFound into the error of an operation, and leaves others as they are.
func found(err, absent error) error {
	if errors.Is(err, store.ErrNotFound) {
		return absent
	}
	return err
}

// accountOf is the account of a signed caller: the only one whose pools it sees and touches.
func accountOf(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// ownPool finds a pool of the caller's account; another account's is as if it did not exist. It is for signed operations. The answer is shared with
// other requests.
func (s *Service) ownPool(ctx context.Context, id string) (*Pool, error) {
	p, err := s.pool(ctx, id)
	if err == nil && p.Account != accountOf(ctx) {
		return nil, noPool(id)
	}
	return p, err
}

// pool finds a pool of any account, for operations that need no signature. The answer is shared with other requests.
func (s *Service) pool(ctx context.Context, id string) (*Pool, error) {
	row, err := pools.GetCached(ctx, s.Store, id)
	if err != nil {
		return nil, found(err, noPool(id))
	}
	return &row.Doc, nil
}

// identity reads an identity of the pool.
func (p *Pool) identity(ctx context.Context, r store.Reader, id string) (store.Row[Identity], error) {
	row, err := identities.Get(ctx, r, id)
	if err == nil && row.Doc.PoolID != p.ID {
		err = store.ErrNotFound
	}
	return row, found(err, noIdentity(id))
}

// identity finds an identity and its pool. The answers are shared with other requests.
func (s *Service) identity(ctx context.Context, id string) (*Identity, *Pool, error) {
	row, err := identities.GetCached(ctx, s.Store, id)
	if err != nil {
		return nil, nil, found(err, noIdentity(id))
	}
	p, err := s.pool(ctx, row.Doc.PoolID)
	if err != nil {
		return nil, nil, err
	}
	return &row.Doc, p, nil
}
