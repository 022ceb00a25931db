package hosted

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Bounds on one run of RefreshProviders.
const (
	refreshBatch = 100
	refreshRetry = 30 * time.Minute // after a document could not be read
)

// RefreshProviders reads again the metadata and discovery documents that are due, a batch of them. It is to be called every few minutes. A
// document that cannot be read leaves what was read before in force until that ends by itself, is tried again in half an hour, and is no error
// of the run: the error is the store's.
func (s *Service) RefreshProviders(ctx context.Context) error {
	page, err := directory.Providers.List(ctx, s.Store, store.Query{Index: "by_refresh", Limit: refreshBatch})
	if err != nil {
		return err
	}
	for i := range page.Rows {
		row := &page.Rows[i]
		if s.Now().Before(row.Doc.Refresh) { // the index orders them: the rest is not due either
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.refresh(ctx, &row.Doc)
		err := s.Store.Update(ctx, func(w store.Writer) error {
			fresh := *row
			return directory.Providers.Update(ctx, w, &fresh)
		})
		if err != nil && !errors.Is(err, store.ErrConflict) { // changed or deleted since: that is newer than what was fetched
			return err
		}
	}
	return nil
}

// refresh fetches the document of one provider and writes what it says.
func (s *Service) refresh(ctx context.Context, d *directory.Provider) {
	details := maps.Clone(d.Details)
	if d.Type == saml {
		m, err := s.metadata(ctx, details["MetadataURL"], "")
		if err == nil {
			s.keepMetadata(d, details, m)
			d.Details = details
			return
		}
	} else {
		found, err := s.discover(ctx, details["oidc_issuer"], details)
		if err == nil {
			d.Found, d.Refresh, d.Failing = found, s.nextRefresh(time.Time{}), false
			return
		}
	}
	d.Refresh, d.Failing = s.now().Add(refreshRetry), true
}
