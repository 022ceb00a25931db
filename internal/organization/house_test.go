package organization

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	management = "111122223333"
	stranger   = "999988887777"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

// house is a Service on a store in memory.
type house struct {
	*Service
	t        testing.TB
	ctx      context.Context // of the management account
	mu       sync.Mutex
	prepared []string
	broken   error // what Prepare answers
	at       time.Time
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

func newHouse(t testing.TB) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	return newHouseOn(t, engine)
}

func newHouseOn(t testing.TB, engine store.Engine) *house {
	t.Helper()
	h := &house{t: t, at: start}
	db, err := store.Open(t.Context(), engine, store.Options{Now: h.clock}, append(Tables(), keys.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	random := &lockedReader{r: rand.NewChaCha8([32]byte{9})}
	ring, err := keys.Open(t.Context(), db, seal.Key{7}, "d", random, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.at = start.Add(time.Hour) // the ring's first key is in use
	h.Service = New(Config{
		Store: db, Keys: ring, Accounts: h, Account: management, Email: "root@example.org", Name: "Main", Trusted: []string{"iam.amazonaws.com", "sso.amazonaws.com"},
		Now: h.clock, Random: random, MaxAccounts: 40,
	})
	h.ctx = as(management)
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// Prepare implements Accounts.
func (h *house) Prepare(_ context.Context, _ store.Writer, account, roleName, manager string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken == nil {
		h.prepared = append(h.prepared, account+" "+roleName+" "+manager)
	}
	return h.broken
}

// as is a context in which an account's root calls.
func as(account string) context.Context {
	arn := "arn:aws:iam::" + account + ":root"
	p := &caller.Principal{Kind: caller.Root, Account: account, ARN: arn, EntityARN: arn, UserID: account, UniqueID: account}
	return caller.WithRequest(caller.WithPrincipal(context.Background(), p), &caller.Request{Service: "organizations"})
}

// root makes the organization and gives its root.
func (h *house) root() string {
	h.t.Helper()
	if _, err := h.CreateOrganization(h.ctx, &api.CreateOrganizationRequest{}); err != nil {
		h.t.Fatal(err)
	}
	out, err := h.ListRoots(h.ctx, &api.ListRootsRequest{})
	if err != nil || len(out.Roots) != 1 {
		h.t.Fatal(out, err)
	}
	return *out.Roots[0].Id
}

// enforced makes the organization with service control policies in force.
func (h *house) enforced() string {
	h.t.Helper()
	root := h.root()
	_, err := h.EnablePolicyType(h.ctx, &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy})
	h.ok(err)
	return root
}

func (h *house) account(name string) string {
	h.t.Helper()
	out, err := h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: name, Email: name + "@example.org"})
	if err != nil || out.CreateAccountStatus.AccountId == nil {
		h.t.Fatal(out, err)
	}
	return *out.CreateAccountStatus.AccountId
}

func (h *house) unit(parent, name string) string {
	h.t.Helper()
	out, err := h.CreateOrganizationalUnit(h.ctx, &api.CreateOrganizationalUnitRequest{ParentId: parent, Name: name})
	if err != nil {
		h.t.Fatal(err)
	}
	return *out.OrganizationalUnit.Id
}

func (h *house) policy(name, content string) string {
	h.t.Helper()
	out, err := h.CreatePolicy(h.ctx, &api.CreatePolicyRequest{Name: name, Content: content, Type: api.PolicyTypeServiceControlPolicy})
	if err != nil {
		h.t.Fatal(err)
	}
	return *out.Policy.PolicySummary.Id
}

func (h *house) attach(policy, target string) {
	h.t.Helper()
	_, err := h.AttachPolicy(h.ctx, &api.AttachPolicyRequest{PolicyId: policy, TargetId: target})
	h.ok(err)
}

func (h *house) detach(policy, target string) {
	h.t.Helper()
	_, err := h.DetachPolicy(h.ctx, &api.DetachPolicyRequest{PolicyId: policy, TargetId: target})
	h.ok(err)
}

func (h *house) move(account, from, to string) {
	h.t.Helper()
	_, err := h.MoveAccount(h.ctx, &api.MoveAccountRequest{AccountId: account, SourceParentId: from, DestinationParentId: to})
	h.ok(err)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// fails checks that err is an error of the model, with a reason where it has one.
func fails(t testing.TB, err error, want *wire.ErrorType, reason ...string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type != want || len(reason) > 0 && e.Fields["Reason"] != reason[0] {
		t.Errorf("error is %v, want %s %v", err, want.Code, reason)
	}
}

var errBroken = errors.New("broken")

const denyIAM = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`
