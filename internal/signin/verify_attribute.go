package signin

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GetUserAttributeVerificationCode sends the caller a code for an address of theirs.
func (s *Service) GetUserAttributeVerificationCode(ctx context.Context, in *api.GetUserAttributeVerificationCodeRequest) (*api.GetUserAttributeVerificationCodeResponse, error) {
	d, row, err := s.bearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := isAddress(in.AttributeName); err != nil {
		return nil, err
	}
	if row.Doc.Attributes[in.AttributeName] == "" {
		return nil, api.InvalidParameterException.New("User does not have the attribute %s", in.AttributeName)
	}
	c, err := s.newCode(d.pool, &row.Doc, verifyKind(in.AttributeName), in.AttributeName, "VerifyUserAttribute")
	if err != nil {
		return nil, err
	}
	details, err := s.storeAndSend(ctx, d.pool, &row.Doc, c)
	if err != nil {
		return nil, err
	}
	return &api.GetUserAttributeVerificationCodeResponse{CodeDeliveryDetails: details}, nil
}

// VerifyUserAttribute verifies an address of the caller by the code that was sent there.
func (s *Service) VerifyUserAttribute(ctx context.Context, in *api.VerifyUserAttributeRequest) (*api.VerifyUserAttributeResponse, error) {
	d, row, err := s.bearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := isAddress(in.AttributeName); err != nil {
		return nil, err
	}
	sub := row.Doc.Sub
	err = s.redeem(ctx, d.pool, sub, verifyKind(in.AttributeName), in.Code, func(ctx context.Context, w store.Writer, c *code) error {
		row, err := directory.Users.Get(ctx, w, d.pool.ID, sub)
		if errors.Is(err, store.ErrNotFound) {
			return mismatch()
		}
		if err != nil {
			return err
		}
		s.prove(&row.Doc, c)
		if row.Doc.Attributes[in.AttributeName+"_verified"] != "true" {
			return mismatch() // the code went to an address that the user has given up since
		}
		row.Doc.Modified = s.now()
		return directory.UpdateUser(ctx, w, d.pool, &row)
	})
	if err != nil {
		return nil, writeError(err)
	}
	return &api.VerifyUserAttributeResponse{}, nil
}

func isAddress(attribute string) error {
	if attribute != "email" && attribute != "phone_number" {
		return api.InvalidParameterException.New("Attribute %s cannot be verified", attribute)
	}
	return nil
}
