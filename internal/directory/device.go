package directory

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Device is a device of a user. Its key is "<region>_<uuid>" and never reused. Until it is confirmed it has no verifier.
type Device struct {
	PoolID     string            `json:"poolId"`
	Sub        string            `json:"sub"`
	Key        string            `json:"key"`
	GroupKey   string            `json:"groupKey"` // DeviceGroupKey: the pool's part of the device proof
	Name       string            `json:"name,omitempty"`
	Remembered bool              `json:"remembered,omitempty"`
	Confirmed  bool              `json:"confirmed,omitempty"`
	Sealed     []byte            `json:"sealed,omitempty"` // salt ‖ SRP verifier: purpose at-rest/srp-verifier, tenant PoolID, row Key
	Created    time.Time         `json:"created"`
	Modified   time.Time         `json:"modified"`
	LastSignIn time.Time         `json:"lastSignIn"`
	Attributes map[string]string `json:"attributes,omitempty"` // such as device_name, last_ip_used
}

func deviceColumn(name string, value func(*Device) string) store.Column[Device] {
	return store.Column[Device]{Name: name, Value: value}
}

// Devices is the table of devices, by user.
var Devices = store.NewTable("user_devices", store.Spec[Device]{
	Key: []store.Column[Device]{
		deviceColumn("pool_id", func(d *Device) string { return d.PoolID }),
		deviceColumn("sub", func(d *Device) string { return d.Sub }),
		deviceColumn("device_key", func(d *Device) string { return d.Key }),
	},
	Indexes: []store.Index[Device]{{
		Name: "by_remembered",
		Columns: []store.Column[Device]{
			deviceColumn("pool_id", func(d *Device) string { return d.PoolID }),
			deviceColumn("remembered_by", func(d *Device) string { return d.Sub }),
		},
		Present: func(d *Device) bool { return d.Remembered },
	}},
})
