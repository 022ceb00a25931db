package factor

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/srp"
)

// arrive hands out the key of a new device of ada's.
func (h *house) arrive(t testing.TB) directory.Device {
	t.Helper()
	var d directory.Device
	must(t, h.Store.Update(h.ctx, func(w store.Writer) (err error) {
		d, err = h.NewDevice(h.ctx, w, &h.pool, h.user(t, ada), "192.0.2.1")
		return err
	}))
	return d
}

// verifierOf is what a device sends: numbers as clients hash them, with a zero byte in front where the top bit is set.
func (h *house) verifierOf(d directory.Device, password string) *api.DeviceSecretVerifierConfigType {
	v := h.Group.NewDeviceVerifier(d.GroupKey, d.Key, password, []byte("0123456789abcdef"))
	pad := func(b []byte) *string {
		b = new(big.Int).SetBytes(b).Bytes()
		if b[0]&0x80 != 0 {
			b = append([]byte{0}, b...)
		}
		return new(base64.StdEncoding.EncodeToString(b))
	}
	return &api.DeviceSecretVerifierConfigType{Salt: pad(v.Salt), PasswordVerifier: pad(v.V)}
}

func (h *house) confirm(d directory.Device, of ...string) (*api.ConfirmDeviceResponse, error) {
	return h.ConfirmDevice(h.ctx, &api.ConfirmDeviceRequest{
		AccessToken: token(of...), DeviceKey: d.Key, DeviceName: new("Phone"), DeviceSecretVerifierConfig: h.verifierOf(d, "device password"),
	})
}

func (h *house) listed(t testing.TB) []api.DeviceType {
	t.Helper()
	return get[*api.ListDevicesResponse](t)(h.ListDevices(h.ctx, &api.ListDevicesRequest{AccessToken: token()})).Devices
}

func TestConfirmDevice(t *testing.T) {
	h := newHouse(t)
	d := h.arrive(t)
	if !strings.HasPrefix(d.Key, "eu-west-1_") || len(d.Key) != 46 || len(d.GroupKey) != 10 || d.GroupKey[0] != '-' {
		t.Errorf("key %q, group key %q", d.Key, d.GroupKey)
	}
	if _, err := h.Device(h.ctx, h.Store, poolID, ada, d.Key); err == nil || len(h.listed(t)) != 0 {
		t.Error("a new device is there before it is confirmed")
	}
	_, err := h.confirm(d, bob)
	fails(t, err, api.InvalidParameterException, "Invalid device key given.")
	out := get[*api.ConfirmDeviceResponse](t)(h.confirm(d))
	if *out.UserConfirmationNecessary {
		t.Error("the user is asked")
	}
	_, err = h.confirm(d)
	fails(t, err, api.DeviceKeyExistsException, "")
	row := get[store.Row[directory.Device]](t)(h.Device(h.ctx, h.Store, poolID, ada, d.Key))
	v := get[srp.Verifier](t)(h.DeviceVerifier(h.ctx, &row.Doc))
	if !h.Group.CheckPassword(v, d.GroupKey, d.Key, "device password") || h.Group.CheckPassword(v, d.GroupKey, d.Key, "another") {
		t.Error("the verifier is not the password's")
	}
	want := []api.DeviceType{{
		DeviceKey: &d.Key, DeviceCreateDate: &h.at, DeviceLastModifiedDate: &h.at, DeviceLastAuthenticatedDate: &h.at,
		DeviceAttributes: []api.AttributeType{
			{Name: "device_status", Value: new("valid")}, {Name: "device_name", Value: new("Phone")},
			{Name: "dev:device_arn", Value: new("arn:aws:cognito-idp:eu-west-1:" + account0 + ":owner/ada." + poolID + "/device/" + d.Key)},
			{Name: "dev:device_owner", Value: new("ada." + poolID)}, {Name: "last_ip_used", Value: new("192.0.2.1")},
			{Name: "dev:device_remembered_status", Value: new("remembered")},
		},
	}}
	if diff := cmp.Diff(want, h.listed(t)); diff != "" {
		t.Error(diff)
	}

	h.move(time.Hour)
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error { return h.SeenDevice(h.ctx, w, &row, "2001:db8::1") }))
	seen := h.listed(t)[0]
	if !seen.DeviceLastAuthenticatedDate.Equal(h.at) || *seen.DeviceAttributes[4].Value != "2001:db8::1" {
		t.Errorf("seen device is %+v", seen)
	}
	row.Doc.Sealed[len(row.Doc.Sealed)-1] ^= 1
	if _, err := h.DeviceVerifier(h.ctx, &row.Doc); err == nil {
		t.Error("a verifier that was changed opens")
	}
}

func TestConfirmDeviceLate(t *testing.T) {
	h := newHouse(t)
	d := h.arrive(t)
	h.move(24 * time.Hour)
	_, err := h.confirm(d)
	fails(t, err, api.InvalidParameterException, "Invalid device key given.")
}

func TestConfirmDeviceOnce(t *testing.T) {
	h := newHouse(t)
	d := h.arrive(t)
	in := &api.ConfirmDeviceRequest{AccessToken: token(), DeviceKey: d.Key, DeviceSecretVerifierConfig: h.verifierOf(d, "device password")}
	n, failures := together(100, func() error {
		_, err := h.ConfirmDevice(h.ctx, in)
		return err
	})
	if n != 1 {
		t.Errorf("%d of 100 confirmations succeed", n)
	}
	for _, err := range failures {
		fails(t, err, api.DeviceKeyExistsException, "")
	}
}

func TestConfirmDeviceVerifiers(t *testing.T) {
	h := newHouse(t)
	d := h.arrive(t)
	good := h.verifierOf(d, "device password")
	for name, c := range map[string]api.DeviceSecretVerifierConfigType{
		"no salt":       {PasswordVerifier: good.PasswordVerifier},
		"no verifier":   {Salt: good.Salt},
		"not base64":    {Salt: new("!"), PasswordVerifier: good.PasswordVerifier},
		"not base64 v":  {Salt: good.Salt, PasswordVerifier: new("!")},
		"zero verifier": {Salt: good.Salt, PasswordVerifier: new("AA==")},
		"long salt":     {Salt: good.PasswordVerifier, PasswordVerifier: good.PasswordVerifier},
	} {
		_, err := h.ConfirmDevice(h.ctx, &api.ConfirmDeviceRequest{AccessToken: token(), DeviceKey: d.Key, DeviceSecretVerifierConfig: &c})
		if !isError(err, api.InvalidParameterException) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A device may do without a verifier; then it cannot sign in by itself.
	ctx := caller.WithRequest(h.ctx, &caller.Request{SourceIP: netip.MustParseAddr("192.0.2.9")})
	get[*api.ConfirmDeviceResponse](t)(h.ConfirmDevice(ctx, &api.ConfirmDeviceRequest{AccessToken: token(), DeviceKey: d.Key}))
	row := get[store.Row[directory.Device]](t)(h.Device(h.ctx, h.Store, poolID, ada, d.Key))
	if _, err := h.DeviceVerifier(h.ctx, &row.Doc); err == nil || row.Doc.Attributes["last_ip_used"] != "192.0.2.9" {
		t.Errorf("device is %+v, verifier error %v", row.Doc, err)
	}
}

func TestDeviceStatus(t *testing.T) {
	h := newHouse(t, func(p *directory.Pool) { p.Devices.OnPrompt = true })
	d := h.arrive(t)
	update := func(status api.DeviceRememberedStatusType, of ...string) error {
		_, err := h.UpdateDeviceStatus(h.ctx, &api.UpdateDeviceStatusRequest{AccessToken: token(of...), DeviceKey: d.Key, DeviceRememberedStatus: &status})
		return err
	}
	show := func(of ...string) error {
		_, err := h.GetDevice(h.ctx, &api.GetDeviceRequest{AccessToken: new(token(of...)), DeviceKey: d.Key})
		return err
	}
	const unknown = "Device does not exist."
	fails(t, update("remembered"), api.ResourceNotFoundException, unknown)
	if out := get[*api.ConfirmDeviceResponse](t)(h.confirm(d)); !*out.UserConfirmationNecessary {
		t.Error("the user is not asked")
	}
	fails(t, show(), api.ResourceNotFoundException, unknown)
	must(t, update("remembered"))
	must(t, show())
	fails(t, show(bob), api.ResourceNotFoundException, unknown)
	fails(t, update("remembered", bob), api.ResourceNotFoundException, unknown)
	if n := len(h.listed(t)); n != 1 {
		t.Errorf("%d devices are remembered", n)
	}
	must(t, update("not_remembered"))
	fails(t, show(), api.ResourceNotFoundException, unknown)
	if n := len(h.listed(t)); n != 0 {
		t.Errorf("%d devices are remembered", n)
	}

	admin := get[*api.AdminGetDeviceResponse](t)(h.AdminGetDevice(h.ctx, &api.AdminGetDeviceRequest{UserPoolId: poolID, Username: "ada", DeviceKey: d.Key}))
	if v := admin.Device.DeviceAttributes[5]; v.Name != "dev:device_remembered_status" || *v.Value != "not_remembered" {
		t.Errorf("status is %s %s", v.Name, *v.Value)
	}
	get[*api.AdminUpdateDeviceStatusResponse](t)(h.AdminUpdateDeviceStatus(h.ctx, &api.AdminUpdateDeviceStatusRequest{
		UserPoolId: poolID, Username: "ada", DeviceKey: d.Key, DeviceRememberedStatus: new(api.DeviceRememberedStatusTypeRemembered),
	}))
	must(t, show())
	_, err := h.AdminGetDevice(h.ctx, &api.AdminGetDeviceRequest{UserPoolId: poolID, Username: "bob", DeviceKey: d.Key})
	fails(t, err, api.ResourceNotFoundException, unknown)
	_, err = h.AdminUpdateDeviceStatus(h.ctx, &api.AdminUpdateDeviceStatusRequest{UserPoolId: poolID, Username: "carl", DeviceKey: d.Key})
	fails(t, err, api.UserNotFoundException, "User does not exist.")
}

func TestForgetDevice(t *testing.T) {
	h := newHouse(t)
	forget := func(key string, of ...string) error {
		_, err := h.ForgetDevice(h.ctx, &api.ForgetDeviceRequest{AccessToken: new(token(of...)), DeviceKey: key})
		return err
	}
	d := h.arrive(t)
	get[*api.ConfirmDeviceResponse](t)(h.confirm(d))
	fails(t, forget(d.Key, bob), api.ResourceNotFoundException, "Device does not exist.")
	must(t, forget(d.Key))
	fails(t, forget(d.Key), api.ResourceNotFoundException, "Device does not exist.")
	e := h.arrive(t)
	get[*api.ConfirmDeviceResponse](t)(h.confirm(e))
	get[*wire.Empty](t)(h.AdminForgetDevice(h.ctx, &api.AdminForgetDeviceRequest{UserPoolId: poolID, Username: "ada", DeviceKey: e.Key}))
	want := []string{poolID + " " + ada + " " + d.Key, poolID + " " + ada + " " + e.Key}
	if diff := cmp.Diff(want, h.revoked); diff != "" {
		t.Error(diff)
	}
	_, err := h.confirm(d)
	fails(t, err, api.InvalidParameterException, "Invalid device key given.")
	_, err = h.ForgetDevice(h.ctx, &api.ForgetDeviceRequest{DeviceKey: d.Key})
	fails(t, err, api.NotAuthorizedException, "Invalid Access Token")
}

func TestListDevices(t *testing.T) {
	h := newHouse(t)
	for i := range 7 {
		d := h.arrive(t)
		get[*api.ConfirmDeviceResponse](t)(h.confirm(d))
		if i == 0 {
			get[*api.UpdateDeviceStatusResponse](t)(h.UpdateDeviceStatus(h.ctx, &api.UpdateDeviceStatusRequest{
				AccessToken: token(), DeviceKey: d.Key, DeviceRememberedStatus: new(api.DeviceRememberedStatusTypeNotRemembered),
			}))
		}
	}
	count := func(list func(token *string) ([]api.DeviceType, *string, error)) (n, pages int) {
		var token *string
		seen := map[string]bool{}
		for {
			devices, next, err := list(token)
			must(t, err)
			for _, d := range devices {
				seen[*d.DeviceKey] = true
			}
			if pages++; next == nil {
				return len(seen), pages
			}
			token = next
		}
	}
	own := func(token0 *string) ([]api.DeviceType, *string, error) {
		out, err := h.ListDevices(h.ctx, &api.ListDevicesRequest{AccessToken: token(), Limit: new(4), PaginationToken: token0})
		if err != nil {
			return nil, nil, err
		}
		return out.Devices, out.PaginationToken, nil
	}
	all := func(token0 *string) ([]api.DeviceType, *string, error) {
		out, err := h.AdminListDevices(h.ctx, &api.AdminListDevicesRequest{UserPoolId: poolID, Username: "ada", Limit: new(4), PaginationToken: token0})
		if err != nil {
			return nil, nil, err
		}
		return out.Devices, out.PaginationToken, nil
	}
	if n, pages := count(own); n != 6 || pages != 2 {
		t.Errorf("%d remembered devices on %d pages", n, pages)
	}
	if n, pages := count(all); n != 7 || pages != 2 {
		t.Errorf("%d devices on %d pages", n, pages)
	}
	_, next, err := own(nil)
	must(t, err)
	for _, try := range []*string{next, new("!"), new("AAAA")} {
		_, _, err := all(try)
		fails(t, err, api.InvalidParameterException, "Invalid pagination token.")
	}
	none := get[*api.ListDevicesResponse](t)(h.ListDevices(h.ctx, &api.ListDevicesRequest{AccessToken: token(), Limit: new(0)}))
	if len(none.Devices) != 0 || none.PaginationToken != nil {
		t.Errorf("a page of none has %d devices", len(none.Devices))
	}
}

func TestDevicesOff(t *testing.T) {
	h := newHouse(t)
	d := h.arrive(t)
	h.changePool(t, func(p *directory.Pool) { p.Devices = nil })
	_, err := h.confirm(d)
	fails(t, err, api.InvalidUserPoolConfigurationException, "")
	_, err = h.ListDevices(h.ctx, &api.ListDevicesRequest{AccessToken: token()})
	fails(t, err, api.InvalidUserPoolConfigurationException, "")
	_, err = h.AdminListDevices(h.ctx, &api.AdminListDevicesRequest{UserPoolId: poolID, Username: "ada"})
	fails(t, err, api.InvalidUserPoolConfigurationException, "")
}
