package hosted

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Cleanup removes everything of a pool that this package keeps, in the transaction that deletes the pool.
func Cleanup(ctx context.Context, w store.Writer, poolID string) error {
	for _, remove := range []func() (int64, error){
		func() (int64, error) { return directory.Providers.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.ProviderIDs.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.UserLinks.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.Domains.DeleteAll(ctx, w, "by_pool", poolID) },
		func() (int64, error) { return directory.ResourceServers.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return certificates.DeleteAll(ctx, w, "", poolID) },
	} {
		if _, err := remove(); err != nil {
			return err
		}
	}
	return nil
}
