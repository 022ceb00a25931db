package profile

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GetUserAttributeVerificationCode sends the caller a code for an address of theirs.
func (s *Service) GetUserAttributeVerificationCode(ctx context.Context, in *api.GetUserAttributeVerificationCodeRequest) (*api.GetUserAttributeVerificationCodeResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := isAddress(in.AttributeName); err != nil {
		return nil, err
	}
	if row.Doc.Attributes[in.AttributeName] == "" {
		return nil, api.InvalidParameterException.New("User does not have the attribute %s", in.AttributeName)
	}
	c, err := s.core.NewCode(d.Pool, &row.Doc, account.VerifyKind(in.AttributeName), in.AttributeName, "VerifyUserAttribute")
	if err != nil {
		return nil, err
	}
	details, err := s.core.StoreAndSend(ctx, c)
	if err != nil {
		return nil, err
	}
	return &api.GetUserAttributeVerificationCodeResponse{CodeDeliveryDetails: details}, nil
}

// VerifyUserAttribute verifies an address of the caller by the code that was sent there.
func (s *Service) VerifyUserAttribute(ctx context.Context, in *api.VerifyUserAttributeRequest) (*api.VerifyUserAttributeResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := isAddress(in.AttributeName); err != nil {
		return nil, err
	}
	sub := row.Doc.Sub
	err = s.core.Redeem(ctx, d.Pool, sub, account.VerifyKind(in.AttributeName), in.Code, func(ctx context.Context, w store.Writer, c *account.Code) error {
		row, err := directory.Users.Get(ctx, w, d.Pool.ID, sub)
		if errors.Is(err, store.ErrNotFound) {
			return account.Mismatch()
		}
		if err != nil {
			return err
		}
		s.core.Prove(&row.Doc, c)
		if row.Doc.Attributes[in.AttributeName+"_verified"] != "true" {
			return account.Mismatch() // the code went to an address that the user has given up since
		}
		row.Doc.Modified = s.core.Now()
		return directory.UpdateUser(ctx, w, d.Pool, &row)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &api.VerifyUserAttributeResponse{}, nil
}

func isAddress(attribute string) error {
	if attribute != "email" && attribute != "phone_number" {
		return api.InvalidParameterException.New("Attribute %s cannot be verified", attribute)
	}
	return nil
}
