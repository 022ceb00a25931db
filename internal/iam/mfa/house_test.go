package mfa_test

import (
	"context"
	"encoding/base32"
	"errors"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/mfa"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
)

const (
	annID = "AIDAAAAAAAAAAAAAAAAAA"
	bobID = "AIDABBBBBBBBBBBBBBBBB"
)

type house struct {
	*mfa.Service
	*iamtest.World
	root context.Context
	ann  context.Context
}

func newHouse(t testing.TB) *house {
	t.Helper()
	w := iamtest.New(t)
	users := []record.User{
		{ID: annID, Account: iamtest.Account, Name: "ann", Path: "/staff/"}, {ID: bobID, Account: iamtest.Account, Name: "bob", Path: "/"},
		{ID: "AIDACCCCCCCCCCCCCCCCC", Account: iamtest.Other, Name: "ann", Path: "/"},
	}
	must(t, w.DB.Update(t.Context(), func(x store.Writer) error {
		for i := range users {
			if err := record.Users.Insert(t.Context(), x, &users[i]); err != nil {
				return err
			}
		}
		return nil
	}))
	return &house{
		Service: mfa.New(mfa.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}), World: w,
		root: iamtest.Root(iamtest.Account), ann: iamtest.As(iamtest.UserPrincipal(iamtest.Account, annID, users[0].ARN(), "ann"), ""),
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// app is the user's authenticator app.
type app struct {
	h      *house
	serial string
	seed   []byte
	off    time.Duration // of its clock
}

// code is what the app shows some steps from now.
func (a *app) code(steps int64) string {
	c := totp.Code(a.seed, totp.Step(a.h.Clock.Now().Add(a.off))+steps)
	return string(c[:])
}

func (h *house) create(t testing.TB, name string) *app {
	t.Helper()
	out := get[*iamapi.CreateVirtualMFADeviceResponse](t)(h.CreateVirtualMFADevice(h.root, &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: name}))
	d := out.VirtualMFADevice
	seed := get[[]byte](t)(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(d.Base32StringSeed)))
	return &app{h: h, serial: d.SerialNumber, seed: seed}
}

func (h *house) enable(a *app, user, one, two string) error {
	_, err := h.EnableMFADevice(h.root, &iamapi.EnableMFADeviceRequest{UserName: user, SerialNumber: a.serial, AuthenticationCode1: one, AuthenticationCode2: two})
	return err
}

func (h *house) resync(a *app, user, one, two string) error {
	_, err := h.ResyncMFADevice(h.root, &iamapi.ResyncMFADeviceRequest{UserName: user, SerialNumber: a.serial, AuthenticationCode1: one, AuthenticationCode2: two})
	return err
}

// enabled makes a device and enables it, and goes on to where its next code counts.
func (h *house) enabled(t testing.TB, name, user string) *app {
	t.Helper()
	a := h.create(t, name)
	must(t, h.enable(a, user, a.code(-1), a.code(0)))
	h.Clock.Move(totp.Length)
	return a
}

// try holds a code against a device of ann.
func (h *house) try(t testing.TB, serial, code string) bool {
	t.Helper()
	err := h.Verify(t.Context(), iamtest.UserPrincipal(iamtest.Account, annID, "", "ann"), serial, code)
	if err != nil && !errors.Is(err, mfa.ErrRefused) {
		t.Fatal(err)
	}
	return err == nil
}

func (h *house) row(t testing.TB, serial string) record.MFADevice {
	t.Helper()
	row := get[store.Row[record.MFADevice]](t)(record.FindMFADevice(t.Context(), h.DB, iamtest.Account, serial))
	return row.Doc
}
