package account

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Roles shows roles of the caller's account.
type Roles interface {
	GetRole(ctx context.Context, in *iamapi.GetRoleRequest) (*iamapi.GetRoleResponse, error)
}

// Profiles lists the instance profiles of a role of the caller's account.
type Profiles interface {
	ListInstanceProfilesForRole(ctx context.Context, in *iamapi.ListInstanceProfilesForRoleRequest) (*iamapi.ListInstanceProfilesForRoleResponse, error)
}

// KeyUses knows when access keys were last used. false: never.
type KeyUses interface {
	Last(ctx context.Context, accessKeyID string) (record.KeyUse, bool, error)
}

// Issuers makes issuers of web identity tokens.
type Issuers interface {
	// NewIssuer makes an issuer; insert stores it in the transaction that gives it to an account.
	NewIssuer() (id string, insert func(context.Context, store.Writer) error, err error)
	IssuerURL(id string) string
}

// Organization is what root access needs of an organization.
type Organization struct {
	ID                string // o-…
	ManagementAccount string
	AllFeatures       bool     // it is not for billing alone
	TrustsIAM         bool     // trusted access of iam.amazonaws.com is enabled
	DelegatedAdmins   []string // accounts that are delegated administrators for iam.amazonaws.com
}

// Organizations finds the organization of an account. caller.ErrUnknown when it is in none.
type Organizations interface {
	Organization(ctx context.Context, account string) (Organization, error)
}

// Config is what the service works with. Every field is required.
type Config struct {
	Store         *store.DB        // opened with record.Tables
	Keys          edge.Sealer      // seals the markers of lists
	Now           func() time.Time // the clock of reports
	Roles         Roles
	Profiles      Profiles
	Uses          KeyUses
	Issuers       Issuers
	Organizations Organizations
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	keys     edge.Sealer
	now      func() time.Time
	roles    Roles
	profiles Profiles
	uses     KeyUses
	issuers  Issuers
	orgs     Organizations
	wake     chan struct{} // a report is to be made
}

// New makes the service.
func New(c Config) *Service {
	return &Service{
		db: c.Store, keys: c.Keys, now: c.Now, roles: c.Roles, profiles: c.Profiles, uses: c.Uses, issuers: c.Issuers, orgs: c.Organizations,
		wake: make(chan struct{}, 1),
	}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// row gives an account's row as it is; one that has set nothing is like new.
func (s *Service) row(ctx context.Context, id string) (record.Account, error) {
	row, err := record.Accounts.Get(ctx, s.db, id)
	if edge.Gone(err) {
		return record.Account{ID: id}, nil
	}
	return row.Doc, err
}

// cached is row from memory when it can. The answer is shared and must not be changed.
func (s *Service) cached(ctx context.Context, id string) (*record.Account, error) {
	row, err := record.Accounts.GetCached(ctx, s.db, id)
	if edge.Gone(err) {
		return &record.Account{ID: id}, nil
	}
	if err != nil {
		return nil, err
	}
	return &row.Doc, nil
}

// change reads an account's row, changes it and writes it in one transaction.
func (s *Service) change(ctx context.Context, id string, change func(store.Writer, *record.Account) error) error {
	return s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.Accounts.Get(ctx, w, id)
		fresh := edge.Gone(err)
		if err != nil && !fresh {
			return err
		}
		row.Doc.ID = id
		if err := change(w, &row.Doc); err != nil {
			return err
		}
		if fresh {
			return record.Accounts.Insert(ctx, w, &row.Doc)
		}
		return record.Accounts.Update(ctx, w, &row)
	})
}

func (s *Service) list(scope string, marker *string, most *int) *edge.List {
	return &edge.List{Keys: s.keys, Scope: scope, Marker: marker, MaxItems: most}
}
