package mfa_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

// TestAsks holds what is asked for against the service authorization reference: users where a device is theirs, and devices elsewhere.
func TestAsks(t *testing.T) {
	h := newHouse(t)
	a := h.create(t, "phone")
	get[any](t)(h.TagMFADevice(h.root, &iamapi.TagMFADeviceRequest{SerialNumber: a.serial, Tags: []iamapi.Tag{{Key: "Team", Value: "x"}}}))
	const (
		ann  = "arn:aws:iam::111122223333:user/staff/ann"
		root = "arn:aws:iam::111122223333:root"
		none = "arn:aws:iam::111122223333:mfa/x/none"
	)
	role := iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")
	for _, tt := range []struct {
		op       string
		ctx      context.Context
		in       any
		resource string
		tag      string // aws:ResourceTag/Team
		keys     []string
	}{
		{"CreateVirtualMFADevice", h.ann, &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "none", Path: new("/x/")}, none, "", nil},
		{"DeleteVirtualMFADevice", h.ann, &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: a.serial}, a.serial, "x", nil},
		{"DeleteVirtualMFADevice", h.ann, &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: none}, none, "", nil},
		{"DeleteVirtualMFADevice", h.ann, &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: "GAHT12345678"}, "arn:aws:iam::111122223333:mfa/GAHT12345678", "", nil},
		{"ListVirtualMFADevices", h.ann, &iamapi.ListVirtualMFADevicesRequest{}, "*", "", nil},
		{"EnableMFADevice", h.root, &iamapi.EnableMFADeviceRequest{UserName: "Ann", SerialNumber: a.serial}, ann, "", nil},
		{"EnableMFADevice", h.root, &iamapi.EnableMFADeviceRequest{UserName: iamtest.Account, SerialNumber: a.serial}, root, "", nil},
		{"EnableMFADevice", h.ann, &iamapi.EnableMFADeviceRequest{UserName: iamtest.Account}, "arn:aws:iam::111122223333:user/111122223333", "", nil},
		{"ResyncMFADevice", h.ann, &iamapi.ResyncMFADeviceRequest{UserName: "ann"}, ann, "", nil},
		{"DeactivateMFADevice", h.ann, &iamapi.DeactivateMFADeviceRequest{}, ann, "", nil},
		{"DeactivateMFADevice", h.root, &iamapi.DeactivateMFADeviceRequest{}, root, "", nil},
		{"GetMFADevice", h.ann, &iamapi.GetMFADeviceRequest{}, ann, "", nil},
		{"ListMFADevices", role, &iamapi.ListMFADevicesRequest{UserName: new("ann")}, ann, "", nil},
		{"ListMFADevices", role, &iamapi.ListMFADevicesRequest{}, "*", "", nil},
		{"TagMFADevice", h.ann, &iamapi.TagMFADeviceRequest{SerialNumber: a.serial, Tags: []iamapi.Tag{{Key: "k"}}}, a.serial, "x", []string{"k"}},
		{"UntagMFADevice", h.ann, &iamapi.UntagMFADeviceRequest{SerialNumber: a.serial, TagKeys: []string{"Team"}}, a.serial, "x", []string{"Team"}},
		{"ListMFADeviceTags", h.ann, &iamapi.ListMFADeviceTagsRequest{SerialNumber: a.serial}, a.serial, "x", nil},
	} {
		for _, b := range h.Operations() {
			if b.Operation.Name != tt.op {
				continue
			}
			asks := get[[]caller.Ask](t)(b.Asks(tt.ctx, iamapi.Service(), tt.in))
			if len(asks) != 1 || asks[0].Resource != tt.resource {
				t.Errorf("%s asks for %+v, want %s", tt.op, asks, tt.resource)
				continue
			}
			tag := ""
			if v := asks[0].Context["aws:resourcetag/team"]; len(v) == 1 {
				tag = v[0]
			}
			if tag != tt.tag || !cmp.Equal(asks[0].Context["aws:tagkeys"], tt.keys) {
				t.Errorf("%s has the context %v", tt.op, asks[0].Context)
			}
		}
	}
}

// TestAskTagOnCreate: who may make devices and not tag them cannot make one with tags.
func TestAskTagOnCreate(t *testing.T) {
	h := newHouse(t)
	got := get[[]caller.Ask](t)(h.Operations()[0].Asks(h.ann, iamapi.Service(), &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "phone", Tags: []iamapi.Tag{{Key: "K", Value: "v"}}}))
	const phone = "arn:aws:iam::111122223333:mfa/phone"
	tags := iampolicy.MapContext{"aws:requesttag/k": {"v"}, "aws:tagkeys": {"K"}}
	want := []caller.Ask{{Action: "iam:CreateVirtualMFADevice", Resource: phone, Context: tags}, {Action: "iam:TagMFADevice", Resource: phone, Context: tags}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
