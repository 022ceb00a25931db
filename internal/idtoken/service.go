package idtoken

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals private keys and hashes refresh tokens.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
	MAC(p seal.Purpose, tenant string, data []byte) [32]byte
	MACs(p seal.Purpose, tenant string, data []byte) [][32]byte
}

// Config is what the service needs. Everything but Triggers and the sizes is required.
type Config struct {
	Store     *store.DB
	Keys      Keys
	Now       func() time.Time
	Random    io.Reader
	PublicURL string       // base of the issuers, such as "https://id.example.org", without a slash at the end
	Triggers  hook.Invoker // nil: a pool that names a pre token generation trigger gives no tokens
	Ready     int          // pairs of RSA keys that Prefetch keeps ready; 0 is 2
	Signers   int          // opened private keys that are remembered; 0 is 1,024
	Verified  int          // verified tokens that are remembered; 0 is 16,384
}

// Service mints and verifies. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	keys     Keys
	now      func() time.Time
	random   io.Reader
	base     string
	triggers hook.Invoker
	ready    chan jws.PrivateKey
	signers  *lru[signerID, jws.Signer]
	verified *lru[tokenID, verified]
	routes   *http.ServeMux
}

// New makes the service. It starts nothing; see Prefetch.
func New(c Config) *Service {
	s := &Service{
		db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, base: c.PublicURL, triggers: c.Triggers,
		ready:    make(chan jws.PrivateKey, keysPerPool*orDefault(c.Ready, 2)),
		signers:  newLRU[signerID, jws.Signer](orDefault(c.Signers, 1024)),
		verified: newLRU[tokenID, verified](orDefault(c.Verified, 16384)),
		routes:   http.NewServeMux(),
	}
	s.routes.HandleFunc("GET /{pool}/.well-known/jwks.json", s.serveKeySet)
	s.routes.HandleFunc("GET /{pool}/.well-known/openid-configuration", s.serveConfiguration)
	return s
}

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{poolKeys, families} }

// Issuer is the issuer of a pool's tokens.
func (s *Service) Issuer(poolID string) string { return s.base + "/" + poolID }

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Lives of tokens where the client states none
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html).
const (
	defaultLife        = time.Hour
	defaultRefreshLife = 30 * 24 * time.Hour
	longestLife        = 24 * time.Hour // of access and id tokens, whatever the client
)

func life(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

func accessLife(c *directory.Client) time.Duration {
	return min(life(c.AccessLife, defaultLife), longestLife)
}

func idLife(c *directory.Client) time.Duration {
	return min(life(c.IDLife, defaultLife), longestLife)
}

func (s *Service) draw(b []byte) error {
	if _, err := io.ReadFull(s.random, b); err != nil {
		return fmt.Errorf("idtoken: randomness: %w", err)
	}
	return nil
}
