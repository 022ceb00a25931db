package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html). Where an operation
// changes what an entity may do, iam:PermissionsBoundary is the boundary that the entity has (held), so that an administrator can
// be limited to entities with a certain boundary.

type asks = []caller.Ask

func (s *Service) user(ctx context.Context, name string, held bool, more ...edge.Condition) (asks, error) {
	u, err := edge.User(ctx, s.db, name)
	return about(u, err, held, more)
}

func (s *Service) role(ctx context.Context, name string, held bool, more ...edge.Condition) (asks, error) {
	r, err := edge.Role(ctx, s.db, name)
	return about(r, err, held, more)
}

func (s *Service) group(ctx context.Context, name string, more ...edge.Condition) (asks, error) {
	g, err := edge.Group(ctx, s.db, name)
	return about(g, err, false, more)
}

func about(e *edge.Subject, err error, held bool, more []edge.Condition) (asks, error) {
	if err != nil {
		return nil, err
	}
	if held {
		more = append(more, edge.Boundary(e.Boundary))
	}
	return e.Asks(more...), nil
}

func (s *Service) policy(ctx context.Context, arn string, more ...edge.Condition) (asks, error) {
	p, err := edge.Policy(ctx, s.db, arn)
	return edge.Asks(p, err, more...)
}

func (s *Service) askCreatePolicy(ctx context.Context, in *iamapi.CreatePolicyRequest) (asks, error) {
	p := edge.Subject{ARN: record.ARN(account(ctx), "policy", edge.Path(in.Path), in.PolicyName)}
	return edge.TagOnCreate(&p, p.Asks(edge.RequestTags(in.Tags)), "iam:TagPolicy", in.Tags), nil
}

func (s *Service) askGetPolicy(ctx context.Context, in *iamapi.GetPolicyRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askDeletePolicy(ctx context.Context, in *iamapi.DeletePolicyRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askTagPolicy(ctx context.Context, in *iamapi.TagPolicyRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagPolicy(ctx context.Context, in *iamapi.UntagPolicyRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListPolicyTags(ctx context.Context, in *iamapi.ListPolicyTagsRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askListEntitiesForPolicy(ctx context.Context, in *iamapi.ListEntitiesForPolicyRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askListPolicies(context.Context, *iamapi.ListPoliciesRequest) (asks, error) {
	return asks{{}}, nil
}

func (s *Service) askCreatePolicyVersion(ctx context.Context, in *iamapi.CreatePolicyVersionRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askGetPolicyVersion(ctx context.Context, in *iamapi.GetPolicyVersionRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askListPolicyVersions(ctx context.Context, in *iamapi.ListPolicyVersionsRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askSetDefaultPolicyVersion(ctx context.Context, in *iamapi.SetDefaultPolicyVersionRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}

func (s *Service) askDeletePolicyVersion(ctx context.Context, in *iamapi.DeletePolicyVersionRequest) (asks, error) {
	return s.policy(ctx, in.PolicyArn)
}
