package identitypool

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// Login is a verified token of a user.
type Login struct {
	Subject  string   // the user's sub
	Audience string   // app client
	Roles    []string // cognito:roles
}

// Errors of a Verifier.
var (
	ErrBadSignature = errors.New("identitypool: the token's signature, form or issuer is wrong")
	ErrExpired      = errors.New("identitypool: the token has expired")
	ErrRevoked      = errors.New("identitypool: the token was revoked")
)

// Verifier verifies id tokens of user pools.
type Verifier interface {
	VerifyLogin(ctx context.Context, userPool, token string, revocation bool) (Login, error)
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

// Sealer seals page tokens.
type Sealer interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Service is the identity pools of a deployment.
type Service struct {
	Store    *store.DB
	Random   io.Reader
	Account  string
	Issuer   string // base URL of the pools' issuers, without a slash at the end
	Verifier Verifier
	Roles    Roles
	Minter   Minter
	Keys     Sealer
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
		wire.Bind(api.ListIdentities, s.ListIdentities, askPool(s, func(in *api.ListIdentitiesInput) string { return in.IdentityPoolId })),
		wire.Bind(api.ListIdentityPools, s.ListIdentityPools),
		wire.Bind(api.SetIdentityPoolRoles, s.SetIdentityPoolRoles, s.askSetRoles),
		wire.Bind(api.UpdateIdentityPool, s.UpdateIdentityPool, askPool(s, func(in *api.IdentityPool) string { return in.IdentityPoolId })),
	}
}

var (
	notImplemented = &wire.ErrorType{Name: "NotImplementedException", Code: "NotImplementedException", Status: 501, Server: true}
)

// askPool gives the authorization entry of an operation on one pool.
func askPool[In any](s *Service, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		return s.ask(ctx, id(in)), nil
	}
}

func (s *Service) ask(ctx context.Context, poolID string) []caller.Ask {
	region, _, _ := strings.Cut(poolID, ":")
	if region == "" {
		region = caller.RequestFrom(ctx).Region
	}
	return []caller.Ask{{Resource: "arn:aws:cognito-identity:" + region + ":" + s.Account + ":identitypool/" + poolID}}
}

func (s *Service) askCreate(_ context.Context, in *api.CreateIdentityPoolInput) ([]caller.Ask, error) {
	c := iampolicy.MapContext{}
	for k, v := range in.IdentityPoolTags {
		c["aws:requesttag/"+caller.Fold(k)] = []string{v}
		c["aws:tagkeys"] = append(c["aws:tagkeys"], k)
	}
	return []caller.Ask{{Context: c}}, nil
}

// askSetRoles asks for the pool, and for each role to be handed to it: who sets a role can have its credentials
// (https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html#granting-pass-role-permission).
func (s *Service) askSetRoles(ctx context.Context, in *api.SetIdentityPoolRolesInput) ([]caller.Ask, error) {
	asks := s.ask(ctx, in.IdentityPoolId)
	for _, kind := range slices.Sorted(maps.Keys(in.Roles)) {
		role := in.Roles[kind]
		ask := caller.Ask{Action: "iam:PassRole", Resource: role, Context: iampolicy.MapContext{"iam:passedtoservice": {providerName}}}
		if parsed, err := arn.Parse(role); err == nil {
			ask.ResourceAccount = parsed.AccountID
		}
		asks = append(asks, ask)
	}
	return asks, nil
}

func (s *Service) askIdentity(ctx context.Context, in *api.DescribeIdentityInput) ([]caller.Ask, error) {
	i, err := identities.GetCached(ctx, s.Store, in.IdentityId)
	if errors.Is(err, store.ErrNotFound) {
		return []caller.Ask{{}}, nil
	}
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, i.Doc.PoolID), nil
}

func noPool(id string) error {
	return api.ResourceNotFoundException.New("IdentityPool '%s' not found.", id)
}

// pool finds a pool of this account; to others it does not exist.
func (s *Service) pool(ctx context.Context, id string) (*Pool, error) {
	row, err := pools.GetCached(ctx, s.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noPool(id)
	}
	if err != nil {
		return nil, err
	}
	return &row.Doc, nil
}
