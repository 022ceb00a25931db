package signin

import (
	"context"
	"testing"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/srp"
)

// toolbox is Factors whose answers are plain: the right code is "123456" in step 7, and the right credential "passkey" for the state "state".
type toolbox struct{ passkeys bool }

const (
	rightCode    = "123456"
	rightPasskey = "passkey"
)

// VerifyTOTP implements Factors.
func (toolbox) VerifyTOTP(_ context.Context, _ store.Writer, row *store.Row[directory.User], code string) (bool, error) {
	t := row.Doc.TOTP
	if code != rightCode || t == nil || t.Step >= 7 {
		return false, nil
	}
	changed := *t
	changed.Step = 7
	row.Doc.TOTP = &changed
	return true, nil
}

// HasPasskeys implements Factors.
func (b toolbox) HasPasskeys(context.Context, store.Reader, string, string) (bool, error) {
	return b.passkeys, nil
}

// BeginPasskey implements Factors.
func (toolbox) BeginPasskey(context.Context, *directory.Pool, *directory.User) (string, []byte, error) {
	return `{}`, []byte("state"), nil
}

// VerifyPasskey implements Factors.
func (toolbox) VerifyPasskey(_ context.Context, _ store.Writer, _ *directory.Pool, _ *directory.User, state []byte, credential string) error {
	if string(state) != "state" || credential != rightPasskey {
		return api.NotAuthorizedException.New("Invalid passkey credential.")
	}
	return nil
}

// NewDevice implements Factors.
func (toolbox) NewDevice(context.Context, store.Writer, *directory.Pool, *directory.User, string) (directory.Device, error) {
	return directory.Device{Key: ownDevice, GroupKey: "-group"}, nil
}

// Device implements Factors.
func (toolbox) Device(ctx context.Context, r store.Reader, poolID, sub, key string) (store.Row[directory.Device], error) {
	return directory.Devices.Get(ctx, r, poolID, sub, key)
}

// DeviceVerifier implements Factors.
func (toolbox) DeviceVerifier(context.Context, *directory.Device) (srp.Verifier, error) {
	return srp.Verifier{}, account.Incorrect()
}

// SeenDevice implements Factors.
func (toolbox) SeenDevice(ctx context.Context, w store.Writer, row *store.Row[directory.Device], _ string) error {
	return directory.Devices.Update(ctx, w, row)
}

func (h *house) insertUser(t testing.TB, u *directory.User) {
	t.Helper()
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.InsertUser(h.ctx, w, &h.pool, u) }))
}

func (h *house) deleteUser(t testing.TB, sub string) {
	t.Helper()
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.DeleteUser(h.ctx, w, poolID, sub) }))
}
