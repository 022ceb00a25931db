package instance

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Roles shows roles inside of other things.
type Roles interface {
	// ShowRole shows a role with its trust policy as it is to be seen by its account.
	ShowRole(ctx context.Context, r store.Reader, role *record.Role) (iamapi.Role, error)
}

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Keys   edge.Sealer      // seals the markers of lists
	Roles  Roles            // shows the roles in profiles
	Now    func() time.Time // the clock of creation dates
	Random io.Reader        // draws the ids of profiles
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	keys   edge.Sealer
	roles  Roles
	now    func() time.Time
	random io.Reader
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, roles: c.Roles, now: c.Now, random: c.Random}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

func (s *Service) list(scope string, marker *string, max *int) *edge.List {
	return &edge.List{Keys: s.keys, Scope: scope, Marker: marker, MaxItems: max}
}

// absent words the absence of a profile.
func absent(err error, name string) error {
	return edge.NotFound(err, "Instance Profile %s cannot be found.", name)
}

// find finds a profile of the caller's account.
func find(ctx context.Context, r store.Reader, name string) (store.Row[record.InstanceProfile], error) {
	row, err := record.FindInstanceProfile(ctx, r, account(ctx), name)
	return row, absent(err, name)
}

// change reads a profile, changes it and writes it in one transaction.
func (s *Service) change(ctx context.Context, name string, change func(store.Writer, *record.InstanceProfile) error) error {
	return s.db.Update(ctx, func(w store.Writer) error {
		row, err := find(ctx, w, name)
		if err != nil {
			return err
		}
		if err := change(w, &row.Doc); err != nil {
			return err
		}
		return record.InstanceProfiles.Update(ctx, w, &row)
	})
}

// brief shows a profile as lists do: with its role, without tags.
func (s *Service) brief(ctx context.Context, r store.Reader, p *record.InstanceProfile) (iamapi.InstanceProfile, error) {
	out := iamapi.InstanceProfile{
		Arn: p.ARN(), CreateDate: p.Created, InstanceProfileId: p.ID, InstanceProfileName: p.Name, Path: p.Path, Roles: []iamapi.Role{},
	}
	if p.RoleID == "" {
		return out, nil
	}
	row, err := record.Roles.Get(ctx, r, p.RoleID)
	if edge.Gone(err) {
		return out, nil // taken out and deleted since the profile was read
	}
	if err != nil {
		return out, err
	}
	role, err := s.roles.ShowRole(ctx, r, &row.Doc)
	out.Roles = append(out.Roles, role)
	return out, err
}
