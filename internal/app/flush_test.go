package app

import (
	"context"
	"testing"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// TestUsesAreWrittenAtTheEnd: who used what is kept in memory for a while, and not lost when the server stops.
func TestUsesAreWrittenAtTheEnd(t *testing.T) {
	w := newWorld(t)
	key := w.root.AccessKeyID
	w.app.uses.Used(t.Context(), key, "sts", "us-east-1", w.now())
	w.app.activity.Seen(t.Context(), &caller.Principal{Kind: caller.Root, Account: w.run.Account, UniqueID: w.run.Account}, "iam:GetUser", "us-east-1", w.now())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	w.app.Run(ended)
	if row, err := record.KeyUses.Get(t.Context(), w.app.db, key); err != nil || row.Doc.Service != "sts" {
		t.Errorf("the use of the key: %+v, %v", row.Doc, err)
	}
	if n, err := record.EntityUses.Count(t.Context(), w.app.db, "by_account", w.run.Account); err != nil || n == 0 {
		t.Errorf("%d uses of services, %v", n, err)
	}
}
