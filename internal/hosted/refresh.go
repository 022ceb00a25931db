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
// document that cannot be read leaves what was read before in force until that ends by itself, and is tried again in half an hour; failed
// names its provider, as "<pool>/<provider>", for the log. The error is the store's.
func (s *Service) RefreshProviders(ctx context.Context) (failed []string, err error) {
	page, err := directory.Providers.List(ctx, s.Store, store.Query{Index: "by_refresh", Limit: refreshBatch})
	if err != nil {
		return nil, err
	}
	for i := range page.Rows {
		row := &page.Rows[i]
		if s.Now().Before(row.Doc.Refresh) { // the index orders them: the rest is not due either
			break
		}
		if !s.refresh(ctx, &row.Doc) {
			failed = append(failed, row.Doc.PoolID+"/"+row.Doc.Name)
		}
		err := s.Store.Update(ctx, func(w store.Writer) error {
			fresh := *row
			return directory.Providers.Update(ctx, w, &fresh)
		})
		if err != nil && !errors.Is(err, store.ErrConflict) { // changed or deleted since: that is newer than what was fetched
			return failed, err
		}
	}
	return failed, nil
}

// refresh fetches the document of one provider and writes what it says. false: it could not be read.
func (s *Service) refresh(ctx context.Context, d *directory.Provider) bool {
	details := maps.Clone(d.Details)
	if d.Type == saml {
		m, err := s.metadata(ctx, details["MetadataURL"], "")
		if err == nil {
			s.keepMetadata(d, details, m)
			d.Details = details
			return true
		}
	} else {
		found, err := s.discover(ctx, details["oidc_issuer"], details)
		if err == nil {
			d.Found, d.Refresh = found, s.nextRefresh(time.Time{})
			return true
		}
	}
	d.Refresh = s.now().Add(refreshRetry)
	return false
}
