package factor

import (
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestCleanup(t *testing.T) {
	h := newHouse(t)
	furnish := func() {
		h.register(t, newAuthenticator(t))
		h.start(t)
		get[*api.ConfirmDeviceResponse](t)(h.confirm(h.arrive(t)))
		h.arrive(t)
	}
	rows := func() (n int64) {
		for _, count := range []func() (int64, error){
			func() (int64, error) { return registrations.Count(h.ctx, h.Store, "", poolID) },
			func() (int64, error) { return newDevices.Count(h.ctx, h.Store, "", poolID) },
			func() (int64, error) { return directory.Devices.Count(h.ctx, h.Store, "", poolID) },
			func() (int64, error) { return directory.Passkeys.Count(h.ctx, h.Store, "", poolID) },
		} {
			n += get[int64](t)(count())
		}
		return n
	}
	furnish()
	if n := rows(); n != 4 {
		t.Fatalf("%d rows, want 4", n)
	}
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error {
		if err := CleanupUser(h.ctx, w, poolID, bob); err != nil {
			return err
		}
		return Cleanup(h.ctx, w, "eu-west-1_BBBBBBBBB")
	}))
	if n := rows(); n != 4 {
		t.Errorf("%d rows are left of others'", n)
	}
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error {
		if err := directory.DeleteUser(h.ctx, w, poolID, ada); err != nil {
			return err
		}
		return CleanupUser(h.ctx, w, poolID, ada)
	}))
	if n := rows(); n != 0 {
		t.Errorf("%d rows are left of a user", n)
	}
}

func TestCleanupPool(t *testing.T) {
	h := newHouse(t)
	h.register(t, newAuthenticator(t))
	get[*api.ConfirmDeviceResponse](t)(h.confirm(h.arrive(t)))
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error { return Cleanup(h.ctx, w, poolID) }))
	if get[bool](t)(h.HasPasskeys(h.ctx, h.Store, poolID, ada)) || len(h.listed(t)) != 0 {
		t.Error("passkeys or devices are left")
	}
}
