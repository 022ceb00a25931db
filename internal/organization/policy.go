package organization

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// fullAccessID is the id of the policy that AWS manages, in every organization the same
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
const fullAccessID = "p-FullAWSAccess"

// fullAccess is the policy FullAWSAccess of an organization.
func fullAccess(org string) Policy {
	return Policy{
		Org: org, ID: fullAccessID, Name: "FullAWSAccess", Description: "Allows access to every operation", Managed: true,
		Content: "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}",
	}
}

const duplicatePolicy = "A policy with the same name already exists."

// checkContent holds a document against the syntax of service control policies: the language of identity-based policies
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html). White space counts.
func checkContent(content string) error {
	if utf8.RuneCountInString(content) > maxPolicySize {
		return constraint(api.ConstraintViolationExceptionReasonPolicyContentLimitExceeded, "You have exceeded the maximum policy size.")
	}
	_, err := iampolicy.Parse([]byte(content), iampolicy.IdentityPolicy)
	if err == nil {
		return nil
	}
	refusal := api.MalformedPolicyDocumentException.New("The provided policy document does not meet the requirements of the specified policy type.").Because(err)
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		refusal = refusal.For(bad.Explain())
	}
	return refusal
}

// available refuses a type of policy that the organization cannot have.
func (o *Organization) available(t api.PolicyType) error {
	if !o.AllFeatures || t != api.PolicyTypeServiceControlPolicy {
		return notAvailable()
	}
	return nil
}

// CreatePolicy makes a service control policy. It has no effect until it is attached.
func (s *Service) CreatePolicy(ctx context.Context, in *api.CreatePolicyRequest) (*api.CreatePolicyResponse, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	id, err := newID(s.Random, policyPrefix, 8)
	if err != nil {
		return nil, err
	}
	var out *api.CreatePolicyResponse
	err = s.change(ctx, func(w store.Writer, o *Organization) error {
		if err := o.available(in.Type); err != nil {
			return err
		}
		if err := checkContent(in.Content); err != nil {
			return err
		}
		n, err := policies.Count(ctx, w, "", o.ID)
		if err != nil {
			return err
		}
		if n > maxPolicies { // FullAWSAccess does not count
			return constraint(api.ConstraintViolationExceptionReasonPolicyNumberLimitExceeded, "You have exceeded the number of policies that you can have in an organization.")
		}
		p := Policy{Org: o.ID, ID: id, Name: in.Name, Description: in.Description, Content: in.Content, Tags: tags}
		out = &api.CreatePolicyResponse{Policy: o.policy(&p)}
		return taken(policies.Insert(ctx, w, &p), "by_name", duplicatePolicy, api.DuplicatePolicyException)
	})
	return out, err
}

func (o *Organization) policy(p *Policy) *api.Policy {
	return &api.Policy{Content: ptr(p.Content), PolicySummary: o.summary(p)}
}

func (o *Organization) summary(p *Policy) *api.PolicySummary {
	return &api.PolicySummary{
		Id: ptr(p.ID), Arn: ptr(o.ARN(p.ID)), Name: ptr(p.Name), Description: ptr(p.Description), AwsManaged: ptr(p.Managed),
		Type: ptr(api.PolicyTypeServiceControlPolicy),
	}
}

// DescribePolicy tells a policy and its document.
func (s *Service) DescribePolicy(ctx context.Context, in *api.DescribePolicyRequest) (*api.DescribePolicyResponse, error) {
	var out *api.DescribePolicyResponse
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		row, err := policies.Get(ctx, r, o.ID, in.PolicyId)
		if err == nil {
			out = &api.DescribePolicyResponse{Policy: o.policy(&row.Doc)}
		}
		return found(err, noPolicy)
	})
	return out, err
}

// own finds a policy that can be changed.
func (o *Organization) own(ctx context.Context, r store.Reader, id string) (store.Row[Policy], error) {
	row, err := policies.Get(ctx, r, o.ID, id)
	if err == nil && row.Doc.Managed {
		return row, invalid(api.InvalidInputExceptionReasonImmutablePolicy, "You specified a policy that is managed by AWS and can't be modified.")
	}
	return row, found(err, noPolicy)
}

// UpdatePolicy changes a policy. Its document is in force at once wherever it is attached.
func (s *Service) UpdatePolicy(ctx context.Context, in *api.UpdatePolicyRequest) (*api.UpdatePolicyResponse, error) {
	var out *api.UpdatePolicyResponse
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.own(ctx, w, in.PolicyId)
		if err != nil {
			return err
		}
		p := &row.Doc
		if in.Content != nil {
			if err := checkContent(*in.Content); err != nil {
				return err
			}
			p.Content = *in.Content
		}
		if in.Name != nil {
			p.Name = *in.Name
		}
		if in.Description != nil {
			p.Description = *in.Description
		}
		out = &api.UpdatePolicyResponse{Policy: o.policy(p)}
		return taken(policies.Update(ctx, w, &row), "by_name", duplicatePolicy, api.DuplicatePolicyException)
	})
	return out, err
}

// DeletePolicy deletes a policy that is attached nowhere.
func (s *Service) DeletePolicy(ctx context.Context, in *api.DeletePolicyRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		_, own := o.own(ctx, w, in.PolicyId)
		n, err := attachments.Count(ctx, w, "", o.ID, in.PolicyId)
		if err := errors.Join(own, err); err != nil {
			return err
		}
		if n > 0 {
			return api.PolicyInUseException.New("The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.")
		}
		return policies.Delete(ctx, w, o.ID, in.PolicyId)
	})
	return &wire.Empty{}, err
}

// ListPolicies lists the policies of a type.
func (s *Service) ListPolicies(ctx context.Context, in *api.ListPoliciesRequest) (*api.ListPoliciesResponse, error) {
	out := &api.ListPoliciesResponse{Policies: []api.PolicySummary{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		l := s.list(string(in.Filter), in.NextToken, in.MaxResults)
		if o.available(in.Filter) != nil { // there can be none
			var err error
			_, out.NextToken, err = slice(ctx, l, nil)
			return err
		}
		page, token, err := rows(ctx, l, r, policies, store.Query{Prefix: []string{o.ID}})
		for i := range page {
			out.Policies = append(out.Policies, *o.summary(&page[i].Doc))
		}
		out.NextToken = token
		return err
	})
	return out, err
}
