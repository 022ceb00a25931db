package factor

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// SetUserSettings says by the old way whether the caller takes codes by SMS. SetUserMFAPreference is the new one; the two are kept apart, as the
// answers of GetUser show them.
func (s *Service) SetUserSettings(ctx context.Context, in *api.SetUserSettingsRequest) (*api.SetUserSettingsResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.setOptions(ctx, v, in.MFAOptions); err != nil {
		return nil, err
	}
	return &api.SetUserSettingsResponse{}, nil
}

// AdminSetUserSettings does the same for a user.
func (s *Service) AdminSetUserSettings(ctx context.Context, in *api.AdminSetUserSettingsRequest) (*api.AdminSetUserSettingsResponse, error) {
	v, err := s.subject(ctx, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.setOptions(ctx, v, in.MFAOptions); err != nil {
		return nil, err
	}
	return &api.AdminSetUserSettingsResponse{}, nil
}

// setOptions keeps the options: phone_number by SMS, or none.
func (s *Service) setOptions(ctx context.Context, v visitor, options []api.MFAOptionType) error {
	var kept []string
	for _, o := range options {
		if deref(o.AttributeName) != "phone_number" || deref(o.DeliveryMedium) != api.DeliveryMediumTypeSms {
			return api.InvalidParameterException.New("Invalid MFA option: the attribute must be phone_number and the delivery medium SMS.")
		}
		kept = []string{"phone_number"}
	}
	return s.changeUser(ctx, v, func(u *directory.User) error {
		if len(kept) > 0 && u.Attributes["phone_number"] == "" {
			return api.InvalidParameterException.New("User does not have delivery config set to turn on %s", smsMFA)
		}
		u.MFAOptions = kept
		return nil
	}, nil)
}
