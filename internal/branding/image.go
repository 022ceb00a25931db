package branding

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/mayfly-id/mayfly/internal/store"
)

// ServeHTTP serves the logos of classic pages at /<pool>/<file>, below the path of ImagesURL, which is to be stripped before. An image never
// changes under its name, and is handed out as what its bytes are and as nothing else.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

func (s *Service) serveImage(w http.ResponseWriter, r *http.Request) {
	row, err := images.Get(r.Context(), s.Store, r.PathValue("pool"), r.PathValue("file"))
	if errors.Is(err, store.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", row.Doc.Type)
	h.Set("Content-Length", strconv.Itoa(len(row.Doc.Bytes)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if _, err := w.Write(row.Doc.Bytes); err != nil {
		return // the client has gone
	}
}
