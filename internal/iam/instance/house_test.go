package instance_test

import (
	"context"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/instance"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// house is the service with the package that keeps roles beside it.
type house struct {
	*instance.Service
	roles *identity.Service
	world *iamtest.World
	ctx   context.Context
}

func setup(t testing.TB) *house {
	t.Helper()
	w := iamtest.New(t)
	roles := identity.New(identity.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random})
	s := instance.New(instance.Config{Store: w.DB, Keys: w.Keys, Roles: roles, Now: w.Clock.Now, Random: w.Random})
	return &house{s, roles, w, iamtest.As(iamtest.RootPrincipal(iamtest.Account), "List")}
}

func ptr[T any](v T) *T { return &v }

// ok checks the error of a call and gives its result.
func ok[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// done checks the error of a call whose result does not matter.
func done(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (h *house) role(t testing.TB, name string) *iamapi.Role {
	t.Helper()
	in := &iamapi.CreateRoleRequest{RoleName: name, AssumeRolePolicyDocument: trust, Path: ptr("/r/"), Description: ptr("d")}
	return &ok[*iamapi.CreateRoleResponse](t)(h.roles.CreateRole(h.ctx, in)).Role
}

func (h *house) profile(t testing.TB, name, path string) iamapi.InstanceProfile {
	t.Helper()
	in := &iamapi.CreateInstanceProfileRequest{InstanceProfileName: name, Path: &path}
	return ok[*iamapi.CreateInstanceProfileResponse](t)(h.CreateInstanceProfile(h.ctx, in)).InstanceProfile
}

func (h *house) add(profile, role string) error {
	_, err := h.AddRoleToInstanceProfile(h.ctx, &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: profile, RoleName: role})
	return err
}

func (h *house) remove(profile, role string) error {
	_, err := h.RemoveRoleFromInstanceProfile(h.ctx, &iamapi.RemoveRoleFromInstanceProfileRequest{InstanceProfileName: profile, RoleName: role})
	return err
}

func (h *house) get(t testing.TB, name string) iamapi.InstanceProfile {
	t.Helper()
	return ok[*iamapi.GetInstanceProfileResponse](t)(h.GetInstanceProfile(h.ctx, &iamapi.GetInstanceProfileRequest{InstanceProfileName: name})).InstanceProfile
}
