package hosted

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Fetch reads a document of another server. Whom it may reach, for how long and how much it reads is its own to bound; an answer that is not
// 200 is an error.
type Fetch interface {
	Get(ctx context.Context, url string) (body []byte, header http.Header, err error)
}

// Config is what a Service needs. Every field is required.
type Config struct {
	Store *store.DB
	Keys  pooledge.Keys // seals page tokens, secrets of providers and private keys
	Fetch Fetch
	// ReadMetadata reads a SAML metadata document. An error means that it is none, or not of one identity provider with a certificate.
	ReadMetadata func(document []byte) (directory.SAMLProvider, error)
	Now          func() time.Time // the clock
	Random       io.Reader        // source of keys and serial numbers
	Region       string           // region of requests that name none
	PublicURL    string           // base URL of the server, such as "https://id.example.org": where the DNS of custom domains must lead
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	Config
	edge *pooledge.Edge
}

// New makes a Service. It starts nothing.
func New(c Config) *Service {
	return &Service{Config: c, edge: &pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}}
}

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{certificates} }

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// host is the name under which clients reach this server.
func (s *Service) host() string {
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
