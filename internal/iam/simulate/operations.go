package simulate

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
		edge.Bind(iamapi.SimulateCustomPolicy, s.SimulateCustomPolicy, s.askSimulateCustomPolicy),
		edge.Bind(iamapi.SimulatePrincipalPolicy, s.SimulatePrincipalPolicy, s.askSimulatePrincipalPolicy),
		edge.Bind(iamapi.GetContextKeysForCustomPolicy, s.GetContextKeysForCustomPolicy, s.askGetContextKeysForCustomPolicy),
		edge.Bind(iamapi.GetContextKeysForPrincipalPolicy, s.GetContextKeysForPrincipalPolicy, s.askGetContextKeysForPrincipalPolicy),
	}
}

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html): operations on documents
// are on no resource, those on an entity are on the user, group or role.

type asks = []caller.Ask

func (s *Service) askSimulateCustomPolicy(context.Context, *iamapi.SimulateCustomPolicyRequest) (asks, error) {
	return asks{{}}, nil
}

func (s *Service) askGetContextKeysForCustomPolicy(context.Context, *iamapi.GetContextKeysForCustomPolicyRequest) (asks, error) {
	return asks{{}}, nil
}

func (s *Service) askSimulatePrincipalPolicy(ctx context.Context, in *iamapi.SimulatePrincipalPolicyRequest) (asks, error) {
	return s.askEntity(ctx, in.PolicySourceArn)
}

func (s *Service) askGetContextKeysForPrincipalPolicy(ctx context.Context, in *iamapi.GetContextKeysForPrincipalPolicyRequest) (asks, error) {
	return s.askEntity(ctx, in.PolicySourceArn)
}

// askEntity asks for the entity that an ARN names, by the ARN as it was given: one that does not exist has no tags.
func (s *Service) askEntity(ctx context.Context, arn string) (asks, error) {
	of, kind, name, ok := record.SplitARN(arn)
	subject := &edge.Subject{}
	var err error
	switch {
	case !ok || of != account(ctx):
	case kind == string(record.KindUser):
		subject, err = edge.User(ctx, s.db, name)
	case kind == string(record.KindRole):
		subject, err = edge.Role(ctx, s.db, name)
	}
	if err != nil {
		return nil, err
	}
	if subject.ARN != arn {
		subject = &edge.Subject{}
	}
	subject.ARN = arn
	return subject.Asks(), nil
}
