package mfa_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/mfa"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
)

const invalid = "Authentication code for device is not valid."

func TestEnableMFADevice(t *testing.T) {
	h := newHouse(t)
	a := h.create(t, "phone")
	iamtest.Fails(t, h.enable(a, "eve", a.code(-1), a.code(0)), iamapi.NoSuchEntityException, "The user with name eve cannot be found.")
	iamtest.Fails(t, h.enable(&app{h: h, serial: a.serial + "x"}, "ann", "123456", "123456"), iamapi.NoSuchEntityException, "MFA Device with serial number "+a.serial+"x does not exist.")
	for name, pair := range map[string][2]string{
		"twice": {a.code(0), a.code(0)}, "reversed": {a.code(0), a.code(-1)}, "not adjacent": {a.code(-2), a.code(0)}, "too old": {a.code(-200), a.code(-199)},
	} {
		if err := h.enable(a, "ann", pair[0], pair[1]); err == nil {
			t.Errorf("%s: enabled", name)
		}
	}
	if d := h.row(t, a.serial); d.Owner != "" || d.Failures != 4 {
		t.Errorf("after wrong codes: %+v", d)
	}
	iamtest.Fails(t, h.enable(a, "ann", "000000", a.code(0)), iamapi.InvalidAuthenticationCodeException, invalid)
	iamtest.Fails(t, h.enable(a, "ann", a.code(-1), a.code(0)), iamapi.InvalidAuthenticationCodeException, invalid) // it waits
	h.Clock.Move(time.Second)
	must(t, h.enable(a, "ann", a.code(-1), a.code(0)))
	d := h.row(t, a.serial)
	if d.Owner != annID || d.Drift != 0 || d.Failures != 0 || !d.Enabled.Equal(h.Clock.Now().Truncate(time.Second)) {
		t.Errorf("enabled: %+v", d)
	}
	for _, user := range []string{"ann", "bob"} {
		iamtest.Fails(t, h.enable(a, user, a.code(1), a.code(2)), iamapi.EntityAlreadyExistsException, "MFA Device is already in use.")
	}
}

func TestEightDevices(t *testing.T) {
	h := newHouse(t)
	for i := range 8 {
		h.enabled(t, "d"+string(rune('0'+i)), "ann")
	}
	a := h.create(t, "ninth")
	iamtest.Fails(t, h.enable(a, "ann", a.code(-1), a.code(0)), iamapi.LimitExceededException, "Cannot exceed quota for MFADevicesPerUser: 8")
	must(t, h.enable(a, "bob", a.code(-1), a.code(0)))
}

func TestVerify(t *testing.T) {
	h := newHouse(t)
	a := h.create(t, "phone")
	if h.try(t, a.serial, a.code(0)) {
		t.Error("a device that is nobody's counts")
	}
	must(t, h.enable(a, "ann", a.code(-1), a.code(0)))
	for _, tt := range []struct {
		name string
		move time.Duration
		step int64
		want bool
	}{
		{"the code that enabled it", 0, 0, false},
		{"a device that is ahead", 0, 1, true},
		{"the same again", 0, 1, false},
		{"the one before", 0, 0, false},
		{"two steps ahead", 5 * totp.Length, 2, false},
		{"two steps old", 0, -2, false},
		{"a device that is behind", 0, -1, true},
		{"now", 0, 0, true},
		{"now again", 0, 0, false},
	} {
		h.Clock.Move(tt.move)
		if got := h.try(t, a.serial, a.code(tt.step)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestVerifyWhose(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	session := iamtest.UserPrincipal(iamtest.Account, annID, "", "ann")
	session.Session = &caller.Session{}
	for name, p := range map[string]*caller.Principal{
		"another user":    iamtest.UserPrincipal(iamtest.Account, bobID, "", "bob"),
		"another account": iamtest.UserPrincipal(iamtest.Other, annID, "", "ann"),
		"the root":        iamtest.RootPrincipal(iamtest.Account),
		"a role":          iamtest.RolePrincipal(iamtest.Account),
		"a session":       session,
		"nobody":          {},
	} {
		if err := h.Verify(t.Context(), p, a.serial, a.code(0)); !errors.Is(err, mfa.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, serial := range []string{"", "arn:aws:iam::111122223333:mfa/none", "arn:aws:iam::111122223333:mfaphone", strings.ToUpper(a.serial)} {
		if h.try(t, serial, a.code(0)) {
			t.Errorf("%q is a device", serial)
		}
	}
	code := a.code(0)
	for _, odd := range []string{"", code[:5], code + "0", " " + code, code[:5] + "٣", "-00001"} {
		h.Clock.Move(time.Hour)
		if h.try(t, a.serial, odd) {
			t.Errorf("%q is accepted", odd)
		}
	}
	h.Clock.Move(time.Hour)
	if !h.try(t, a.serial, a.code(0)) {
		t.Error("the right code of the right user is refused")
	}
}

// TestVerifyFails holds a seed that does not open to be a failure, and no leak of it.
func TestVerifyFails(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	must(t, h.DB.Update(t.Context(), func(w store.Writer) error {
		row, err := record.FindMFADevice(t.Context(), w, iamtest.Account, a.serial)
		if err != nil {
			return err
		}
		row.Doc.Sealed[len(row.Doc.Sealed)-1] ^= 1
		return record.MFADevices.Update(t.Context(), w, &row)
	}))
	err := h.Verify(t.Context(), iamtest.UserPrincipal(iamtest.Account, annID, "", "ann"), a.serial, a.code(0))
	if err == nil || errors.Is(err, mfa.ErrRefused) || strings.Contains(err.Error(), totp.Text(a.seed)) || strings.Contains(err.Error(), a.code(0)) {
		t.Errorf("a seed that does not open: %v", err)
	}
}

func TestWrongCodesSlowDown(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	for range 5 {
		if h.try(t, a.serial, "abcdef") {
			t.Fatal("a wrong code counts")
		}
	}
	if h.try(t, a.serial, a.code(0)) {
		t.Error("the fifth wrong code has no wait")
	}
	if n := h.row(t, a.serial).Failures; n != 5 {
		t.Errorf("%d failures: one in the wait is counted", n)
	}
	h.Clock.Move(time.Second)
	h.try(t, a.serial, "abcdef")
	h.Clock.Move(time.Second)
	if h.try(t, a.serial, a.code(0)) {
		t.Error("the sixth wrong code has no longer wait")
	}
	h.Clock.Move(time.Second)
	if !h.try(t, a.serial, a.code(0)) {
		t.Error("after the wait the right code is refused")
	}
	if n := h.row(t, a.serial).Failures; n != 0 {
		t.Errorf("%d failures after a right code", n)
	}
}

func TestResyncMFADevice(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	for _, off := range []time.Duration{20 * time.Minute, 50 * time.Minute, -40 * time.Minute} {
		h.Clock.Move(3 * time.Hour)
		a.off = off
		if h.try(t, a.serial, a.code(0)) {
			t.Errorf("%s: a code counts before the clock is known", off)
		}
		iamtest.Fails(t, h.resync(a, "ann", a.code(0), a.code(0)), iamapi.InvalidAuthenticationCodeException, invalid)
		must(t, h.resync(a, "ann", a.code(-1), a.code(0)))
		if h.try(t, a.serial, a.code(0)) {
			t.Errorf("%s: a code that synchronised counts again", off)
		}
		iamtest.Fails(t, h.resync(a, "ann", a.code(-1), a.code(0)), iamapi.InvalidAuthenticationCodeException, invalid)
		iamtest.Fails(t, h.resync(a, "ann", a.code(0), a.code(1)), iamapi.InvalidAuthenticationCodeException, invalid)
		h.Clock.Move(totp.Length)
		if !h.try(t, a.serial, a.code(0)) {
			t.Errorf("%s: a code does not count although the clock is known", off)
		}
	}
	h.Clock.Move(3 * time.Hour)
	a.off = 2 * time.Hour
	iamtest.Fails(t, h.resync(a, "ann", a.code(-1), a.code(0)), iamapi.InvalidAuthenticationCodeException, invalid)
	iamtest.Fails(t, h.resync(a, "bob", a.code(-1), a.code(0)), iamapi.NoSuchEntityException, "MFA Device invalid for user.")
}

func TestDeactivateMFADevice(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	deactivate := func(ctx context.Context, name *string) error {
		_, err := h.DeactivateMFADevice(ctx, &iamapi.DeactivateMFADeviceRequest{SerialNumber: a.serial, UserName: name})
		return err
	}
	iamtest.Fails(t, deactivate(h.root, nil), iamapi.NoSuchEntityException, "MFA Device invalid for user.")
	iamtest.Fails(t, deactivate(h.root, new("bob")), iamapi.NoSuchEntityException, "MFA Device invalid for user.")
	iamtest.Fails(t, deactivate(h.root, new("eve")), iamapi.NoSuchEntityException, "The user with name eve cannot be found.")
	iamtest.Fails(t, deactivate(iamtest.Root(iamtest.Other), new("ann")), iamapi.NoSuchEntityException, "")
	used := a.code(0)
	if !h.try(t, a.serial, used) {
		t.Fatal("the code is refused")
	}
	must(t, deactivate(h.ann, nil))
	iamtest.Fails(t, deactivate(h.ann, nil), iamapi.NoSuchEntityException, "MFA Device invalid for user.")
	if h.try(t, a.serial, a.code(1)) {
		t.Error("a device that is nobody's counts")
	}
	iamtest.Fails(t, h.enable(a, "bob", a.code(-1), used), iamapi.InvalidAuthenticationCodeException, invalid) // used is used
	h.Clock.Move(time.Minute)
	must(t, h.enable(a, "bob", a.code(-1), a.code(0)))
	if d := h.row(t, a.serial); d.Owner != bobID {
		t.Errorf("the device is %+v", d)
	}
}

// together runs f many times at once and counts how often it succeeded.
func together(n int, f func() error) int32 {
	var done atomic.Int32
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-start
			if f() == nil {
				done.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return done.Load()
}

func TestCodeCountsOnce(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	code := a.code(0)
	ann := iamtest.UserPrincipal(iamtest.Account, annID, "", "ann")
	if n := together(100, func() error { return h.Verify(context.Background(), ann, a.serial, code) }); n != 1 {
		t.Errorf("%d of 100 got in with one code", n)
	}
}

func TestGuessesTogetherAreNoMore(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	ann := iamtest.UserPrincipal(iamtest.Account, annID, "", "ann")
	together(100, func() error { return h.Verify(context.Background(), ann, a.serial, "abcdef") })
	if n := h.row(t, a.serial).Failures; n != 5 {
		t.Errorf("%d guesses were judged at once", n)
	}
}

func TestDeviceIsOneUsers(t *testing.T) {
	h := newHouse(t)
	a := h.create(t, "phone")
	names := make(chan string, 20)
	for range 10 {
		names <- "ann"
		names <- "bob"
	}
	one, two := a.code(-1), a.code(0)
	if n := together(20, func() error { return h.enable(a, <-names, one, two) }); n != 1 {
		t.Errorf("%d enabled one device", n)
	}
}
