package advisor

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Deployed is a service that the deployment serves.
type Deployed struct {
	Namespace string   // as actions name it, in lower case, such as "iam"
	Actions   []string // the actions that are tracked each on its own, without the service; nil when only the service is
}

// Organizations tells what a report of an organization is about.
type Organizations interface {
	// AccessScope finds the entity at a path, such as o-…/r-…/ou-…/111122223333, and the policy whose services the report lists, if there
	// is a policy id. account is who asks: it has to be the management account. caller.ErrUnknown when it is not, when service control
	// policies are not enabled, or when the entity or the policy does not exist.
	AccessScope(ctx context.Context, account, path, policyID string) (*Scope, error)
}

// Scope is the accounts and the policies of a report of an organization.
type Scope struct {
	// Accounts are those of the entity and below it. The management account is among them only when the entity is that account.
	Accounts []ScopeAccount
	// Levels are the service control policies in force at the entity, a list for each level from the root down; each level must allow.
	// With a policy id it is one level with that policy. Without levels nothing limits, as in the management account.
	Levels [][]*iampolicy.Policy
}

// ScopeAccount is an account with its path in the organization.
type ScopeAccount struct{ ID, Path string }

// Config is what the service works with. Every field is required but Organizations.
type Config struct {
	Store         *store.DB        // opened with record.Tables
	Keys          edge.Sealer      // seals the markers of lists
	Now           func() time.Time // the clock of reports
	Random        io.Reader        // draws the ids of reports
	Tracker       *Tracker         // knows who used what
	Organizations Organizations    // nil: there are no organizations, and no reports of them
	Services      []Deployed       // what the deployment serves
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	actions map[string][]string // tracked actions of a namespace, in order
	known   []string            // namespaces that the deployment serves, in order
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{Config: c, actions: map[string][]string{}}
	for _, d := range c.Services {
		s.actions[d.Namespace] = slices.Sorted(slices.Values(d.Actions))
	}
	s.known = slices.Sorted(maps.Keys(s.actions))
	return s
}

// second gives the time as IAM tells it, in whole seconds.
func (s *Service) second() time.Time { return s.Now().UTC().Truncate(time.Second) }

// mostNamed bounds the services that a report has because policies name them: more than AWS has, and fewer than policies could make up.
const mostNamed = 1000

// services are all that policies can speak of: what the deployment serves, and what they name.
func (s *Service) services(policies []spoken) []string {
	var named []string
	for _, p := range policies {
		named = append(named, p.vendors()...)
	}
	slices.Sort(named)
	named = slices.Compact(named)
	all := append(named[:min(len(named), mostNamed)], s.known...)
	slices.Sort(all)
	return slices.Compact(all)
}

// reach gives the services of which the policies allow something, in order.
func (s *Service) reach(policies []spoken) []string {
	return slices.DeleteFunc(s.services(policies), func(namespace string) bool {
		return !slices.ContainsFunc(policies, func(p spoken) bool { return p.allowsSome(namespace) })
	})
}

// account is the caller's account.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// serviceName gives the name of a service, or its namespace when it has none here.
func serviceName(namespace string) string {
	_, rest, ok := strings.Cut("\n"+serviceNames, "\n"+namespace+"\t")
	if !ok {
		return namespace
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}
