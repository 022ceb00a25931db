package factor

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs. Those that carry an access token or a session are unsigned: that is their authority.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.AssociateSoftwareToken, s.AssociateSoftwareToken),
		wire.Bind(api.VerifySoftwareToken, s.VerifySoftwareToken),
		wire.Bind(api.SetUserMFAPreference, s.SetUserMFAPreference),
		wire.Bind(api.AdminSetUserMFAPreference, s.AdminSetUserMFAPreference, onPool(s, func(in *api.AdminSetUserMFAPreferenceRequest) string { return in.UserPoolId })),
		wire.Bind(api.SetUserSettings, s.SetUserSettings),
		wire.Bind(api.AdminSetUserSettings, s.AdminSetUserSettings, onPool(s, func(in *api.AdminSetUserSettingsRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetUserAuthFactors, s.GetUserAuthFactors),

		wire.Bind(api.StartWebAuthnRegistration, s.StartWebAuthnRegistration),
		wire.Bind(api.CompleteWebAuthnRegistration, s.CompleteWebAuthnRegistration),
		wire.Bind(api.ListWebAuthnCredentials, s.ListWebAuthnCredentials),
		wire.Bind(api.DeleteWebAuthnCredential, s.DeleteWebAuthnCredential),

		wire.Bind(api.ConfirmDevice, s.ConfirmDevice),
		wire.Bind(api.GetDevice, s.GetDevice),
		wire.Bind(api.ListDevices, s.ListDevices),
		wire.Bind(api.UpdateDeviceStatus, s.UpdateDeviceStatus),
		wire.Bind(api.ForgetDevice, s.ForgetDevice),
		wire.Bind(api.AdminGetDevice, s.AdminGetDevice, onPool(s, func(in *api.AdminGetDeviceRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminListDevices, s.AdminListDevices, onPool(s, func(in *api.AdminListDevicesRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminUpdateDeviceStatus, s.AdminUpdateDeviceStatus, onPool(s, func(in *api.AdminUpdateDeviceStatusRequest) string { return in.UserPoolId })),
		wire.Bind(api.AdminForgetDevice, s.AdminForgetDevice, onPool(s, func(in *api.AdminForgetDeviceRequest) string { return in.UserPoolId })),
	}
}
