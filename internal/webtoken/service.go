package webtoken

import (
	"io"
	"net/http"
	"time"

	"github.com/mayfly-id/mayfly/internal/signingkey"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Config is what the service works with. Every field is required.
type Config struct {
	Store  *store.DB         // opened with Tables
	Keys   signingkey.Sealer // seals private keys
	Now    func() time.Time  // the clock of rotations; tokens say their own time
	Random io.Reader         // draws keys, issuers, and ids of tokens
	URL    string            // base URL of this server, without a slash at the end
}

// Service issues tokens and publishes keys. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	maker   *signingkey.Maker
	signers *signingkey.Signers
	now     func() time.Time
	random  io.Reader
	base    string
	routes  *http.ServeMux
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{db: c.Store, now: c.Now, random: c.Random, base: c.URL + path, routes: http.NewServeMux()}
	s.maker = &signingkey.Maker{Table: issuersTable, Keys: c.Keys, Random: c.Random, Now: c.Now}
	s.signers = signingkey.NewSigners(s.maker)
	s.routes.HandleFunc("GET "+path+"{issuer}/.well-known/openid-configuration", s.serveConfiguration)
	s.routes.HandleFunc("GET "+path+"{issuer}/.well-known/jwks.json", s.serveKeySet)
	return s
}

// IssuerURL gives the URL of an issuer: what its tokens have as "iss".
func (s *Service) IssuerURL(id string) string { return s.base + id }
