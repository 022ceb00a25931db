package sts

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Messages opens the encoded forms of refusals.
type Messages interface {
	// DecodeMessage is caller.ErrUnknown for what is not a refusal of a request from this account.
	DecodeMessage(ctx context.Context, account, encoded string) (string, error)
}

// DecodeAuthorizationMessage tells what stands in the encoded form of a refusal: which statements matched, and in which context. It opens refusals of the
// caller's own account alone.
func (s *Service) DecodeAuthorizationMessage(ctx context.Context, in *stsapi.DecodeAuthorizationMessageRequest) (*stsapi.DecodeAuthorizationMessageResponse, error) {
	text, err := s.Messages.DecodeMessage(ctx, caller.PrincipalFrom(ctx).Account, in.EncodedMessage)
	if err != nil {
		return nil, stsapi.InvalidAuthorizationMessageException.New("Invalid Authorization Message").Because(err)
	}
	return &stsapi.DecodeAuthorizationMessageResponse{DecodedMessage: &text}, nil
}
