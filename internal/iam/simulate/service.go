package simulate

import (
	"context"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Policies gives the policies of an entity.
type Policies interface {
	// SpelledPolicies gives the policies of a user with its groups, of a group, or of a role, and its boundary. Ids of managed policies are
	// their ARNs, those of inline policies are <kind>_<entity>_<policy>. The set is the reader's own. caller.ErrUnknown when there is no such
	// entity, *iampolicy.ParseError when a policy cannot be read.
	SpelledPolicies(ctx context.Context, account string, kind record.Kind, id string) (*iampolicy.Set, error)
}

// Organizations knows what the organization of an account forbids.
type Organizations interface {
	// ServiceControl gives the service control policies over an account, a list for each level from the root down; none where none apply.
	ServiceControl(ctx context.Context, account string) ([][]iampolicy.Named, error)
}

// Config is what the service works with. Every field is required but Organizations, without which no account is in one.
type Config struct {
	Store         *store.DB   // opened with record.Tables
	Keys          edge.Sealer // seals the markers of lists
	Policies      Policies
	Organizations Organizations
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db            *store.DB
	keys          edge.Sealer
	policies      Policies
	organizations Organizations
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, policies: c.Policies, organizations: c.Organizations}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }
