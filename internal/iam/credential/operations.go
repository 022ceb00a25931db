package credential

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateAccessKey, s.CreateAccessKey, s.askCreateAccessKey),
		edge.Bind(iamapi.ListAccessKeys, s.ListAccessKeys, s.askListAccessKeys),
		edge.Bind(iamapi.UpdateAccessKey, s.UpdateAccessKey, s.askUpdateAccessKey),
		edge.Bind(iamapi.DeleteAccessKey, s.DeleteAccessKey, s.askDeleteAccessKey),
		edge.Bind(iamapi.GetAccessKeyLastUsed, s.GetAccessKeyLastUsed, s.askGetAccessKeyLastUsed),

		edge.Bind(iamapi.UploadSSHPublicKey, s.UploadSSHPublicKey, s.askUploadSSHPublicKey),
		edge.Bind(iamapi.GetSSHPublicKey, s.GetSSHPublicKey, s.askGetSSHPublicKey),
		edge.Bind(iamapi.ListSSHPublicKeys, s.ListSSHPublicKeys, s.askListSSHPublicKeys),
		edge.Bind(iamapi.UpdateSSHPublicKey, s.UpdateSSHPublicKey, s.askUpdateSSHPublicKey),
		edge.Bind(iamapi.DeleteSSHPublicKey, s.DeleteSSHPublicKey, s.askDeleteSSHPublicKey),

		edge.Bind(iamapi.CreateServiceSpecificCredential, s.CreateServiceSpecificCredential, s.askCreateServiceCredential),
		edge.Bind(iamapi.ListServiceSpecificCredentials, s.ListServiceSpecificCredentials, s.askListServiceCredentials),
		edge.Bind(iamapi.UpdateServiceSpecificCredential, s.UpdateServiceSpecificCredential, s.askUpdateServiceCredential),
		edge.Bind(iamapi.ResetServiceSpecificCredential, s.ResetServiceSpecificCredential, s.askResetServiceCredential),
		edge.Bind(iamapi.DeleteServiceSpecificCredential, s.DeleteServiceSpecificCredential, s.askDeleteServiceCredential),
	}
}

func (s *Service) askCreateAccessKey(ctx context.Context, in *iamapi.CreateAccessKeyRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askListAccessKeys(ctx context.Context, in *iamapi.ListAccessKeysRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askUpdateAccessKey(ctx context.Context, in *iamapi.UpdateAccessKeyRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askDeleteAccessKey(ctx context.Context, in *iamapi.DeleteAccessKeyRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

// askGetAccessKeyLastUsed asks for the user whose key it is. A key that the account does not have asks for everything, so that only
// those who may see all learn that it is not there.
func (s *Service) askGetAccessKeyLastUsed(ctx context.Context, in *iamapi.GetAccessKeyLastUsedRequest) (asks, error) {
	account := caller.PrincipalFrom(ctx).Account
	row, err := record.AccessKeys.GetCached(ctx, s.db, in.AccessKeyId)
	if edge.Gone(err) || (err == nil && row.Doc.Account != account) {
		return asks{{}}, nil
	}
	if err != nil {
		return nil, err
	}
	if row.Doc.Owner == account {
		return asks{{Resource: record.RootARN(account)}}, nil
	}
	u, err := record.Users.GetCached(ctx, s.db, row.Doc.Owner)
	if edge.Gone(err) {
		return asks{{}}, nil
	}
	if err != nil {
		return nil, err
	}
	subject := edge.Subject{ARN: u.Doc.ARN(), Tags: u.Doc.Tags}
	return subject.Asks(), nil
}
