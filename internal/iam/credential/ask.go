package credential

import (
	"context"
	"strconv"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html): the user whose
// credential it is.

type asks = []caller.Ask

func (s *Service) named(ctx context.Context, name string) (asks, error) { return s.self(ctx, &name) }

func (s *Service) self(ctx context.Context, name *string, more ...edge.Condition) (asks, error) {
	u, err := edge.Self(ctx, s.db, name)
	return edge.Asks(u, err, more...)
}

func (s *Service) askUploadSSHPublicKey(ctx context.Context, in *iamapi.UploadSSHPublicKeyRequest) (asks, error) {
	return s.named(ctx, in.UserName)
}

func (s *Service) askGetSSHPublicKey(ctx context.Context, in *iamapi.GetSSHPublicKeyRequest) (asks, error) {
	return s.named(ctx, in.UserName)
}

func (s *Service) askListSSHPublicKeys(ctx context.Context, in *iamapi.ListSSHPublicKeysRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askUpdateSSHPublicKey(ctx context.Context, in *iamapi.UpdateSSHPublicKeyRequest) (asks, error) {
	return s.named(ctx, in.UserName)
}

func (s *Service) askDeleteSSHPublicKey(ctx context.Context, in *iamapi.DeleteSSHPublicKeyRequest) (asks, error) {
	return s.named(ctx, in.UserName)
}

func (s *Service) askCreateServiceCredential(ctx context.Context, in *iamapi.CreateServiceSpecificCredentialRequest) (asks, error) {
	return s.self(ctx, &in.UserName, serviceName(record.Fold(in.ServiceName)), ageDays(in.CredentialAgeDays))
}

// askListServiceCredentials asks for every user of the account when the credentials of all are to be listed.
func (s *Service) askListServiceCredentials(ctx context.Context, in *iamapi.ListServiceSpecificCredentialsRequest) (asks, error) {
	if in.AllUsers != nil && *in.AllUsers {
		return edge.New(ctx, record.KindUser, nil, "*").Asks(), nil
	}
	return s.self(ctx, in.UserName)
}

func (s *Service) askUpdateServiceCredential(ctx context.Context, in *iamapi.UpdateServiceSpecificCredentialRequest) (asks, error) {
	return s.stored(ctx, in.UserName, in.ServiceSpecificCredentialId)
}

func (s *Service) askResetServiceCredential(ctx context.Context, in *iamapi.ResetServiceSpecificCredentialRequest) (asks, error) {
	return s.stored(ctx, in.UserName, in.ServiceSpecificCredentialId)
}

func (s *Service) askDeleteServiceCredential(ctx context.Context, in *iamapi.DeleteServiceSpecificCredentialRequest) (asks, error) {
	return s.stored(ctx, in.UserName, in.ServiceSpecificCredentialId)
}

// stored asks for a user with the service of a credential that the account has. The user is the one of the request: whether the
// credential is theirs is for the operation to say.
func (s *Service) stored(ctx context.Context, name *string, id string) (asks, error) {
	row, err := record.ServiceCredentials.Get(ctx, s.db, id)
	switch {
	case edge.Gone(err) || err == nil && row.Doc.Account != caller.PrincipalFrom(ctx).Account:
		return s.self(ctx, name)
	case err != nil:
		return nil, err
	}
	return s.self(ctx, name, serviceName(row.Doc.Service))
}

// serviceName is the service that a credential is for.
func serviceName(name string) edge.Condition {
	return func(c iampolicy.MapContext) { c["iam:servicespecificcredentialservicename"] = []string{name} }
}

// ageDays is how long a credential is to live. Without a number the key is absent: the credential would live for ever.
func ageDays(days *int) edge.Condition {
	return func(c iampolicy.MapContext) {
		if days != nil {
			c["iam:servicespecificcredentialagedays"] = []string{strconv.Itoa(*days)}
		}
	}
}
