package account

import (
	"context"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

// TestUnreadPoolIsNoPoolWithoutTags: a policy may deny by tags, so that tags that cannot be read are an error.
func TestUnreadPoolIsNoPoolWithoutTags(t *testing.T) {
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), engine, store.Options{Now: time.Now}, directory.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	ask := OnPool(New(Config{Store: db}), func(id *string) string { return *id })
	none := "eu-west-1_none"
	ctx := caller.WithPrincipal(t.Context(), &caller.Principal{Kind: caller.Root, Account: "111122223333"})
	ctx, cancel := context.WithCancel(caller.WithRequest(ctx, &caller.Request{Region: "eu-west-1"}))
	if asks, err := ask(ctx, &none); err != nil || len(asks) != 1 {
		t.Errorf("of a pool that is not there: %+v, %v", asks, err)
	}
	cancel()
	if asks, err := ask(ctx, &none); err == nil {
		t.Errorf("of a pool that cannot be read: %+v", asks)
	}
}
