package pooluser

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// Keys seals what is secret at rest and what clients hold for us.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Tokens ends the sign-ins of a user, in the caller's transaction.
type Tokens interface {
	RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error
}

// Notifier sends messages. It is called after the transaction has committed. An error in the protocol's words is the caller's to see.
type Notifier interface {
	Send(ctx context.Context, m directory.Message) error
}

// Codes sends users the codes with which they verify an address.
type Codes interface {
	// SendVerification makes, stores and sends a code for the address that an attribute of u holds: email or phone_number. An address that
	// waits for its verification stands in u as if it were there.
	SendVerification(ctx context.Context, p *directory.Pool, u *directory.User, attribute string, metadata map[string]string) error
}

// Cleanup removes what another package keeps about a user, in the transaction that deletes the user.
type Cleanup func(ctx context.Context, w store.Writer, poolID, sub string) error

// Config is what a Service needs. Every field is required but Codes, Hooks and Cleanup.
type Config struct {
	Store    *store.DB
	Keys     Keys
	Tokens   Tokens
	Notifier Notifier
	Codes    Codes            // nil: a changed address is not asked about
	Hooks    hook.Invoker     // nil: pools with a trigger refuse what would call it
	Cleanup  []Cleanup        // of other packages' tables
	Group    *srp.Group       // the group of password verifiers; shared, because its table is costly
	Now      func() time.Time // the clock
	Random   io.Reader        // source of subs, salts and temporary passwords
	Region   string           // region of requests that name none
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	edge pooledge.Edge
}

// New makes a Service.
func New(c Config) *Service {
	return &Service{Config: c, edge: pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}}
}

const day = 24 * time.Hour

// userError translates what the directory says about users.
func userError(err error) error {
	var taken *directory.TakenError
	switch {
	case errors.Is(err, store.ErrNotFound):
		return api.UserNotFoundException.New("User does not exist.")
	case !errors.As(err, &taken):
		return err
	case taken.Attribute == "username":
		return api.UsernameExistsException.New("User account already exists").Because(err)
	}
	return api.AliasExistsException.New("An account with the given %s already exists.", taken.Attribute).Because(err)
}

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// unique gives enumeration values as plain strings, without repetitions, in their order.
func unique[T ~string](in []T) []string {
	var out []string
	for _, v := range in {
		if !slices.Contains(out, string(v)) {
			out = append(out, string(v))
		}
	}
	return out
}

// deref gives the value of an optional member, or its zero value.
func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// optional gives a member that is left out when it is zero.
func optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}
