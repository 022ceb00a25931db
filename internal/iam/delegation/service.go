package delegation

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals the markers of lists and makes keyed hashes of exchange tokens.
type Keys interface {
	edge.Sealer
	MAC(p seal.Purpose, tenant string, data []byte) [32]byte
	MACs(p seal.Purpose, tenant string, data []byte) [][32]byte // under every key of the ring
}

// Channel delivers a message to a requestor's topic. A nil error says that the message is on its way for good. The message may hold an
// exchange token, which is a credential; as a Secret it does not print.
type Channel interface {
	Notify(ctx context.Context, channelARN string, message caller.Secret) error
}

// Entities finds the IAM entity behind an approver as it is now. caller.ErrUnknown when it is gone.
type Entities interface {
	Entity(ctx context.Context, kind caller.Kind, account, uniqueID string) (caller.Principal, error)
}

// Policies gives the policies in force for a principal, its session's included.
type Policies interface {
	PoliciesOf(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error)
}

// Organizations knows what the organization of an account forbids.
type Organizations interface {
	// ServiceControl gives the service control policies over an account, a list for each level from the root down; none where none apply.
	ServiceControl(ctx context.Context, account string) ([][]iampolicy.Named, error)
}

// Config is what the service works with. Every field is required but Organizations, without which no account is in one.
type Config struct {
	Store         *store.DB // opened with record.Tables
	Keys          Keys
	Now           func() time.Time // the clock of states and tokens
	Random        io.Reader        // draws ids and tokens
	Channel       Channel
	Entities      Entities
	Policies      Policies
	Organizations Organizations
	// Report takes the errors of messages that tell of a change of state and could not be delivered. The change stands.
	Report func(ctx context.Context, err error)
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db            *store.DB
	keys          Keys
	now           func() time.Time
	random        io.Reader
	channel       Channel
	entities      Entities
	policies      Policies
	organizations Organizations
	report        func(ctx context.Context, err error)
}

// New makes the service.
func New(c Config) *Service {
	return &Service{
		db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, channel: c.Channel, entities: c.Entities, policies: c.Policies,
		organizations: c.Organizations, report: c.Report,
	}
}

// account is the account that a request works in: always the caller's own.
func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

// text is an optional member with its default, the empty text.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// optional leaves an empty text out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
