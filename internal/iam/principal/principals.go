package principal

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/bounded"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Opener opens sealed secrets.
type Opener interface {
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Uses notes the use of access keys without waiting for a write.
type Uses interface {
	Used(ctx context.Context, id, service, region string, at time.Time)
}

// Config is what Principals works with. Every field is required.
type Config struct {
	Store *store.DB // opened with record.Tables
	Keys  Opener    // opens the secrets of access keys
	Uses  Uses      // is told of every use of an access key
}

// Principals answers from cached rows. It is safe for concurrent use.
type Principals struct {
	db       *store.DB
	keys     Opener
	uses     Uses
	compiler compiler
	users    *bounded.Map[entityID, *entity[record.User]]
	roles    *bounded.Map[entityID, *entity[record.Role]]
}

// New makes Principals.
func New(c Config) *Principals {
	return &Principals{
		db: c.Store, keys: c.Keys, uses: c.Uses,
		compiler: compiler{bounded.NewMap[compiledKey, *iampolicy.Policy](mostPolicies)},
		users:    bounded.NewMap[entityID, *entity[record.User]](mostEntities),
		roles:    bounded.NewMap[entityID, *entity[record.Role]](mostEntities),
	}
}

// unknown turns store.ErrNotFound into caller.ErrUnknown.
func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return caller.ErrUnknown
	}
	return err
}

// AccessKey gives what a long-term access key stands for. caller.ErrUnknown when there is no such key, or its user is gone.
func (s *Principals) AccessKey(ctx context.Context, id string) (caller.Key, error) {
	row, err := record.AccessKeys.GetCached(ctx, s.db, id)
	if err != nil {
		return caller.Key{}, unknown(err)
	}
	k := &row.Doc
	out := caller.Key{Active: k.Active}
	if k.Owner == k.Account {
		out.Principal = root(k.Account)
	} else if out.Principal, err = s.userPrincipal(ctx, k.Account, k.Owner); err != nil {
		return caller.Key{}, err
	}
	out.Principal.AccessKeyID = id
	if !k.Active {
		return out, nil // nobody needs the secret
	}
	secret, err := s.keys.Open(ctx, seal.AccessKeySecret, k.Account, k.Sealed, k.SecretAAD())
	if err != nil {
		return caller.Key{}, err
	}
	out.Secret = caller.Secret(secret)
	return out, nil
}

// Used notes the use of an access key.
func (s *Principals) Used(ctx context.Context, id, service, region string, at time.Time) {
	s.uses.Used(ctx, id, service, region, at)
}

// KeyAccount gives the account of a long-term access key. caller.ErrUnknown when there is no such key.
func (s *Principals) KeyAccount(ctx context.Context, id string) (string, error) {
	row, err := record.AccessKeys.GetCached(ctx, s.db, id)
	if err != nil {
		return "", unknown(err)
	}
	return row.Doc.Account, nil
}

// Entity gives the IAM entity behind a session as it is now, without its session: the user, the role, or the account. Behind a federated
// user is the user, or the account, that called GetFederationToken. caller.ErrUnknown when it is gone.
func (s *Principals) Entity(ctx context.Context, kind caller.Kind, account, uniqueID string) (caller.Principal, error) {
	switch kind {
	case caller.AssumedRole:
		return s.rolePrincipal(ctx, account, uniqueID)
	case caller.Root, caller.FederatedUser:
		if uniqueID == account && account != "" {
			p := root(account)
			p.Kind = kind
			return p, nil
		}
		if kind == caller.Root {
			return caller.Principal{}, caller.ErrUnknown
		}
	case caller.User:
	default:
		return caller.Principal{}, caller.ErrUnknown
	}
	p, err := s.userPrincipal(ctx, account, uniqueID)
	p.Kind = kind
	return p, err
}

// root is the account itself.
func root(account string) caller.Principal {
	arn := record.RootARN(account)
	return caller.Principal{Kind: caller.Root, Account: account, ARN: arn, UserID: account, UniqueID: account, EntityARN: arn}
}

// userPrincipal gives a user. Its tags are shared with the cached row.
func (s *Principals) userPrincipal(ctx context.Context, account, id string) (caller.Principal, error) {
	e, err := s.user(ctx, account, id)
	if err != nil {
		return caller.Principal{}, err
	}
	return e.principal, nil
}

// rolePrincipal gives a role. Its tags are shared with the cached row.
func (s *Principals) rolePrincipal(ctx context.Context, account, id string) (caller.Principal, error) {
	e, err := s.role(ctx, account, id)
	if err != nil {
		return caller.Principal{}, err
	}
	return e.principal, nil
}
