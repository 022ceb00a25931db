package factor

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

const (
	newDeviceLife  = 24 * time.Hour // an access token's longest life: with the last of them a new device can be confirmed
	groupKeyLength = 9              // after the "-"
)

// NewDevice makes the key and the group key of a device that has just signed in: NewDeviceMetadata. It becomes a device when it is confirmed, within
// a day. ip is the client's address, or empty.
func (s *Service) NewDevice(ctx context.Context, w store.Writer, p *directory.Pool, u *directory.User, ip string) (directory.Device, error) {
	id, err := draw.UUID(s.Random)
	if err != nil {
		return directory.Device{}, err
	}
	group, err := draw.Text(s.Random, draw.Alphanumeric, groupKeyLength)
	if err != nil {
		return directory.Device{}, err
	}
	now := s.now()
	d := directory.Device{PoolID: p.ID, Sub: u.Sub, Key: p.Region + "_" + id, GroupKey: "-" + group, Created: now, Modified: now, LastSignIn: now}
	if ip != "" {
		d.Attributes = map[string]string{"last_ip_used": ip}
	}
	return d, newDevices.Insert(ctx, w, &newDevice{Device: d, Expires: now.Add(newDeviceLife)})
}

// Device finds a confirmed device of a user; store.ErrNotFound when there is none.
func (s *Service) Device(ctx context.Context, r store.Reader, poolID, sub, key string) (store.Row[directory.Device], error) {
	return directory.Devices.Get(ctx, r, poolID, sub, key)
}

// DeviceVerifier opens the verifier that a device answers DEVICE_PASSWORD_VERIFIER with. In its proof, and in the verifier, the device's group key
// stands for the pool's name and the device key for the user's id. A device that was confirmed without a verifier is an error.
func (s *Service) DeviceVerifier(ctx context.Context, d *directory.Device) (srp.Verifier, error) {
	if len(d.Sealed) == 0 {
		return srp.Verifier{}, errors.New("factor: the device has no verifier")
	}
	plain, err := s.Keys.Open(ctx, seal.SRPVerifier, d.PoolID, d.Sealed, deviceAAD(d.Key))
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("factor: opening a device's verifier: %w", err)
	}
	if len(plain) != srp.SaltSize+srp.VerifierSize {
		return srp.Verifier{}, errors.New("factor: malformed device verifier")
	}
	return srp.Verifier{Salt: plain[:srp.SaltSize], V: plain[srp.SaltSize:]}, nil
}

// SeenDevice notes that a device has signed in, from the address ip.
func (s *Service) SeenDevice(ctx context.Context, w store.Writer, row *store.Row[directory.Device], ip string) error {
	row.Doc.LastSignIn = s.now()
	if ip != "" {
		row.Doc.Attributes = map[string]string{"last_ip_used": ip}
	}
	return directory.Devices.Update(ctx, w, row)
}

func deviceAAD(key string) []byte { return seal.AAD("user_devices", key, "verifier") }

// tracked refuses what makes no sense in a pool without devices.
func tracked(p *directory.Pool) error {
	if p.Devices == nil {
		return api.InvalidUserPoolConfigurationException.New("Device tracking is not enabled for the user pool.")
	}
	return nil
}

// ConfirmDevice makes a device of the caller out of a key that was handed out at sign-in, with the verifier that the device has made.
func (s *Service) ConfirmDevice(ctx context.Context, in *api.ConfirmDeviceRequest) (*api.ConfirmDeviceResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := tracked(v.pool); err != nil {
		return nil, err
	}
	sealed, err := s.sealVerifier(v.pool, in)
	if err != nil {
		return nil, err
	}
	ask := v.pool.Devices.OnPrompt
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := newDevices.Take(ctx, w, v.pool.ID, v.user.Doc.Sub, in.DeviceKey)
		if errors.Is(err, store.ErrNotFound) {
			return s.noNewDevice(ctx, w, v, in.DeviceKey)
		}
		if err != nil {
			return err
		}
		// A user who is being deleted must not leave a device behind.
		if _, err := directory.Users.Get(ctx, w, v.pool.ID, v.user.Doc.Sub); err != nil {
			return userError(err)
		}
		d := row.Doc.Device
		d.Name, d.Sealed, d.Confirmed, d.Remembered, d.Modified = deref(in.DeviceName), sealed, true, !ask, s.now()
		if ip := caller.RequestFrom(ctx).SourceIP; ip.IsValid() {
			d.Attributes = map[string]string{"last_ip_used": ip.String()}
		}
		return directory.Devices.Insert(ctx, w, &d)
	})
	if err != nil {
		return nil, deviceError(err)
	}
	return &api.ConfirmDeviceResponse{UserConfirmationNecessary: &ask}, nil
}

// noNewDevice tells a key that was confirmed before from one that was never handed out, or too long ago.
func (s *Service) noNewDevice(ctx context.Context, r store.Reader, v visitor, key string) error {
	_, err := directory.Devices.Get(ctx, r, v.pool.ID, v.user.Doc.Sub, key)
	switch {
	case err == nil:
		return api.DeviceKeyExistsException.New("Device already exists.")
	case errors.Is(err, store.ErrNotFound):
		return api.InvalidParameterException.New("Invalid device key given.")
	}
	return err
}

// sealVerifier seals the verifier of a request, if it has one. Salt and verifier are base64 of numbers, as clients hash them.
func (s *Service) sealVerifier(p *directory.Pool, in *api.ConfirmDeviceRequest) ([]byte, error) {
	c := in.DeviceSecretVerifierConfig
	if c == nil || c.PasswordVerifier == nil && c.Salt == nil {
		return nil, nil
	}
	salt, err := base64.StdEncoding.Strict().DecodeString(deref(c.Salt))
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid device secret verifier config.")
	}
	value, err := base64.StdEncoding.Strict().DecodeString(deref(c.PasswordVerifier))
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid device secret verifier config.")
	}
	verifier, err := s.Group.ParseVerifier(salt, value)
	if err != nil {
		return nil, api.InvalidParameterException.New("Invalid device secret verifier config.")
	}
	return s.Keys.Seal(seal.SRPVerifier, p.ID, append(verifier.Salt, verifier.V...), deviceAAD(in.DeviceKey))
}
