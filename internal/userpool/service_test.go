package userpool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	testAccount = "111122223333"
	testRegion  = "eu-west-1"
)

// house is a service with everything real but the tokens, whose calls it notes.
type house struct {
	*Service
	ctx     context.Context
	now     time.Time
	created map[string]string // pool id -> algorithm of keys made and not deleted
	revoked []string          // subs
	fail    error             // what inserting pool keys answers
}

func (h *house) NewPoolKeys(poolID, alg string) (func(context.Context, store.Writer) error, error) {
	return func(context.Context, store.Writer) error {
		if h.fail != nil {
			return h.fail
		}
		h.created[poolID] = alg
		return nil
	}, nil
}

func (h *house) DeletePoolKeys(_ context.Context, _ store.Writer, poolID string) error {
	delete(h.created, poolID)
	return nil
}

func (h *house) RevokeUser(_ context.Context, _ store.Writer, _, sub string) error {
	h.revoked = append(h.revoked, sub)
	return nil
}

// seeded is a stream of reproducible bytes.
func seeded(n byte) io.Reader { return &lockedReader{r: rand.NewChaCha8([32]byte{n})} }

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

func newHouse(t testing.TB) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{now: time.Date(2026, 11, 21, 9, 0, 0, 123_456_789, time.UTC), created: map[string]string{}}
	clock := func() time.Time { return h.now }
	tables := append(directory.Tables(), keys.Tables()...)
	db, err := store.Open(t.Context(), engine, store.Options{Now: clock}, tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ring, err := keys.Open(t.Context(), db, seal.Key{1}, "test", seeded(1), clock)
	if err != nil {
		t.Fatal(err)
	}
	h.Service = New(Config{
		Store: db, Keys: ring, PoolKeys: h, Tokens: h,
		Now: clock, Random: seeded(2), Region: testRegion,
	})
	h.ctx = as(t.Context(), testAccount, testRegion)
	return h
}

func as(ctx context.Context, account, region string) context.Context {
	ctx = caller.WithPrincipal(ctx, &caller.Principal{Kind: caller.Root, Account: account})
	return caller.WithRequest(ctx, &caller.Request{Region: region})
}

// must gives the answer of a call that has to succeed.
func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantError checks the error type and the message.
func wantError(t testing.TB, err error, want error, message string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
	if message != "" && err.Error() != fmt.Sprint(want, ": ", message) {
		t.Errorf("error is %q, want message %q", err, message)
	}
}

func (h *house) newTestPool(t testing.TB, in api.CreateUserPoolRequest) *directory.Pool {
	t.Helper()
	if in.PoolName == "" {
		in.PoolName = "people"
	}
	out := must[*api.CreateUserPoolResponse](t)(h.CreateUserPool(h.ctx, &in))
	return must[*directory.Pool](t)(h.edge.Pool(h.ctx, *out.UserPool.Id))
}

// newTestUser stores a user, for what happens to the users of a pool.
func (h *house) newTestUser(t testing.TB, p *directory.Pool, name string) *directory.User {
	t.Helper()
	u := &directory.User{PoolID: p.ID, Sub: "sub-" + name, Username: name, Enabled: true, Status: directory.Confirmed}
	if err := h.Store.Update(h.ctx, func(w store.Writer) error { return directory.InsertUser(h.ctx, w, p, u) }); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOperations(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for _, b := range h.Operations() {
		if b.Method != b.Operation.Name {
			t.Errorf("%s is bound to method %s", b.Operation.Name, b.Method)
		}
		if seen[b.Operation.Name] {
			t.Errorf("%s is bound twice", b.Operation.Name)
		}
		seen[b.Operation.Name] = true
	}
	if len(seen) != 19 {
		t.Errorf("%d operations are bound, want 19", len(seen))
	}
}

// TestForeignPool walks every operation with a pool of another account and of another region: it does not exist, and the answer is the same
// as for one that never was.
func TestForeignPool(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: map[string]string{"team": "secret"}})
	h.newTestUser(t, p, "ann")
	for _, b := range h.Operations() {
		in := inputFor(b.Operation.Input, p, pooledge.ARN(p))
		if in == nil {
			continue
		}
		t.Run(b.Operation.Name, func(t *testing.T) {
			for _, ctx := range []context.Context{as(t.Context(), "999999999999", testRegion), as(t.Context(), testAccount, "us-east-1")} {
				_, err := b.Call(ctx, in)
				wantError(t, err, api.ResourceNotFoundException, "User pool "+p.ID+" does not exist.")
				asks, err := b.Asks(ctx, api.Service(), in)
				if err != nil || len(asks) != 1 || asks[0].Resource == "*" {
					t.Errorf("asks are %v, %v", asks, err)
				}
				if _, told := asks[0].Context["aws:resourcetag/team"]; told {
					t.Errorf("asks tell about the pool: %v", asks[0].Context)
				}
			}
		})
	}
}

// inputFor makes an input that is right but for the pool: nil when the operation is not on one pool.
func inputFor(t reflect.Type, p *directory.Pool, arn string) any {
	in := reflect.New(t)
	values := map[string]any{
		"UserPoolId": p.ID, "ResourceArn": arn, "ClientName": "app", "ClientId": "app", "ClientSecretId": "app--1",
		"Tags":    map[string]string{"a": "b"},
		"TagKeys": []string{"a"}, "CustomAttributes": []api.SchemaAttributeType{{Name: new("tenant")}},
	}
	onPool := false
	for i := range t.NumField() {
		v, ok := values[t.Field(i).Name]
		if !ok || reflect.TypeOf(v) != t.Field(i).Type {
			continue
		}
		in.Elem().Field(i).Set(reflect.ValueOf(v))
		onPool = onPool || t.Field(i).Name == "UserPoolId" || t.Field(i).Name == "ResourceArn"
	}
	if !onPool {
		return nil
	}
	return in.Interface()
}

func (h *house) insertDomain(t *testing.T, p *directory.Pool, name string, custom bool) {
	t.Helper()
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		return directory.Domains.Insert(h.ctx, w, &directory.Domain{Name: name, PoolID: p.ID, Custom: custom})
	})
	if err != nil {
		t.Fatal(err)
	}
}
