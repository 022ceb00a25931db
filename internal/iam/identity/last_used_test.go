package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
)

// uses is when roles were last used, by their ids.
type uses map[string]time.Time

var errUses = errors.New("uses cannot be read")

func (u uses) RoleLastUsed(_ context.Context, id string) (time.Time, string, bool, error) {
	at, ok := u[id]
	if ok && at.IsZero() {
		return at, "", false, errUses
	}
	return at, "eu-west-1", ok, nil
}

func TestRoleLastUsed(t *testing.T) {
	w := iamtest.New(t)
	u := uses{}
	s := identity.New(identity.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, LastUse: u})
	ctx := iamtest.Root(iamtest.Account)
	made := must[*iamapi.CreateRoleResponse](t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: trust("*")})).Role
	get := func() *iamapi.RoleLastUsed {
		t.Helper()
		return must[*iamapi.GetRoleResponse](t)(s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: "r"})).Role.RoleLastUsed
	}
	if d := cmp.Diff(&iamapi.RoleLastUsed{}, get()); d != "" || made.RoleLastUsed != nil {
		t.Error("before its use:", d)
	}
	u[made.RoleId] = iamtest.Start
	at := iamtest.Start.Truncate(time.Second)
	if d := cmp.Diff(&iamapi.RoleLastUsed{LastUsedDate: &at, Region: ptr("eu-west-1")}, get()); d != "" {
		t.Error("after its use:", d)
	}
	u[made.RoleId] = time.Time{}
	if _, err := s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: "r"}); !errors.Is(err, errUses) {
		t.Errorf("error is %v", err)
	}
}
