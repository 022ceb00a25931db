package organization

import (
	"context"
	"io"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/bounded"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Accounts makes what a new account needs elsewhere.
type Accounts interface {
	// Prepare makes the role with which the management account administers the new account: it has AdministratorAccess and trusts the management
	// account's root. It writes in the caller's transaction, so that no account is there without its role.
	Prepare(ctx context.Context, w store.Writer, account, roleName, management string) error
}

// Sealer seals page tokens.
type Sealer interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Config is what a Service works with. Every field is required but Email, Name and MaxAccounts.
type Config struct {
	Store    *store.DB        // opened with Tables
	Keys     Sealer           // seals page tokens
	Accounts Accounts         // prepares new accounts
	Account  string           // the deployment's own account: 12 digits, the only one that can manage an organization
	Email    string           // address of that account's owner; empty: none is told
	Name     string           // name of that account; empty: none is told
	Trusted  []string         // service principals that act on an organization's trust, such as iam.amazonaws.com
	Now      func() time.Time // the clock
	Random   io.Reader        // draws ids
	// MaxAccounts is the quota of accounts in an organization, the management account among them; 0 is AWS's default, 10.
	MaxAccounts int
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	places   *bounded.Map[accountKey, *place]
	compiled *bounded.Map[compiledKey, *compiled]
}

// New makes a Service.
func New(c Config) *Service {
	if c.MaxAccounts == 0 {
		c.MaxAccounts = defaultAccounts
	}
	return &Service{Config: c, places: bounded.NewMap[accountKey, *place](mostPlaces), compiled: bounded.NewMap[compiledKey, *compiled](mostCompiled)}
}

// Quotas (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html). The last two were doubled in May 2026.
const (
	defaultAccounts = 10
	maxUnits        = 1000
	maxDepth        = 5 // levels of units below the root
	maxPolicies     = 1000
	maxTags         = 50
	maxAttached     = 10     // policies of one type on a root, a unit or an account
	maxPolicySize   = 10_240 // characters, white space among them
)

// now gives the time as it is kept: the protocol tells milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// membership finds the account of the caller and its organization.
func membership(ctx context.Context, r store.Reader, account string) (store.Row[Account], store.Row[Organization], error) {
	var o store.Row[Organization]
	a, err := accounts.Get(ctx, r, account)
	if err != nil {
		return a, o, found(err, notInUse)
	}
	if a.Doc.Org == "" {
		return a, o, notInUse()
	}
	o, err = organizations.Get(ctx, r, a.Doc.Org)
	return a, o, damaged(err)
}

// read runs f on a snapshot for a caller who may read the organization: the management account, or a member that administers a service on its
// behalf (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html).
func (s *Service) read(ctx context.Context, f func(store.Reader, *Organization) error) error {
	return s.Store.View(ctx, func(r store.Reader) error {
		a, o, err := membership(ctx, r, caller.PrincipalFrom(ctx).Account)
		if err != nil {
			return err
		}
		if o.Doc.Management != a.Doc.ID && len(a.Doc.Delegated) == 0 {
			return accessDenied()
		}
		return f(r, &o.Doc)
	})
}

// change runs f in a transaction for the management account, and raises the version of the organization's row, which makes the change seen.
func (s *Service) change(ctx context.Context, f func(store.Writer, *Organization) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		a, o, err := membership(ctx, w, caller.PrincipalFrom(ctx).Account)
		if err != nil {
			return err
		}
		if o.Doc.Management != a.Doc.ID {
			return accessDenied()
		}
		if err := f(w, &o.Doc); err != nil {
			return err
		}
		return organizations.Update(ctx, w, &o)
	})
}

// recognised refuses a service that nothing here acts for: trusting it would be a setting without effect.
func (s *Service) recognised(principal string) error {
	if slices.Contains(s.Trusted, principal) {
		return nil
	}
	return invalid(api.InvalidInputExceptionReasonUnrecognizedServicePrincipal, "You specified an unrecognized service principal.")
}

// given is an optional text; empty texts are left out.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func ptr[T any](v T) *T { return &v }
