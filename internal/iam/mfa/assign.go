package mfa

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostPerUser is the quota of devices of one user, and of the root
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostPerUser = 8

// EnableMFADevice assigns a device to a user who shows two codes of it that follow one another. Both are used up.
func (s *Service) EnableMFADevice(ctx context.Context, in *iamapi.EnableMFADeviceRequest) (*wire.Empty, error) {
	return s.change(ctx, func(w store.Writer) (store.Row[record.MFADevice], bool, error) {
		o, err := s.owner(ctx, w, &in.UserName)
		if err != nil {
			return store.Row[record.MFADevice]{}, false, err
		}
		row, err := s.free(ctx, w, o, in.SerialNumber)
		if err != nil {
			return row, false, err
		}
		ok, err := s.synchronise(ctx, &row.Doc, in.AuthenticationCode1, in.AuthenticationCode2)
		if ok {
			row.Doc.Owner, row.Doc.Enabled = o.id, s.second()
		}
		return row, ok, err
	})
}

// free finds a device that can be assigned to this owner.
func (s *Service) free(ctx context.Context, w store.Writer, o owner, serial string) (store.Row[record.MFADevice], error) {
	row, err := s.device(ctx, w, serial)
	if err != nil {
		return row, err
	}
	if row.Doc.Owner != "" {
		return row, iamapi.EntityAlreadyExistsException.New("MFA Device is already in use.")
	}
	n, err := record.CountMFADevices(ctx, w, row.Doc.Account, o.id)
	if err == nil && n >= mostPerUser {
		err = edge.Quota("MFADevicesPerUser", mostPerUser)
	}
	return row, err
}

// ResyncMFADevice finds by two codes that follow one another how far the clock of a user's device is off. Both are used up.
func (s *Service) ResyncMFADevice(ctx context.Context, in *iamapi.ResyncMFADeviceRequest) (*wire.Empty, error) {
	return s.change(ctx, func(w store.Writer) (store.Row[record.MFADevice], bool, error) {
		o, err := s.owner(ctx, w, &in.UserName)
		if err != nil {
			return store.Row[record.MFADevice]{}, false, err
		}
		row, err := s.owned(ctx, w, o, in.SerialNumber)
		if err != nil {
			return row, false, err
		}
		ok, err := s.synchronise(ctx, &row.Doc, in.AuthenticationCode1, in.AuthenticationCode2)
		return row, ok, err
	})
}

// change writes the device that prove gives, whether its codes were right or not: a wrong guess is committed as well.
func (s *Service) change(ctx context.Context, prove func(store.Writer) (store.Row[record.MFADevice], bool, error)) (*wire.Empty, error) {
	right := false
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, ok, err := prove(w)
		if err != nil {
			return err
		}
		right = ok
		return record.MFADevices.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, iamapi.InvalidAuthenticationCodeException.New("Authentication code for device is not valid.")
	}
	return &wire.Empty{}, nil
}

// DeactivateMFADevice takes a device from its user. The steps that were used stay used.
func (s *Service) DeactivateMFADevice(ctx context.Context, in *iamapi.DeactivateMFADeviceRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		o, err := s.owner(ctx, w, in.UserName)
		if err != nil {
			return err
		}
		row, err := s.owned(ctx, w, o, in.SerialNumber)
		if err != nil {
			return err
		}
		fresh := row.Doc
		row.Doc = record.MFADevice{
			ID: fresh.ID, Account: fresh.Account, Path: fresh.Path, Name: fresh.Name, Created: fresh.Created, Sealed: fresh.Sealed, Tags: fresh.Tags,
			Step: fresh.Step,
		}
		return record.MFADevices.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// GetMFADevice shows a device of a user; without a name, of the caller.
func (s *Service) GetMFADevice(ctx context.Context, in *iamapi.GetMFADeviceRequest) (*iamapi.GetMFADeviceResponse, error) {
	o, err := s.owner(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	row, err := s.owned(ctx, s.db, o, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetMFADeviceResponse{SerialNumber: row.Doc.Serial(), EnableDate: &row.Doc.Enabled, UserName: &o.name}, nil
}

// ListMFADevices lists the devices of a user; without a name, of the caller.
func (s *Service) ListMFADevices(ctx context.Context, in *iamapi.ListMFADevicesRequest) (*iamapi.ListMFADevicesResponse, error) {
	o, err := s.owner(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.keys, Scope: o.id, Marker: in.Marker, MaxItems: in.MaxItems}
	q := store.Query{Index: "by_owner", Prefix: []string{account(ctx), o.id}}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.MFADevices, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListMFADevicesResponse{IsTruncated: truncated, Marker: marker, MFADevices: []iamapi.MFADevice{}}
	for i := range page {
		out.MFADevices = append(out.MFADevices, iamapi.MFADevice{SerialNumber: page[i].Serial(), EnableDate: page[i].Enabled, UserName: o.name})
	}
	return out, nil
}
