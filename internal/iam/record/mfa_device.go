package record

import (
	"context"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// MFADevice is a virtual MFA device: a seed of one-time codes (RFC 6238), and for whom they count. ID is random and never reused; path and name are
// labels, which the serial number is made of.
type MFADevice struct {
	ID      string            `json:"id"`
	Account string            `json:"account"`
	Path    string            `json:"path"`
	Name    string            `json:"name"`
	Created time.Time         `json:"created"`
	Sealed  []byte            `json:"sealed"` // the seed; purpose at-rest/totp-seed, tenant Account, aad SeedAAD
	Tags    map[string]string `json:"tags,omitempty"`

	Owner   string    `json:"owner,omitempty"` // the user's id, or the account for its root; empty: assigned to nobody
	Enabled time.Time `json:"enabled,omitzero"`

	Drift int64 `json:"drift,omitempty"` // steps of 30 seconds that the device's clock is ahead of ours
	Step  int64 `json:"step,omitempty"`  // the last step of the device whose code was used
	Guesses
}

// kindMFA is how ARNs name MFA devices.
const kindMFA = "mfa"

// MFASerial is the serial number of a virtual MFA device, which is its ARN.
func MFASerial(account, path, name string) string { return ARN(account, kindMFA, path, name) }

// Serial is the device's serial number.
func (d *MFADevice) Serial() string { return MFASerial(d.Account, d.Path, d.Name) }

// SeedAAD binds the sealed seed to its place.
func (d *MFADevice) SeedAAD() []byte { return seal.AAD("iam_mfa_devices", d.ID, "seed", d.Account) }

// MFADevices is the table of virtual MFA devices. They are unique by path and name, without regard to ASCII case; by_owner has those that
// are assigned. Rows change with every use, so they are not cached.
var MFADevices = store.NewTable("iam_mfa_devices", store.Spec[MFADevice]{
	Key: []store.Column[MFADevice]{column("id", func(d *MFADevice) string { return d.ID })},
	Unique: []store.Index[MFADevice]{{Name: "by_name", Columns: []store.Column[MFADevice]{
		column("account", func(d *MFADevice) string { return d.Account }),
		column("place", func(d *MFADevice) string { return Fold(d.Path + d.Name) }),
	}}},
	Indexes: []store.Index[MFADevice]{{
		Name: "by_owner",
		Columns: []store.Column[MFADevice]{
			column("account", func(d *MFADevice) string { return d.Account }),
			column("owner", func(d *MFADevice) string { return d.Owner }),
		},
		Present: func(d *MFADevice) bool { return d.Owner != "" },
	}},
	Uncached: true,
})

// FindMFADevice finds a virtual MFA device of the account by its serial number, which is compared exactly. store.ErrNotFound when there is
// none.
func FindMFADevice(ctx context.Context, r store.Reader, account, serial string) (store.Row[MFADevice], error) {
	place, ok := strings.CutPrefix(serial, "arn:aws:iam::"+account+":"+kindMFA)
	if !ok || !strings.HasPrefix(place, "/") {
		return store.Row[MFADevice]{}, store.ErrNotFound
	}
	row, err := MFADevices.Find(ctx, r, "by_name", account, Fold(place))
	if err == nil && row.Doc.Serial() != serial {
		err = store.ErrNotFound
	}
	return row, err
}

// CountMFADevices counts the devices that are enabled for a user, or for the account's root when owner is the account.
func CountMFADevices(ctx context.Context, r store.Reader, account, owner string) (int64, error) {
	return MFADevices.Count(ctx, r, "by_owner", account, owner)
}
