package mfa

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	seedSize = 40 // bytes: 64 characters of base32, as AWS's are
	idLength = 26 // characters of base32: 130 bits
	// mostDevices is the quota of virtual devices, assigned or not: that of users
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
	mostDevices = 5000
	// longestSerial and serialLetters bound the serial numbers that requests can name.
	longestSerial = 256
	serialLetters = draw.Alphanumeric + "_+=/:,.@-"
)

// CreateVirtualMFADevice makes a device that is assigned to nobody. Its seed is in the answer, as text and as a picture of a URL that apps read, and
// nowhere else.
func (s *Service) CreateVirtualMFADevice(ctx context.Context, in *iamapi.CreateVirtualMFADeviceRequest) (*iamapi.CreateVirtualMFADeviceResponse, error) {
	tags, err := edge.TagsExact(nil, in.Tags, "MFADevice")
	if err != nil {
		return nil, err
	}
	d, seed, err := s.draw(account(ctx), edge.Path(in.Path), in.VirtualMFADeviceName)
	if err != nil {
		return nil, err
	}
	d.Tags = tags
	label, err := s.label(ctx, d.Account)
	if err != nil {
		return nil, err
	}
	picture, err := picture(d.Name, label, seed)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		n, err := record.MFADevices.Count(ctx, w, "by_name", d.Account)
		if err != nil {
			return err
		}
		if n >= mostDevices {
			return edge.Quota("MFADevices", mostDevices)
		}
		return edge.Exists(record.MFADevices.Insert(ctx, w, d), "MFA device already exists.")
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateVirtualMFADeviceResponse{VirtualMFADevice: iamapi.VirtualMFADevice{
		SerialNumber: d.Serial(), Base32StringSeed: []byte(totp.Text(seed)), QRCodePNG: picture, Tags: edge.TagList(tags),
	}}, nil
}

// label is what apps call the account: its alias, and without one its number.
func (s *Service) label(ctx context.Context, account string) (string, error) {
	row, err := record.Accounts.GetCached(ctx, s.db, account)
	if edge.Gone(err) || err == nil && row.Doc.Alias == "" {
		return account, nil
	}
	if err != nil {
		return "", err
	}
	return row.Doc.Alias, nil
}

// draw makes a device with a seed of its own, sealed.
func (s *Service) draw(account, path, name string) (*record.MFADevice, []byte, error) {
	d := &record.MFADevice{Account: account, Path: path, Name: name, Created: s.second()}
	if len(d.Serial()) > longestSerial {
		return nil, nil, iamapi.InvalidInputException.New("Path and name of the virtual MFA device are too long: its serial number would have more than %d characters.", longestSerial)
	}
	if strings.Trim(d.Serial(), serialLetters) != "" { // a path has more characters
		return nil, nil, iamapi.InvalidInputException.New("The path of a virtual MFA device can have letters, digits and the characters _+=/:,.@- only.")
	}
	var err error
	if d.ID, err = draw.Text(s.random, draw.Base32, idLength); err != nil {
		return nil, nil, err
	}
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(s.random, seed); err != nil {
		return nil, nil, fmt.Errorf("randomness: %w", err)
	}
	if d.Sealed, err = s.keys.Seal(seal.TOTPSeed, account, seed, d.SeedAAD()); err != nil {
		return nil, nil, fmt.Errorf("iam: sealing a seed: %w", err)
	}
	return d, seed, nil
}

// DeleteVirtualMFADevice deletes a device that is assigned to nobody.
func (s *Service) DeleteVirtualMFADevice(ctx context.Context, in *iamapi.DeleteVirtualMFADeviceRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.device(ctx, w, in.SerialNumber)
		if err != nil {
			return err
		}
		if row.Doc.Owner != "" {
			return iamapi.DeleteConflictException.New("MFA VirtualDevice in use. Must deactivate first.")
		}
		return record.MFADevices.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// ListVirtualMFADevices lists the account's devices by path and name: those that are assigned, those that are not, or all. As AWS's lists do, it leaves
// tags out, and seeds for ever.
func (s *Service) ListVirtualMFADevices(ctx context.Context, in *iamapi.ListVirtualMFADevicesRequest) (*iamapi.ListVirtualMFADevicesResponse, error) {
	status := iamapi.AssignmentStatusTypeAny
	if in.AssignmentStatus != nil {
		status = *in.AssignmentStatus
	}
	var keep func(*record.MFADevice) (bool, error)
	if status != iamapi.AssignmentStatusTypeAny {
		keep = func(d *record.MFADevice) (bool, error) {
			return (d.Owner != "") == (status == iamapi.AssignmentStatusTypeAssigned), nil
		}
	}
	l := &edge.List{Keys: s.keys, Scope: string(status), Marker: in.Marker, MaxItems: in.MaxItems}
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.MFADevices, q, keep)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListVirtualMFADevicesResponse{IsTruncated: truncated, Marker: marker, VirtualMFADevices: []iamapi.VirtualMFADevice{}}
	for i := range page {
		shown, err := s.show(ctx, &page[i])
		if err != nil {
			return nil, err
		}
		out.VirtualMFADevices = append(out.VirtualMFADevices, shown)
	}
	return out, nil
}

// show shows a device with whom it is assigned to.
func (s *Service) show(ctx context.Context, d *record.MFADevice) (iamapi.VirtualMFADevice, error) {
	v := iamapi.VirtualMFADevice{SerialNumber: d.Serial()}
	switch d.Owner {
	case "":
		return v, nil
	case d.Account:
		since, err := record.RootSince(ctx, s.db, d.Account)
		if err != nil {
			return v, err
		}
		v.User = &iamapi.User{Arn: record.RootARN(d.Account), UserId: d.Account, CreateDate: since}
	default:
		u, err := record.Users.GetCached(ctx, s.db, d.Owner)
		if edge.Gone(err) { // deleted since the page was read, and its devices deactivated before
			return v, nil
		}
		if err != nil {
			return v, err
		}
		v.User = &iamapi.User{Arn: u.Doc.ARN(), UserId: u.Doc.ID, UserName: u.Doc.Name, Path: u.Doc.Path, CreateDate: u.Doc.Created}
	}
	v.EnableDate = &d.Enabled
	return v, nil
}
