// Package iamtest builds what the tests of IAM's areas stand on: a store in memory, a key ring, a fixed clock and seeded randomness.
//
// It refuses to know the areas, so that each can use it. Only tests import it.
package iamtest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// Account and Other are two accounts that know nothing of each other.
const (
	Account = "111122223333"
	Other   = "444455556666"
)

// Start is what the clock says.
var Start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

// World is a store with what belongs to it.
type World struct {
	DB     *store.DB
	Keys   *keys.Ring
	Random io.Reader
	Clock  *Clock
}

// Clock is a clock that the test moves.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Move moves the clock.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

// New builds a world that ends with the test.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{Clock: &Clock{t: Start}, Random: &lockedReader{r: rand.NewChaCha8([32]byte{1})}}
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	w.DB, err = store.Open(ctx, engine, store.Options{Now: w.Clock.Now}, append(record.Tables(), keys.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.DB.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.Keys, err = keys.Open(ctx, w.DB, seal.Key{7}, "test", w.Random, w.Clock.Now); err != nil {
		t.Fatal(err)
	}
	w.Clock.Move(time.Hour) // the ring's first key is in use
	return w
}

// As is a context in which p calls an operation.
func As(p *caller.Principal, operation string) context.Context {
	return caller.WithRequest(caller.WithPrincipal(context.Background(), p), &caller.Request{Service: "iam", Operation: operation})
}

// Root is a context in which the account itself calls.
func Root(account string) context.Context { return As(RootPrincipal(account), "") }

// RootPrincipal is the account itself.
func RootPrincipal(account string) *caller.Principal {
	arn := record.RootARN(account)
	return &caller.Principal{Kind: caller.Root, Account: account, ARN: arn, EntityARN: arn, UserID: account, UniqueID: account}
}

// CheckBindings holds the table of an area against its rules: the method is named as the operation, no operation stands twice, and the
// authorization entry takes any input and asks for something.
func CheckBindings(t *testing.T, service *wire.Service, bindings []wire.Binding) {
	t.Helper()
	seen := map[string]bool{}
	for i := range bindings {
		b := &bindings[i]
		name := b.Operation.Name
		if b.Method != name {
			t.Errorf("%s is bound to %s", name, b.Method)
		}
		if seen[name] {
			t.Errorf("%s is bound twice", name)
		}
		seen[name] = true
		empty := reflect.New(b.Operation.Input).Interface()
		for _, p := range []*caller.Principal{
			RootPrincipal(Account),
			{Kind: caller.AssumedRole, Account: Account, Session: &caller.Session{}},
			{Kind: caller.User, Account: Account, UniqueID: "AIDA", EntityARN: "arn:aws:iam::" + Account + ":user/x"},
			{Kind: caller.User, Account: Account, Session: &caller.Session{MFAAt: Start}},
		} {
			asks, err := b.Asks(As(p, name), service, empty)
			if err != nil {
				t.Errorf("%s as %s with an empty input: %v", name, p.Kind, err)
			}
			if len(asks) == 0 {
				t.Errorf("%s as %s asks for nothing, which would allow it", name, p.Kind)
			}
			for i, a := range asks { // after its own action, an operation may ask for more, such as iam:PassRole
				if a.Exempt || !strings.HasPrefix(a.Action, "iam:") || (i == 0 && a.Action != "iam:"+name) {
					t.Errorf("%s asks for %+v", name, a)
				}
			}
		}
	}
}

// Fails checks that err is the AWS error want with a message.
func Fails(t *testing.T, err error, want *wire.ErrorType, message string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type.Code != want.Code || (message != "" && e.Message != message) {
		t.Errorf("error is %v, want %s", err, fmt.Sprintf("%s: %s", want.Code, message))
	}
}

// UserPrincipal is a user with a long-term key.
func UserPrincipal(account, id, arn, name string) *caller.Principal {
	return &caller.Principal{Kind: caller.User, Account: account, ARN: arn, EntityARN: arn, UserID: id, UniqueID: id, Name: name}
}

// RolePrincipal is a session of some role.
func RolePrincipal(account string) *caller.Principal {
	return &caller.Principal{
		Kind: caller.AssumedRole, Account: account, UniqueID: "AROAXXXXXXXXXXXXXXXXX", Name: "r", ARN: "arn:aws:sts::" + account + ":assumed-role/r/s",
		EntityARN: "arn:aws:iam::" + account + ":role/r", Session: &caller.Session{Name: "s"},
	}
}
