package profile

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// GetUserAttributeVerificationCode sends the caller a code for an address of theirs: the new one, where one waits to be verified.
func (s *Service) GetUserAttributeVerificationCode(ctx context.Context, in *api.GetUserAttributeVerificationCodeRequest) (*api.GetUserAttributeVerificationCodeResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := isAddress(in.AttributeName); err != nil {
		return nil, err
	}
	u := withPending(&row.Doc, in.AttributeName)
	if u.Attributes[in.AttributeName] == "" {
		return nil, api.InvalidParameterException.New("User does not have the attribute %s", in.AttributeName)
	}
	c, err := s.newCode(d, u, in.AttributeName, occasion{account.VerifyKind(in.AttributeName), "VerifyUserAttribute", in.ClientMetadata})
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
		if !s.prove(&row.Doc, in.AttributeName, c) {
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

// prove marks the address that a code went to as verified: the one that waits, which becomes the user's by it, or the one that they have.
func (s *Service) prove(u *directory.User, address string, c *account.Code) bool {
	verified := address + "_verified"
	if u.Pending[address] != "" {
		changed := withPending(u, address)
		if s.core.Prove(changed, c); changed.Attributes[verified] == "true" {
			*u = *changed
			return true
		}
	}
	proof := *u
	proof.Attributes = account.Merged(u.Attributes, map[string]string{verified: "false"}) // whether it was verified before proves nothing now
	if s.core.Prove(&proof, c); proof.Attributes[verified] != "true" {
		return false
	}
	u.Attributes = proof.Attributes
	return true
}

func isAddress(attribute string) error {
	if attribute != "email" && attribute != "phone_number" {
		return api.InvalidParameterException.New("Attribute %s cannot be verified", attribute)
	}
	return nil
}
