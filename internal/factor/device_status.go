package factor

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// devicePage is how many devices a page has at most, and where the request names no limit.
const devicePage = 60

// owner finds whose devices an access token is about. The model leaves the token optional where a session of old clients could stand for it; no
// such session is made any more.
func (s *Service) owner(ctx context.Context, token string) (visitor, error) {
	v, err := s.bearer(ctx, token)
	if err != nil {
		return v, err
	}
	return v, tracked(v.pool)
}

// ward finds the user whose devices an administrator means.
func (s *Service) ward(ctx context.Context, poolID, username string) (visitor, error) {
	v, err := s.subject(ctx, poolID, username)
	if err != nil {
		return v, err
	}
	return v, tracked(v.pool)
}

// GetDevice shows a remembered device of the caller. One that is not remembered is not theirs to see.
func (s *Service) GetDevice(ctx context.Context, in *api.GetDeviceRequest) (*api.GetDeviceResponse, error) {
	v, err := s.owner(ctx, deref(in.AccessToken))
	if err != nil {
		return nil, err
	}
	row, err := directory.Devices.Get(ctx, s.Store, v.pool.ID, v.user.Doc.Sub, in.DeviceKey)
	if err != nil {
		return nil, deviceError(err)
	}
	if !row.Doc.Remembered {
		return nil, deviceUnknown()
	}
	return &api.GetDeviceResponse{Device: describeDevice(v, &row.Doc)}, nil
}

// AdminGetDevice shows a device of a user.
func (s *Service) AdminGetDevice(ctx context.Context, in *api.AdminGetDeviceRequest) (*api.AdminGetDeviceResponse, error) {
	v, err := s.ward(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	row, err := directory.Devices.Get(ctx, s.Store, v.pool.ID, v.user.Doc.Sub, in.DeviceKey)
	if err != nil {
		return nil, deviceError(err)
	}
	return &api.AdminGetDeviceResponse{Device: describeDevice(v, &row.Doc)}, nil
}

// ListDevices lists the caller's remembered devices.
func (s *Service) ListDevices(ctx context.Context, in *api.ListDevicesRequest) (*api.ListDevicesResponse, error) {
	v, err := s.owner(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	devices, next, err := s.listDevices(ctx, v, "ListDevices", "by_remembered", in.Limit, in.PaginationToken)
	if err != nil {
		return nil, err
	}
	return &api.ListDevicesResponse{Devices: devices, PaginationToken: next}, nil
}

// AdminListDevices lists a user's devices.
func (s *Service) AdminListDevices(ctx context.Context, in *api.AdminListDevicesRequest) (*api.AdminListDevicesResponse, error) {
	v, err := s.ward(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	devices, next, err := s.listDevices(ctx, v, "AdminListDevices", "", in.Limit, in.PaginationToken)
	if err != nil {
		return nil, err
	}
	return &api.AdminListDevicesResponse{Devices: devices, PaginationToken: next}, nil
}

func (s *Service) listDevices(ctx context.Context, v visitor, operation, index string, limit *int, token *string) ([]api.DeviceType, *string, error) {
	of := listing{v.pool.ID, operation, v.user.Doc.Sub}
	after, err := s.cursor(ctx, of, token)
	if err != nil {
		return nil, nil, err
	}
	n := devicePage
	if limit != nil {
		n = *limit
	}
	devices := []api.DeviceType{}
	if n == 0 {
		return devices, nil, nil
	}
	page, err := directory.Devices.List(ctx, s.Store, store.Query{Index: index, Prefix: []string{v.pool.ID, v.user.Doc.Sub}, After: after, Limit: n})
	if err != nil {
		return nil, nil, pageError(err)
	}
	for _, row := range page.Rows {
		devices = append(devices, describeDevice(v, &row.Doc))
	}
	next, err := s.tokenFor(of, page.Next)
	return devices, next, err
}

// describeDevice shows a device with the attributes that Cognito gives it.
func describeDevice(v visitor, d *directory.Device) api.DeviceType {
	owner := v.user.Doc.Username + "." + v.pool.ID
	remembered := api.DeviceRememberedStatusTypeNotRemembered
	if d.Remembered {
		remembered = api.DeviceRememberedStatusTypeRemembered
	}
	out := api.DeviceType{DeviceKey: &d.Key, DeviceCreateDate: &d.Created, DeviceLastModifiedDate: &d.Modified, DeviceLastAuthenticatedDate: &d.LastSignIn}
	add := func(name, value string) {
		if value != "" {
			out.DeviceAttributes = append(out.DeviceAttributes, api.AttributeType{Name: name, Value: &value})
		}
	}
	add("device_status", "valid")
	add("device_name", d.Name)
	add("dev:device_arn", "arn:aws:cognito-idp:"+v.pool.Region+":"+v.pool.Account+":owner/"+owner+"/device/"+d.Key)
	add("dev:device_owner", owner)
	add("last_ip_used", d.Attributes["last_ip_used"])
	add("dev:device_remembered_status", string(remembered))
	return out
}

// UpdateDeviceStatus remembers a device of the caller, or no longer.
func (s *Service) UpdateDeviceStatus(ctx context.Context, in *api.UpdateDeviceStatusRequest) (*api.UpdateDeviceStatusResponse, error) {
	v, err := s.owner(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.remember(ctx, v, in.DeviceKey, in.DeviceRememberedStatus); err != nil {
		return nil, err
	}
	return &api.UpdateDeviceStatusResponse{}, nil
}

// AdminUpdateDeviceStatus remembers a device of a user, or no longer.
func (s *Service) AdminUpdateDeviceStatus(ctx context.Context, in *api.AdminUpdateDeviceStatusRequest) (*api.AdminUpdateDeviceStatusResponse, error) {
	v, err := s.ward(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.remember(ctx, v, in.DeviceKey, in.DeviceRememberedStatus); err != nil {
		return nil, err
	}
	return &api.AdminUpdateDeviceStatusResponse{}, nil
}

// remember sets the status of a device. Without a status nothing changes but the time.
func (s *Service) remember(ctx context.Context, v visitor, key string, status *api.DeviceRememberedStatusType) error {
	return deviceError(s.Store.Update(ctx, func(w store.Writer) error {
		row, err := directory.Devices.Get(ctx, w, v.pool.ID, v.user.Doc.Sub, key)
		if err != nil {
			return err
		}
		if status != nil {
			row.Doc.Remembered = *status == api.DeviceRememberedStatusTypeRemembered
		}
		row.Doc.Modified = s.now()
		return directory.Devices.Update(ctx, w, &row)
	}))
}

// ForgetDevice takes a device from the caller and ends its sign-ins.
func (s *Service) ForgetDevice(ctx context.Context, in *api.ForgetDeviceRequest) (*wire.Empty, error) {
	v, err := s.owner(ctx, deref(in.AccessToken))
	if err != nil {
		return nil, err
	}
	return s.forget(ctx, v, in.DeviceKey)
}

// AdminForgetDevice takes a device from a user and ends its sign-ins.
func (s *Service) AdminForgetDevice(ctx context.Context, in *api.AdminForgetDeviceRequest) (*wire.Empty, error) {
	v, err := s.ward(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return s.forget(ctx, v, in.DeviceKey)
}

func (s *Service) forget(ctx context.Context, v visitor, key string) (*wire.Empty, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		if err := directory.Devices.Delete(ctx, w, v.pool.ID, v.user.Doc.Sub, key); err != nil {
			return err
		}
		return s.Tokens.RevokeDevice(ctx, w, v.pool.ID, v.user.Doc.Sub, key)
	})
	if err != nil {
		return nil, deviceError(err)
	}
	return &wire.Empty{}, nil
}
