package policy

import (
	"context"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostPolicies is how many managed policies an account can have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostPolicies = 1500

// mostManaged is the quota of a managed policy in characters without white space.
const mostManaged = 6144

// CreatePolicy makes a managed policy with its first version.
func (s *Service) CreatePolicy(ctx context.Context, in *iamapi.CreatePolicyRequest) (*iamapi.CreatePolicyResponse, error) {
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	tags, err := edge.TagsExact(nil, in.Tags, "Policy")
	if err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixPolicy)
	if err != nil {
		return nil, err
	}
	at := s.second()
	p := record.Policy{
		ID: id, Account: account(ctx), Name: in.PolicyName, Path: edge.Path(in.Path), Created: at, Updated: at, Tags: tags,
		Default: "v1", Last: 1, Versions: []record.Version{{ID: "v1", Document: in.PolicyDocument, Created: at}},
	}
	if in.Description != nil {
		p.Description = *in.Description
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		err := edge.Exists(record.Policies.Insert(ctx, w, &p), "A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
		if err != nil {
			return err
		}
		n, err := record.Policies.Count(ctx, w, "by_name", p.Account)
		return edge.Below(n, err, "PoliciesPerAccount", mostPolicies)
	})
	if err != nil {
		return nil, err
	}
	out := briefPolicy(&p, uses{})
	out.Tags = edge.TagList(p.Tags)
	return &iamapi.CreatePolicyResponse{Policy: out}, nil
}

func checkManaged(document string) error {
	if _, err := edge.Parse(document, iampolicy.IdentityPolicy); err != nil {
		return err
	}
	if iampolicy.Size([]byte(document)) > mostManaged {
		return edge.Quota("PolicySize", mostManaged)
	}
	return nil
}

// GetPolicy shows a managed policy without its document.
func (s *Service) GetPolicy(ctx context.Context, in *iamapi.GetPolicyRequest) (*iamapi.GetPolicyResponse, error) {
	p, err := s.find(ctx, s.db, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	n, err := s.uses(ctx, s.db, p.Doc.ID)
	if err != nil {
		return nil, err
	}
	out := briefPolicy(&p.Doc, n)
	if out.Tags = edge.TagList(p.Doc.Tags); out.Tags == nil {
		out.Tags = []iamapi.Tag{} // AWS shows the empty list here alone
	}
	if p.Doc.Description != "" {
		out.Description = &p.Doc.Description
	}
	return &iamapi.GetPolicyResponse{Policy: out}, nil
}

// DeletePolicy deletes a managed policy that nothing uses and that has one version.
func (s *Service) DeletePolicy(ctx context.Context, in *iamapi.DeletePolicyRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		p, err := s.own(ctx, w, in.PolicyArn)
		if err != nil {
			return err
		}
		n, err := s.uses(ctx, w, p.Doc.ID)
		if err != nil {
			return err
		}
		if n.policy > 0 || n.boundary > 0 {
			return iamapi.DeleteConflictException.New("Cannot delete a policy attached to entities.")
		}
		if len(p.Doc.Versions) > 1 {
			return iamapi.DeleteConflictException.New("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		return record.Policies.Delete(ctx, w, p.Doc.ID)
	})
	return &wire.Empty{}, err
}

// TagPolicy adds tags to a managed policy.
func (s *Service) TagPolicy(ctx context.Context, in *iamapi.TagPolicyRequest) (*wire.Empty, error) {
	return s.change(ctx, in.PolicyArn, func(p *record.Policy) (err error) {
		p.Tags, err = edge.TagsExact(p.Tags, in.Tags, "Policy")
		return err
	})
}

// UntagPolicy takes tags from a managed policy.
func (s *Service) UntagPolicy(ctx context.Context, in *iamapi.UntagPolicyRequest) (*wire.Empty, error) {
	return s.change(ctx, in.PolicyArn, func(p *record.Policy) error {
		p.Tags = edge.UntagExact(p.Tags, in.TagKeys)
		return nil
	})
}

// ListPolicyTags lists the tags of a managed policy.
func (s *Service) ListPolicyTags(ctx context.Context, in *iamapi.ListPolicyTagsRequest) (*iamapi.ListPolicyTagsResponse, error) {
	p, err := s.find(ctx, s.db, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(p.Doc.ID, in.Marker, in.MaxItems), p.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListPolicyTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}

// find finds a managed policy that the account can see.
func (s *Service) find(ctx context.Context, r store.Reader, arn string) (store.Row[record.Policy], error) {
	if err := edge.ParsePolicyARN(arn); err != nil {
		return store.Row[record.Policy]{}, err
	}
	row, err := record.FindPolicy(ctx, r, account(ctx), arn)
	return row, edge.NoPolicy(err, arn)
}

// own finds a managed policy that the account may change: its own.
func (s *Service) own(ctx context.Context, r store.Reader, arn string) (store.Row[record.Policy], error) {
	if record.ManagedByARN(arn) != nil {
		return store.Row[record.Policy]{}, edge.AccessDenied.New("The policy %s is managed by AWS and cannot be changed.", arn)
	}
	return s.find(ctx, r, arn)
}

// change reads a policy, changes it and writes it in one transaction.
func (s *Service) change(ctx context.Context, arn string, change func(*record.Policy) error) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		p, err := s.own(ctx, w, arn)
		if err != nil {
			return err
		}
		if err := change(&p.Doc); err != nil {
			return err
		}
		return record.Policies.Update(ctx, w, &p)
	})
	return &wire.Empty{}, err
}

// uses counts the entities that use a policy.
type uses struct{ policy, boundary int }

func (s *Service) uses(ctx context.Context, r store.Reader, id string) (uses, error) {
	var n uses
	for usage, into := range map[record.Usage]*int{record.UsagePolicy: &n.policy, record.UsageBoundary: &n.boundary} {
		count, err := record.Attachments.Count(ctx, r, "", account(ctx), id, string(usage))
		if err != nil {
			return n, err
		}
		*into = int(count)
	}
	return n, nil
}

// briefPolicy shows a policy as lists do: without tags and description.
func briefPolicy(p *record.Policy, n uses) *iamapi.Policy {
	arn, attachable := p.ARN(), true
	return &iamapi.Policy{
		Arn: &arn, AttachmentCount: &n.policy, PermissionsBoundaryUsageCount: &n.boundary, CreateDate: &p.Created, UpdateDate: &p.Updated,
		DefaultVersionId: &p.Default, IsAttachable: &attachable, Path: &p.Path, PolicyId: &p.ID, PolicyName: &p.Name,
	}
}
