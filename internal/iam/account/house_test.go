package account

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// house is a service over a store in memory; the rest of the world is what its fields say.
type house struct {
	*Service
	w        *iamtest.World
	gone     map[string]bool // roles that are not there when they are shown
	used     map[string]record.KeyUse
	bad      string // access key whose use cannot be told
	org      Organization
	orgErr   error
	members  []string // accounts of org
	mu       sync.Mutex
	made     int // issuers
	makesErr error
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{w: iamtest.New(t), gone: map[string]bool{}, used: map[string]record.KeyUse{}}
	h.Service = New(Config{
		Store: h.w.DB, Keys: h.w.Keys, Now: h.w.Clock.Now, Roles: h, Profiles: h, Uses: h, Issuers: h, Organizations: h,
	})
	return h
}

func (h *house) GetRole(_ context.Context, in *iamapi.GetRoleRequest) (*iamapi.GetRoleResponse, error) {
	if h.gone[in.RoleName] {
		return nil, edge.NoRole(store.ErrNotFound, in.RoleName)
	}
	trust, region := "trust-of-"+in.RoleName, "eu-west-1"
	return &iamapi.GetRoleResponse{Role: iamapi.Role{AssumeRolePolicyDocument: &trust, RoleLastUsed: &iamapi.RoleLastUsed{Region: &region}}}, nil
}

func (h *house) ListInstanceProfilesForRole(_ context.Context, in *iamapi.ListInstanceProfilesForRoleRequest) (*iamapi.ListInstanceProfilesForRoleResponse, error) {
	return &iamapi.ListInstanceProfilesForRoleResponse{InstanceProfiles: []iamapi.InstanceProfile{{InstanceProfileName: "on-" + in.RoleName}}}, nil
}

var errBad = errors.New("the use of the key cannot be told")

func (h *house) Last(_ context.Context, id string) (record.KeyUse, bool, error) {
	if id == h.bad {
		return record.KeyUse{}, false, errBad
	}
	use, ok := h.used[id]
	return use, ok, nil
}

func (h *house) NewIssuer() (string, func(context.Context, store.Writer) error, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made++
	id := "issuer-" + strconv.Itoa(h.made)
	return id, func(context.Context, store.Writer) error { return h.makesErr }, nil
}

func (h *house) IssuerURL(id string) string { return "https://login.example.org/outbound/" + id }

func (h *house) Organization(_ context.Context, account string) (Organization, error) {
	if h.orgErr != nil {
		return Organization{}, h.orgErr
	}
	for _, m := range h.members {
		if m == account {
			return h.org, nil
		}
	}
	return Organization{}, caller.ErrUnknown
}

// put stores rows.
func put[T any](t testing.TB, h *house, table *store.Table[T], rows ...T) {
	t.Helper()
	ctx := context.Background()
	for i := range rows {
		if err := h.w.DB.Update(ctx, func(w store.Writer) error { return table.Insert(ctx, w, &rows[i]) }); err != nil {
			t.Fatal(err)
		}
	}
}

func root(operation string) context.Context {
	return iamtest.As(iamtest.RootPrincipal(iamtest.Account), operation)
}

func other(operation string) context.Context {
	return iamtest.As(iamtest.RootPrincipal(iamtest.Other), operation)
}

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestBindings(t *testing.T) {
	h := newHouse(t)
	iamtest.CheckBindings(t, iamapi.Service(), h.Operations())
	if n := len(h.Operations()); n != 16 {
		t.Errorf("%d operations", n)
	}
}

// empty is the input of operations without one.
var empty = &wire.Empty{}
