package protection

import (
	"context"
	"errors"
	"io"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Notifier sends the notices.
type Notifier interface {
	// Send sends a message of kind AccountTakeOverNotification with its Text. An error means that it was not accepted.
	Send(ctx context.Context, m directory.Message) error
}

// LogSink keeps the lines of logs.
type LogSink interface {
	// Write appends one line of JSON, without its end, to the log of a destination: "user-pool/<pool id>/<ARN of the configuration>".
	Write(ctx context.Context, destination string, line []byte) error
}

// Config is what a Service needs. Every field is required but FeedbackURL.
type Config struct {
	Store       *store.DB
	Keys        pooledge.Keys // seals page tokens and feedback tokens
	Notifier    Notifier
	Log         LogSink
	Passwords   PasswordList // passwords that others know
	Now         func() time.Time
	Random      io.Reader   // source of event ids
	Region      string      // region of requests that name none
	FeedbackURL string      // URL under which ServeHTTP is reached, such as "https://id.example.org/feedback"; empty: notices have no links
	Report      func(error) // takes failures of logs and notices, which change no answer
}

// Service performs the operations and judges attempts. It is safe for concurrent use.
type Service struct {
	Config
	edge *pooledge.Edge
}

// New makes a Service.
func New(c Config) *Service {
	return &Service{Config: c, edge: &pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}}
}

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// watched gives a pool of the caller whose threat protection is on.
func (s *Service) watched(ctx context.Context, poolID string) (*directory.Pool, error) {
	p, err := s.edge.Pool(ctx, poolID)
	if err == nil && !p.Watched() {
		err = notEnabled(poolID)
	}
	return p, err
}

func notEnabled(poolID string) error {
	return api.UserPoolAddOnNotEnabledException.New("Threat protection is not enabled for user pool %s.", poolID)
}

// user finds a user of a pool by any of their names.
func (s *Service) user(ctx context.Context, p *directory.Pool, name string) (*directory.User, error) {
	row, err := directory.FindUser(ctx, s.Store, p, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.UserNotFoundException.New("User does not exist.")
	}
	return &row.Doc, err
}
