package record

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// RootSince is when the account's root began, as far as is known: with its oldest access key, and without one at the beginning of time.
func RootSince(ctx context.Context, r store.Reader, account string) (time.Time, error) {
	since := time.Unix(0, 0).UTC()
	first := true
	for k, err := range AccessKeys.All(ctx, r, store.Query{Index: "by_owner", Prefix: []string{account}}) {
		if err != nil {
			return time.Time{}, err
		}
		if first || k.Doc.Created.Before(since) {
			since, first = k.Doc.Created, false
		}
	}
	return since, nil
}
