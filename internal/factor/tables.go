package factor

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// registration is the challenge of a passkey that is being made: one for each user, the latest. It is taken by the first answer, right or wrong.
type registration struct {
	PoolID       string    `json:"poolId"`
	Sub          string    `json:"sub"`
	ClientID     string    `json:"clientId"`
	Challenge    []byte    `json:"challenge"`
	RelyingParty string    `json:"relyingParty"`
	Verify       bool      `json:"verify,omitempty"` // user verification is required
	Expires      time.Time `json:"expires"`
}

var registrations = store.NewTable("passkey_registrations", store.Spec[registration]{
	Key: []store.Column[registration]{
		{Name: "pool_id", Value: func(r *registration) string { return r.PoolID }},
		{Name: "sub", Value: func(r *registration) string { return r.Sub }},
	},
	Expires:  func(r *registration) time.Time { return r.Expires },
	Uncached: true,
})

// newDevice is a device whose key was handed out and that was not confirmed yet.
type newDevice struct {
	directory.Device
	Expires time.Time `json:"expires"`
}

var newDevices = store.NewTable("new_devices", store.Spec[newDevice]{
	Key: []store.Column[newDevice]{
		{Name: "pool_id", Value: func(d *newDevice) string { return d.PoolID }},
		{Name: "sub", Value: func(d *newDevice) string { return d.Sub }},
		{Name: "device_key", Value: func(d *newDevice) string { return d.Key }},
	},
	Expires:  func(d *newDevice) time.Time { return d.Expires },
	Uncached: true,
})

// Cleanup removes everything of a pool that this package keeps, in the transaction that deletes the pool.
func Cleanup(ctx context.Context, w store.Writer, poolID string) error {
	return cleanup(
		func() (int64, error) { return registrations.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return newDevices.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.Devices.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.Passkeys.DeleteAll(ctx, w, "", poolID) },
	)
}

// CleanupUser removes what this package keeps of a user beside the directory's records, in the transaction that deletes the user.
func CleanupUser(ctx context.Context, w store.Writer, poolID, sub string) error {
	return cleanup(
		func() (int64, error) { return registrations.DeleteAll(ctx, w, "", poolID, sub) },
		func() (int64, error) { return newDevices.DeleteAll(ctx, w, "", poolID, sub) },
	)
}

func cleanup(removals ...func() (int64, error)) error {
	for _, remove := range removals {
		if _, err := remove(); err != nil {
			return err
		}
	}
	return nil
}
