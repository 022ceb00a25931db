package mfa_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"rsc.io/qr"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
	"github.com/mayfly-id/mayfly/seal"
)

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), newHouse(t).Operations())
}

func TestCreateVirtualMFADevice(t *testing.T) {
	h := newHouse(t)
	out := get[*iamapi.CreateVirtualMFADeviceResponse](t)(h.CreateVirtualMFADevice(h.ann, &iamapi.CreateVirtualMFADeviceRequest{
		VirtualMFADeviceName: "a+b@c,d", Path: new("/x/y/"), Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	}))
	d := out.VirtualMFADevice
	if d.SerialNumber != "arn:aws:iam::111122223333:mfa/x/y/a+b@c,d" || d.User != nil || d.EnableDate != nil {
		t.Errorf("device %s of %v since %v", d.SerialNumber, d.User, d.EnableDate)
	}
	if diff := cmp.Diff([]iamapi.Tag{{Key: "k", Value: "v"}}, d.Tags); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`^[A-Z2-7]{64}$`).Match(d.Base32StringSeed) {
		t.Errorf("the seed has %d characters", len(d.Base32StringSeed))
	}
	holds(t, d.QRCodePNG, "otpauth://totp/Amazon%20Web%20Services:a+b@c%2Cd@111122223333?secret="+string(d.Base32StringSeed)+"&issuer=Amazon%20Web%20Services")

	row := h.row(t, d.SerialNumber)
	stored := fmt.Sprintf("%+v %s", row, row.Sealed)
	seed := get[[]byte](t)(h.Keys.Open(t.Context(), seal.TOTPSeed, iamtest.Account, row.Sealed, row.SeedAAD()))
	if totp.Text(seed) != string(d.Base32StringSeed) {
		t.Error("the stored seed is another")
	}
	if strings.Contains(stored, string(d.Base32StringSeed)) || strings.Contains(stored, string(seed)) {
		t.Error("the seed is stored in the clear")
	}
	moved := row
	moved.ID = "another"
	if _, err := h.Keys.Open(t.Context(), seal.TOTPSeed, iamtest.Account, moved.Sealed, moved.SeedAAD()); err == nil {
		t.Error("a seed that was moved to another row opens")
	}
}

func TestAppsShowTheAlias(t *testing.T) {
	h := newHouse(t)
	must(t, h.DB.Update(t.Context(), func(w store.Writer) error {
		return record.Accounts.Insert(t.Context(), w, &record.Account{ID: iamtest.Account, Alias: "example-corp"})
	}))
	out := get[*iamapi.CreateVirtualMFADeviceResponse](t)(h.CreateVirtualMFADevice(h.root, &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "phone"}))
	d := out.VirtualMFADevice
	holds(t, d.QRCodePNG, "otpauth://totp/Amazon%20Web%20Services:phone@example-corp?secret="+string(d.Base32StringSeed)+"&issuer=Amazon%20Web%20Services")
}

// holds reads the picture's modules and compares them with those of the text's QR code.
func holds(t *testing.T, picture []byte, text string) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	must(t, err)
	want := get[*qr.Code](t)(qr.Encode(text, qr.M))
	const quiet = 4 // modules around the code
	side := img.Bounds().Dx()
	if side != img.Bounds().Dy() || side%(want.Size+2*quiet) != 0 {
		t.Fatalf("the picture is %v for %d modules", img.Bounds(), want.Size)
	}
	scale := side / (want.Size + 2*quiet)
	for y := range want.Size {
		for x := range want.Size {
			at := img.At((x+quiet)*scale+scale/2, (y+quiet)*scale+scale/2)
			if black := color.GrayModel.Convert(at).(color.Gray).Y < 128; black != want.Black(x, y) {
				t.Fatalf("the picture has another text (module %d, %d)", x, y)
			}
		}
	}
}

func TestCreateRefused(t *testing.T) {
	h := newHouse(t)
	create := func(path *string, name string, tags ...iamapi.Tag) error {
		_, err := h.CreateVirtualMFADevice(h.root, &iamapi.CreateVirtualMFADeviceRequest{Path: path, VirtualMFADeviceName: name, Tags: tags})
		return err
	}
	must(t, create(nil, "phone"))
	iamtest.Fails(t, create(new("/"), "Phone"), iamapi.EntityAlreadyExistsException, "MFA device already exists.")
	must(t, create(new("/phone/"), "phone"))
	iamtest.Fails(t, create(nil, strings.Repeat("x", 228)), iamapi.InvalidInputException, "")
	for _, path := range []string{"/a!b/", "/a*/", "/~/", "/a$/"} { // no request could name the device
		iamtest.Fails(t, create(&path, "t"), iamapi.InvalidInputException, "")
	}
	must(t, create(new("/a-Z_0+=,.@:/b/"), "t"))
	must(t, create(nil, strings.Repeat("x", 226)))
	iamtest.Fails(t, create(nil, "t", iamapi.Tag{Key: "aws:x"}), iamapi.InvalidInputException, "")
	many := make([]iamapi.Tag, 51)
	for i := range many {
		many[i].Key = fmt.Sprint(i)
	}
	iamtest.Fails(t, create(nil, "t", many...), iamapi.LimitExceededException, "Cannot exceed quota for TagsPerMFADevice: 50")
	if _, err := h.CreateVirtualMFADevice(iamtest.Root(iamtest.Other), &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "phone"}); err != nil {
		t.Errorf("another account's: %v", err)
	}
}

func TestQuotaOfDevices(t *testing.T) {
	h := newHouse(t)
	for from := 0; from < 5000; from += 1000 {
		must(t, h.DB.Update(t.Context(), func(w store.Writer) error {
			for i := range 1000 {
				n := fmt.Sprint(from + i)
				if err := record.MFADevices.Insert(t.Context(), w, &record.MFADevice{ID: n, Account: iamtest.Account, Path: "/", Name: n}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	_, err := h.CreateVirtualMFADevice(h.root, &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "phone"})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for MFADevices: 5000")
}

func TestDeleteVirtualMFADevice(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	del := func(account, serial string) error {
		_, err := h.DeleteVirtualMFADevice(iamtest.Root(account), &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: serial})
		return err
	}
	none := "MFA Device with serial number " + a.serial + " does not exist."
	iamtest.Fails(t, del(iamtest.Account, a.serial), iamapi.DeleteConflictException, "MFA VirtualDevice in use. Must deactivate first.")
	iamtest.Fails(t, del(iamtest.Other, a.serial), iamapi.NoSuchEntityException, none)
	iamtest.Fails(t, del(iamtest.Account, strings.Replace(a.serial, "phone", "Phone", 1)), iamapi.NoSuchEntityException, "")
	iamtest.Fails(t, del(iamtest.Account, "GAHT12345678"), iamapi.NoSuchEntityException, "")
	get[any](t)(h.DeactivateMFADevice(h.ann, &iamapi.DeactivateMFADeviceRequest{SerialNumber: a.serial}))
	must(t, del(iamtest.Account, a.serial))
	iamtest.Fails(t, del(iamtest.Account, a.serial), iamapi.NoSuchEntityException, none)
}

func TestListVirtualMFADevices(t *testing.T) {
	h := newHouse(t)
	h.create(t, "free")
	phone := h.enabled(t, "phone", "ann")
	token := h.enabled(t, "token", iamtest.Account)
	list := func(status *iamapi.AssignmentStatusType, max int) (names []string) {
		in := &iamapi.ListVirtualMFADevicesRequest{AssignmentStatus: status, MaxItems: &max}
		for {
			out := get[*iamapi.ListVirtualMFADevicesResponse](t)(h.ListVirtualMFADevices(h.root, in))
			for _, d := range out.VirtualMFADevices {
				names = append(names, d.SerialNumber[strings.LastIndexByte(d.SerialNumber, '/')+1:])
				if d.Base32StringSeed != nil || d.QRCodePNG != nil || (d.User == nil) != (d.EnableDate == nil) {
					t.Errorf("%s is shown as %+v", d.SerialNumber, d)
				}
				switch {
				case d.SerialNumber == phone.serial && d.User.Arn != "arn:aws:iam::111122223333:user/staff/ann",
					d.SerialNumber == token.serial && d.User.Arn != "arn:aws:iam::111122223333:root":
					t.Errorf("%s is of %s", d.SerialNumber, d.User.Arn)
				}
			}
			if in.Marker = out.Marker; in.Marker == nil {
				return names
			}
		}
	}
	for _, tt := range []struct {
		status *iamapi.AssignmentStatusType
		want   []string
	}{
		{nil, []string{"free", "phone", "token"}},
		{new(iamapi.AssignmentStatusTypeAny), []string{"free", "phone", "token"}},
		{new(iamapi.AssignmentStatusTypeAssigned), []string{"phone", "token"}},
		{new(iamapi.AssignmentStatusTypeUnassigned), []string{"free"}},
	} {
		for _, max := range []int{1, 100} {
			if d := cmp.Diff(tt.want, list(tt.status, max)); d != "" {
				t.Error(d)
			}
		}
	}
	out := get[*iamapi.ListVirtualMFADevicesResponse](t)(h.ListVirtualMFADevices(iamtest.Root(iamtest.Other), &iamapi.ListVirtualMFADevicesRequest{}))
	if len(out.VirtualMFADevices) != 0 {
		t.Errorf("another account sees %v", out.VirtualMFADevices)
	}
}

func TestDevicesOfAUser(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "phone", "ann")
	h.enabled(t, "other", "ann")
	h.enabled(t, "bobs", "bob")
	since := h.row(t, a.serial).Enabled
	in := &iamapi.ListMFADevicesRequest{UserName: new("ANN"), MaxItems: new(1)}
	var got []iamapi.MFADevice
	for {
		out := get[*iamapi.ListMFADevicesResponse](t)(h.ListMFADevices(h.root, in))
		got = append(got, out.MFADevices...)
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if len(got) != 2 || got[0].UserName != "ann" || got[1].UserName != "ann" || got[0].SerialNumber == got[1].SerialNumber {
		t.Errorf("ann has %+v", got)
	}
	own := get[*iamapi.ListMFADevicesResponse](t)(h.ListMFADevices(h.ann, &iamapi.ListMFADevicesRequest{}))
	if len(own.MFADevices) != 2 {
		t.Errorf("ann sees %+v", own.MFADevices)
	}
	one := get[*iamapi.GetMFADeviceResponse](t)(h.GetMFADevice(h.ann, &iamapi.GetMFADeviceRequest{SerialNumber: a.serial}))
	if d := cmp.Diff(&iamapi.GetMFADeviceResponse{SerialNumber: a.serial, UserName: new("ann"), EnableDate: &since}, one); d != "" {
		t.Error(d)
	}
	_, err := h.GetMFADevice(h.root, &iamapi.GetMFADeviceRequest{SerialNumber: a.serial, UserName: new("bob")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "MFA Device invalid for user.")
	_, err = h.ListMFADevices(h.root, &iamapi.ListMFADevicesRequest{UserName: new("eve")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name eve cannot be found.")
	role := iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")
	_, err = h.ListMFADevices(role, &iamapi.ListMFADevicesRequest{})
	iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
	if n := get[int64](t)(record.CountMFADevices(t.Context(), h.DB, iamtest.Account, annID)); n != 2 {
		t.Errorf("ann has %d", n)
	}
	if n := get[int64](t)(record.MFADevices.Count(t.Context(), h.DB, "by_owner", iamtest.Account)); n != 3 {
		t.Errorf("%d are in use", n)
	}
}

func TestTags(t *testing.T) {
	h := newHouse(t)
	a := h.create(t, "phone")
	tag := func(tags ...iamapi.Tag) error {
		_, err := h.TagMFADevice(h.root, &iamapi.TagMFADeviceRequest{SerialNumber: a.serial, Tags: tags})
		return err
	}
	must(t, tag(iamapi.Tag{Key: "a", Value: "1"}, iamapi.Tag{Key: "b"}))
	must(t, tag(iamapi.Tag{Key: "A", Value: "2"}, iamapi.Tag{Key: "c"}))
	get[any](t)(h.UntagMFADevice(h.root, &iamapi.UntagMFADeviceRequest{SerialNumber: a.serial, TagKeys: []string{"b", "C", "none"}}))
	iamtest.Fails(t, tag(iamapi.Tag{Key: "x"}, iamapi.Tag{Key: "x"}), iamapi.InvalidInputException, "")
	in := &iamapi.ListMFADeviceTagsRequest{SerialNumber: a.serial, MaxItems: new(1)}
	var got []iamapi.Tag
	for {
		out := get[*iamapi.ListMFADeviceTagsResponse](t)(h.ListMFADeviceTags(h.root, in))
		got = append(got, out.Tags...)
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if d := cmp.Diff([]iamapi.Tag{{Key: "A", Value: "2"}, {Key: "a", Value: "1"}, {Key: "c"}}, got); d != "" {
		t.Error(d)
	}
	other := iamtest.Root(iamtest.Other)
	_, err := h.TagMFADevice(other, &iamapi.TagMFADeviceRequest{SerialNumber: a.serial, Tags: []iamapi.Tag{{Key: "a"}}})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	_, err = h.UntagMFADevice(other, &iamapi.UntagMFADeviceRequest{SerialNumber: a.serial})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
	_, err = h.ListMFADeviceTags(other, &iamapi.ListMFADeviceTagsRequest{SerialNumber: a.serial})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "")
}

func TestRootDevices(t *testing.T) {
	h := newHouse(t)
	a := h.enabled(t, "root-account-mfa-device", iamtest.Account)
	root := iamtest.RootPrincipal(iamtest.Account)
	must(t, h.Verify(t.Context(), root, a.serial, a.code(0)))
	if h.try(t, a.serial, a.code(1)) {
		t.Error("a user's code is of the root's device")
	}
	out := get[*iamapi.ListMFADevicesResponse](t)(h.ListMFADevices(h.root, &iamapi.ListMFADevicesRequest{}))
	if len(out.MFADevices) != 1 || out.MFADevices[0].SerialNumber != a.serial {
		t.Errorf("the root has %+v", out.MFADevices)
	}
	_, err := h.ListMFADevices(h.ann, &iamapi.ListMFADevicesRequest{UserName: new(iamtest.Account)})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "") // only the root means itself by the account's number
	h.Clock.Move(time.Hour)
	get[any](t)(h.DeactivateMFADevice(h.root, &iamapi.DeactivateMFADeviceRequest{SerialNumber: a.serial}))
	if err := h.Verify(t.Context(), root, a.serial, a.code(0)); err == nil {
		t.Error("a device that is nobody's still counts")
	}
}
