package sts

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// GetCallerIdentity tells the caller who they are. It needs no permission.
func (s *Service) GetCallerIdentity(ctx context.Context, _ *stsapi.GetCallerIdentityRequest) (*stsapi.GetCallerIdentityResponse, error) {
	p := caller.PrincipalFrom(ctx)
	return &stsapi.GetCallerIdentityResponse{Account: &p.Account, Arn: &p.ARN, UserId: &p.UserID}, nil
}

// GetAccessKeyInfo tells the account of an access key. Temporary keys are not recorded anywhere: their id spells the account.
func (s *Service) GetAccessKeyInfo(ctx context.Context, in *stsapi.GetAccessKeyInfoRequest) (*stsapi.GetAccessKeyInfoResponse, error) {
	account, err := s.Roles.KeyAccount(ctx, in.AccessKeyId)
	if errors.Is(err, caller.ErrUnknown) {
		var ok bool
		if account, ok = caller.AccountOfKeyID(in.AccessKeyId); !ok {
			return nil, invalidValue.New("The access key ID %s does not belong to an account.", in.AccessKeyId)
		}
	} else if err != nil {
		return nil, err
	}
	return &stsapi.GetAccessKeyInfoResponse{Account: &account}, nil
}
