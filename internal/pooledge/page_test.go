package pooledge

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
)

func newEdge(t *testing.T) *Edge {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }
	db, err := store.Open(t.Context(), engine, store.Options{Now: clock}, append(directory.Tables(), keys.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ring, err := keys.Open(t.Context(), db, seal.Key{1}, "test", rand.NewChaCha8([32]byte{1}), clock)
	if err != nil {
		t.Fatal(err)
	}
	return &Edge{Store: db, Keys: ring, Region: "eu-west-1"}
}

func as(ctx context.Context, account string) context.Context {
	ctx = caller.WithPrincipal(ctx, &caller.Principal{Kind: caller.Root, Account: account})
	return caller.WithRequest(ctx, &caller.Request{})
}

// TestTokens opens a token where it was made, and nowhere else.
func TestTokens(t *testing.T) {
	e, ctx := newEdge(t), as(t.Context(), "111122223333")
	l := Listing{"ListThings", "pool"}
	token, err := e.Token(ctx, l, "here")
	if err != nil || token == nil || bytes.Contains([]byte(*token), []byte("here")) {
		t.Fatalf("token is %v, %v", token, err)
	}
	if got, err := e.Cursor(ctx, l, token); got != "here" || err != nil {
		t.Errorf("cursor is %q, %v", got, err)
	}
	if got, err := e.Cursor(ctx, l, nil); got != "" || err != nil {
		t.Errorf("without a token: %q, %v", got, err)
	}
	if none, err := e.Token(ctx, l, ""); none != nil || err != nil {
		t.Errorf("at the end: %v, %v", none, err)
	}
	changed := "A" + (*token)[1:]
	if changed == *token {
		changed = "B" + (*token)[1:]
	}
	for name, err := range map[string]error{
		"another listing": second(e.Cursor(ctx, Listing{"ListThings", "other"}, token)),
		"another account": second(e.Cursor(as(t.Context(), "999999999999"), l, token)),
		"changed":         second(e.Cursor(ctx, l, &changed)),
		"no base64":       second(e.Cursor(ctx, l, new("!"))),
		"no fit":          PageError(store.ErrBadCursor),
	} {
		if !errors.Is(err, api.InvalidParameterException) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		n    *int
		want int
	}{{nil, 50}, {new(0), 50}, {new(7), 7}, {new(60), 50}} {
		if got := Limit(c.n, 50); got != c.want {
			t.Errorf("limit of %v is %d, want %d", c.n, got, c.want)
		}
	}
}

// TestUnreadPoolIsNoPoolWithoutTags: a policy may deny by tags, so that tags that cannot be read are an error.
func TestUnreadPoolIsNoPoolWithoutTags(t *testing.T) {
	e, ctx := newEdge(t), as(t.Context(), "111122223333")
	if asks, err := e.Ask(ctx, "eu-west-1_none", nil); err != nil || len(asks) != 1 {
		t.Errorf("of a pool that is not there: %+v, %v", asks, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if asks, err := e.Ask(ctx, "eu-west-1_none", nil); err == nil {
		t.Errorf("of a pool that cannot be read: %+v", asks)
	}
}
