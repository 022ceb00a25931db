package password_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/seal"
)

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), newHouse(t).Operations())
}

func TestCreateLoginProfile(t *testing.T) {
	h := newHouse(t)
	out := get[*iamapi.CreateLoginProfileResponse](t)(h.CreateLoginProfile(h.root, &iamapi.CreateLoginProfileRequest{
		UserName: new("ANN"), Password: new(first), PasswordResetRequired: new(true),
	}))
	want := iamapi.LoginProfile{UserName: "ann", CreateDate: h.Clock.Now().Truncate(time.Second), PasswordResetRequired: new(true)}
	if d := cmp.Diff(want, out.LoginProfile); d != "" {
		t.Error(d)
	}
	shown := get[*iamapi.GetLoginProfileResponse](t)(h.GetLoginProfile(h.ann, &iamapi.GetLoginProfileRequest{}))
	if d := cmp.Diff(want, shown.LoginProfile); d != "" {
		t.Error(d)
	}
	row := h.row(t)
	plain := get[[]byte](t)(h.Keys.Open(t.Context(), seal.PasswordHash, iamtest.Account, row.Sealed, row.PasswordAAD()))
	if bytes.Contains(plain, []byte(first)) || bytes.Contains(row.Sealed, plain) {
		t.Error("the password, or its hash, is stored in the clear")
	}
	moved := row
	moved.Owner = "AIDABBBBBBBBBBBBBBBBB"
	if _, err := h.Keys.Open(t.Context(), seal.PasswordHash, iamtest.Account, moved.Sealed, moved.PasswordAAD()); err == nil {
		t.Error("hashes that were moved to another row open")
	}
	iamtest.Fails(t, h.create(first), iamapi.EntityAlreadyExistsException, "Login Profile for user ann already exists.")
	if ok := get[bool](t)(record.HasLoginProfile(t.Context(), h.DB, iamtest.Account, annID)); !ok {
		t.Error("ann has no password")
	}
	if n := get[int64](t)(record.LoginProfiles.Count(t.Context(), h.DB, "", iamtest.Account)); n != 1 {
		t.Errorf("%d passwords are counted", n)
	}
}

func TestWhosePassword(t *testing.T) {
	h := newHouse(t)
	role := iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")
	_, err := h.CreateLoginProfile(role, &iamapi.CreateLoginProfileRequest{Password: new(first)})
	iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
	_, err = h.CreateLoginProfile(h.root, &iamapi.CreateLoginProfileRequest{Password: new(first)}) // the root itself, without AssumeRoot
	iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
	_, err = h.CreateLoginProfile(h.root, &iamapi.CreateLoginProfileRequest{UserName: new("eve"), Password: new(first)})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name eve cannot be found.")
	_, err = h.CreateLoginProfile(iamtest.Root(iamtest.Other), &iamapi.CreateLoginProfileRequest{UserName: new("ann"), Password: new(first)})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
	_, err = h.CreateLoginProfile(h.root, &iamapi.CreateLoginProfileRequest{UserName: new("ann")})
	iamtest.Fails(t, err, edge.ValidationError, "")

	none := "Login Profile for User ann cannot be found."
	_, err = h.GetLoginProfile(h.ann, &iamapi.GetLoginProfileRequest{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)
	iamtest.Fails(t, h.update(first), iamapi.NoSuchEntityException, none)
	_, err = h.DeleteLoginProfile(h.root, &iamapi.DeleteLoginProfileRequest{UserName: new("ann")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, none)

	get[any](t)(h.CreateLoginProfile(h.ann, &iamapi.CreateLoginProfileRequest{Password: new(first)}))
	get[any](t)(h.DeleteLoginProfile(h.ann, &iamapi.DeleteLoginProfileRequest{}))
	if ok := get[bool](t)(record.HasLoginProfile(t.Context(), h.DB, iamtest.Account, annID)); ok {
		t.Error("ann has a password after it was deleted")
	}
}

func TestRootPassword(t *testing.T) {
	h := newHouse(t)
	_, err := h.CreateLoginProfile(assumed(), &iamapi.CreateLoginProfileRequest{Password: new(first)})
	iamtest.Fails(t, err, edge.ValidationError, "")
	_, err = h.GetLoginProfile(assumed(), &iamapi.GetLoginProfileRequest{})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Login Profile for User 111122223333 cannot be found.")
	get[any](t)(h.CreateLoginProfile(assumed(), &iamapi.CreateLoginProfileRequest{}))
	_, err = h.CreateLoginProfile(assumed(), &iamapi.CreateLoginProfileRequest{})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "")
	out := get[*iamapi.GetLoginProfileResponse](t)(h.GetLoginProfile(assumed(), &iamapi.GetLoginProfileRequest{}))
	if out.LoginProfile.UserName != iamtest.Account {
		t.Errorf("the root's is %+v", out.LoginProfile)
	}
	get[any](t)(h.DeleteLoginProfile(assumed(), &iamapi.DeleteLoginProfileRequest{}))
}

func TestUpdateLoginProfile(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	before := h.row(t)
	h.Clock.Move(time.Hour)
	get[any](t)(h.UpdateLoginProfile(h.root, &iamapi.UpdateLoginProfileRequest{UserName: "ann", PasswordResetRequired: new(true)}))
	if p := h.row(t); !p.ResetRequired || !bytes.Equal(p.Sealed, before.Sealed) || !p.Changed.Equal(before.Changed) {
		t.Errorf("the profile is %+v", p)
	}
	for range 5 {
		if h.change("wrong-Wrong1", "another-Horse2") == nil {
			t.Fatal("a wrong password is taken")
		}
	}
	must(t, h.update("another-Horse2"))
	p := h.row(t)
	if !p.ResetRequired || p.Failures != 0 || !p.Changed.Equal(h.Clock.Now().Truncate(time.Second)) || !p.Created.Equal(before.Created) {
		t.Errorf("the profile is %+v", p)
	}
	iamtest.Fails(t, h.change(first, "third-Horse3"), denied(), "The old password was incorrect.")
	must(t, h.change("another-Horse2", "third-Horse3"))
	if h.row(t).ResetRequired {
		t.Error("a password that the user has chosen is to be changed")
	}
	_, err := h.UpdateLoginProfile(iamtest.Root(iamtest.Other), &iamapi.UpdateLoginProfileRequest{UserName: "ann"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
}

func TestOneProfileAUser(t *testing.T) {
	h := newHouse(t)
	if n := together(20, func(int) error { return h.create(first) }); n != 1 {
		t.Errorf("%d profiles were made", n)
	}
}
