package advisor

import (
	"context"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

type asks = []caller.Ask

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.GenerateServiceLastAccessedDetails, s.GenerateServiceLastAccessedDetails, s.askGenerateDetails),
		edge.Bind(iamapi.GetServiceLastAccessedDetails, s.GetServiceLastAccessedDetails, anything[iamapi.GetServiceLastAccessedDetailsRequest]),
		edge.Bind(iamapi.GetServiceLastAccessedDetailsWithEntities, s.GetServiceLastAccessedDetailsWithEntities,
			anything[iamapi.GetServiceLastAccessedDetailsWithEntitiesRequest]),
		edge.Bind(iamapi.ListPoliciesGrantingServiceAccess, s.ListPoliciesGrantingServiceAccess, s.askGranting),
		edge.Bind(iamapi.GenerateOrganizationsAccessReport, s.GenerateOrganizationsAccessReport, askReport),
		edge.Bind(iamapi.GetOrganizationsAccessReport, s.GetOrganizationsAccessReport, anything[iamapi.GetOrganizationsAccessReportRequest]),
	}
}

// anything is what operations ask for that have no resource.
func anything[In any](context.Context, *In) (asks, error) { return asks{{}}, nil }

func (s *Service) askGenerateDetails(ctx context.Context, in *iamapi.GenerateServiceLastAccessedDetailsRequest) (asks, error) {
	return s.ask(ctx, in.Arn)
}

func (s *Service) askGranting(ctx context.Context, in *iamapi.ListPoliciesGrantingServiceAccessRequest) (asks, error) {
	return s.ask(ctx, in.Arn)
}

// ask asks for what an ARN names, with its tags when it is the account's. Otherwise there is only the ARN, and whoever may use that learns
// that it is not there.
func (s *Service) ask(ctx context.Context, arn string) (asks, error) {
	subject := &edge.Subject{ARN: arn}
	of, kind, name, ok := record.SplitARN(arn)
	if !ok || (of != account(ctx) && record.Kind(kind) != kindPolicy) {
		return subject.Asks(), nil
	}
	found, err := subject, error(nil)
	switch record.Kind(kind) {
	case record.KindUser:
		found, err = edge.User(ctx, s.Store, name)
	case record.KindRole:
		found, err = edge.Role(ctx, s.Store, name)
	case kindPolicy:
		found, err = edge.Policy(ctx, s.Store, arn)
	}
	if err != nil {
		return nil, err
	}
	if found.ARN == arn {
		subject = found
	}
	return subject.Asks(), nil
}

// askReport asks for the access report of the entity path, with the policy as a condition.
func askReport(ctx context.Context, in *iamapi.GenerateOrganizationsAccessReportRequest) (asks, error) {
	c := iampolicy.MapContext{}
	if in.OrganizationsPolicyId != nil {
		c["iam:organizationspolicyid"] = []string{*in.OrganizationsPolicyId}
	}
	return asks{{Resource: "arn:aws:iam::" + account(ctx) + ":access-report/" + in.EntityPath, Context: c}}, nil
}
