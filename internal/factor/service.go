package factor

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// Keys seals seeds, device verifiers and page tokens.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// Tokens verifies access tokens and ends sign-ins. The errors are those of package directory.
type Tokens interface {
	// VerifyAccess verifies an access token and that its sign-in still counts.
	VerifyAccess(ctx context.Context, token directory.Token) (directory.AccessClaims, error)
	// RevokeDevice ends the sign-ins that carry the device's key.
	RevokeDevice(ctx context.Context, w store.Writer, poolID, sub, deviceKey string) error
}

// Sessions is the challenge machine, where a sign-in waits in MFA_SETUP for a software token. The errors are the service's own
// (NotAuthorizedException "Invalid session for the user.").
type Sessions interface {
	// OpenSetup opens the session of an MFA_SETUP challenge. It leaves the session as it is.
	OpenSetup(ctx context.Context, session string) (directory.MFASetup, error)
	// Advance ends the session that was opened, in w's transaction and once, and makes its successor. verified says that the software token has
	// proved itself, so that the successor may answer MFA_SETUP.
	Advance(ctx context.Context, w store.Writer, setup directory.MFASetup, verified bool) (session string, err error)
}

// Config is what a Service needs. Every field is required.
type Config struct {
	Store    *store.DB
	Keys     Keys
	Tokens   Tokens
	Sessions Sessions
	Group    *srp.Group       // the group of device verifiers; shared, because its table is costly
	Now      func() time.Time // the clock
	Random   io.Reader        // source of seeds, challenges and device keys
	Host     string           // host of the server's URL, without port: the relying party of pools that name none
	Region   string           // region of requests that name none
}

// Service performs the operations. It is safe for concurrent use.
type Service struct{ Config }

// New makes a Service.
func New(c Config) *Service { return &Service{c} }

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{registrations, newDevices} }

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) draw(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		return nil, fmt.Errorf("factor: randomness: %w", err)
	}
	return b, nil
}

// deref gives the value of an optional member, or its zero value.
func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
