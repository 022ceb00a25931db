package branding

import (
	"io"
	"net/http"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Config is what a Service needs. Every field is required.
type Config struct {
	Store     *store.DB
	Keys      pooledge.Keys // seals page tokens
	Now       func() time.Time
	Random    io.Reader // source of ids
	Region    string    // region of requests that name none
	ImagesURL string    // URL under which ServeHTTP is reached, no slash at the end, such as "https://id.example.org/images"
}

// Service performs the operations, and serves images. It is safe for concurrent use.
type Service struct {
	Config
	edge   *pooledge.Edge
	routes *http.ServeMux
}

// New makes a Service.
func New(c Config) *Service {
	s := &Service{Config: c, edge: &pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}, routes: http.NewServeMux()}
	s.routes.HandleFunc("GET /{pool}/{file}", s.serveImage)
	return s
}

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable {
	return []store.AnyTable{styles, assets, customizations, images, terms}
}

// now is the time that records are stamped with: Cognito shows milliseconds.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }
