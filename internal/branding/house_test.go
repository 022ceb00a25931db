package branding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	mrand "math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	stdimage "image"

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
	testPool    = "eu-west-1_aaaaaaaaa"
	testClient  = "client1"
	noID        = "11111111-1111-4111-8111-111111111111"
)

// house is a service with everything real, and a pool with two clients and a domain.
type house struct {
	*Service
	ctx context.Context
	now time.Time
}

// seeded is a stream of reproducible bytes.
func seeded(n byte) io.Reader { return &lockedReader{r: mrand.NewChaCha8([32]byte{n})} }

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
	h := &house{now: time.Date(2026, 11, 21, 9, 0, 0, 123_000_000, time.UTC)}
	clock := func() time.Time { return h.now }
	db, err := store.Open(t.Context(), engine, store.Options{Now: clock}, append(append(directory.Tables(), keys.Tables()...), Tables()...)...)
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
	h.Service = New(Config{Store: db, Keys: ring, Now: clock, Random: seeded(2), Region: testRegion, ImagesURL: "https://id.example.org/images"})
	h.ctx = as(t.Context(), testAccount, testRegion)
	h.do(t, func(w store.Writer) error {
		err := directory.Pools.Insert(h.ctx, w, &directory.Pool{ID: testPool, Account: testAccount, Region: testRegion, Name: "people", Tags: map[string]string{"team": "secret"}})
		if err != nil {
			return err
		}
		for _, c := range []directory.Client{{ID: testClient, PoolID: testPool}, {ID: "client2", PoolID: testPool}, {ID: "foreign", PoolID: "eu-west-1_bbbbbbbbb"}} {
			if err := directory.Clients.Insert(h.ctx, w, &c); err != nil {
				return err
			}
		}
		return directory.Domains.Insert(h.ctx, w, &directory.Domain{Name: "people", PoolID: testPool})
	})
	return h
}

func (h *house) do(t testing.TB, f func(store.Writer) error) {
	t.Helper()
	if err := h.Store.Update(h.ctx, f); err != nil {
		t.Fatal(err)
	}
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

func second[T any](_ T, err error) error { return err }

// wantError checks the error type and, unless it is empty, a part of the message.
func wantError(t testing.TB, err error, want error, part string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
	if !strings.Contains(err.Error(), part) {
		t.Errorf("error is %q, want %q in it", err, part)
	}
}

func pngImage(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(side)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegImage(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(4), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(side int) stdimage.Image {
	p := stdimage.NewGray(stdimage.Rect(0, 0, side, 4))
	p.SetGray(0, 0, color.Gray{Y: 9})
	return p
}

func TestOperations(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for _, b := range h.Operations() {
		if b.Method != b.Operation.Name {
			t.Errorf("%s is bound to method %s", b.Operation.Name, b.Method)
		}
		seen[b.Operation.Name] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d operations are bound, want 12", len(seen))
	}
}

// TestForeignPool walks every operation with a pool of another account and of another region: it does not exist, and the permission that is
// asked for tells nothing about it.
func TestForeignPool(t *testing.T) {
	h := newHouse(t)
	pool, id := testPool, noID
	values := map[string][]any{
		"UserPoolId": {pool, &pool}, "ClientId": {testClient}, "ManagedLoginBrandingId": {id, &id}, "UseCognitoProvidedValues": {new(true)},
		"TermsId": {id}, "TermsName": {"terms-of-use"}, "Links": {map[string]string{"cognito:default": "https://a.example"}},
	}
	for _, b := range h.Operations() {
		in := reflect.New(b.Operation.Input)
		for i := range b.Operation.Input.NumField() {
			for _, v := range values[b.Operation.Input.Field(i).Name] {
				if f := b.Operation.Input.Field(i); reflect.TypeOf(v) == f.Type {
					in.Elem().Field(i).Set(reflect.ValueOf(v))
				}
			}
		}
		t.Run(b.Operation.Name, func(t *testing.T) {
			for _, ctx := range []context.Context{as(t.Context(), "999999999999", testRegion), as(t.Context(), testAccount, "us-east-1")} {
				_, err := b.Call(ctx, in.Interface())
				wantError(t, err, api.ResourceNotFoundException, "User pool "+testPool+" does not exist.")
				asks, err := b.Asks(ctx, api.Service(), in.Interface())
				if err != nil || len(asks) != 1 || !strings.HasSuffix(asks[0].Resource, ":userpool/"+testPool) || len(asks[0].Context) != 0 {
					t.Errorf("asks are %v, %v", asks, err)
				}
			}
			asks, err := b.Asks(h.ctx, api.Service(), in.Interface())
			if err != nil || asks[0].Resource != fmt.Sprintf("arn:aws:cognito-idp:%s:%s:userpool/%s", testRegion, testAccount, testPool) {
				t.Errorf("asks are %v, %v", asks, err)
			}
		})
	}
}
