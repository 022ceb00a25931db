package organization

import (
	"context"
	"errors"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// attachDefault attaches FullAWSAccess to a target that has nothing yet, where policies are in force, and gives the target's list.
func (o *Organization) attachDefault(ctx context.Context, w store.Writer, target string) ([]string, error) {
	if !o.Enforced {
		return nil, nil
	}
	return []string{fullAccessID}, attachments.Insert(ctx, w, &Attachment{Org: o.ID, Policy: fullAccessID, Target: target})
}

// detachAll forgets the attachments of a target that goes away.
func (o *Organization) detachAll(ctx context.Context, w store.Writer, target string, scps []string) error {
	for _, id := range scps {
		if err := attachments.Delete(ctx, w, o.ID, id, target); err != nil {
			return err
		}
	}
	return nil
}

// attachable finds a policy and a target where policies are in force.
func (o *Organization) attachable(ctx context.Context, w store.Writer, policy, target string) (*node, error) {
	if _, err := policies.Get(ctx, w, o.ID, policy); err != nil {
		return nil, found(err, noPolicy)
	}
	n, err := o.target(ctx, w, target)
	if err != nil {
		return nil, found(err, noTarget)
	}
	if !o.Enforced {
		return nil, notEnabled()
	}
	return n, nil
}

// AttachPolicy attaches a policy to the root, a unit or an account.
func (s *Service) AttachPolicy(ctx context.Context, in *api.AttachPolicyRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		n, err := o.attachable(ctx, w, in.PolicyId, in.TargetId)
		if err != nil {
			return err
		}
		i, attached := slices.BinarySearch(*n.scps, in.PolicyId)
		switch {
		case attached:
			return api.DuplicatePolicyAttachmentException.New("A policy with the specified name and type is already attached to the specified target.")
		case len(*n.scps) >= maxAttached:
			return constraint(api.ConstraintViolationExceptionReasonMaxPolicyTypeAttachmentLimitExceeded,
				"You have attached the maximum number of policies to the specified target.")
		}
		*n.scps = slices.Insert(*n.scps, i, in.PolicyId)
		return errors.Join(n.save(ctx, w), attachments.Insert(ctx, w, &Attachment{Org: o.ID, Policy: in.PolicyId, Target: in.TargetId}))
	})
	return &wire.Empty{}, err
}

// DetachPolicy detaches a policy from a target, which keeps one at least.
func (s *Service) DetachPolicy(ctx context.Context, in *api.DetachPolicyRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		n, err := o.attachable(ctx, w, in.PolicyId, in.TargetId)
		if err != nil {
			return err
		}
		i, attached := slices.BinarySearch(*n.scps, in.PolicyId)
		switch {
		case !attached:
			return api.PolicyNotAttachedException.New("The policy isn't attached to the specified target in the specified root.")
		case len(*n.scps) == 1:
			return constraint(api.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded,
				"You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
		}
		*n.scps = slices.Delete(*n.scps, i, i+1)
		return errors.Join(n.save(ctx, w), attachments.Delete(ctx, w, o.ID, in.PolicyId, in.TargetId))
	})
	return &wire.Empty{}, err
}

// ListPoliciesForTarget lists the policies that are attached to a target itself, not those above it.
func (s *Service) ListPoliciesForTarget(ctx context.Context, in *api.ListPoliciesForTargetRequest) (*api.ListPoliciesForTargetResponse, error) {
	out := &api.ListPoliciesForTargetResponse{Policies: []api.PolicySummary{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		n, err := o.target(ctx, r, in.TargetId)
		if err != nil {
			return found(err, noTarget)
		}
		all := *n.scps
		if in.Filter != api.PolicyTypeServiceControlPolicy {
			all = nil
		}
		ids, token, err := slice(ctx, s.list(in.TargetId+" "+string(in.Filter), in.NextToken, in.MaxResults), all)
		if err != nil {
			return err
		}
		for _, id := range ids {
			row, err := policies.Get(ctx, r, o.ID, id)
			if err != nil {
				return err
			}
			out.Policies = append(out.Policies, *o.summary(&row.Doc))
		}
		out.NextToken = token
		return nil
	})
	return out, err
}

// ListTargetsForPolicy lists what a policy is attached to.
func (s *Service) ListTargetsForPolicy(ctx context.Context, in *api.ListTargetsForPolicyRequest) (*api.ListTargetsForPolicyResponse, error) {
	out := &api.ListTargetsForPolicyResponse{Targets: []api.PolicyTargetSummary{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		if _, err := policies.Get(ctx, r, o.ID, in.PolicyId); err != nil {
			return found(err, noPolicy)
		}
		page, token, err := rows(ctx, s.list(in.PolicyId, in.NextToken, in.MaxResults), r, attachments, store.Query{Prefix: []string{o.ID, in.PolicyId}})
		if err != nil {
			return err
		}
		for i := range page {
			n, err := o.target(ctx, r, page[i].Doc.Target)
			if err != nil {
				return err
			}
			out.Targets = append(out.Targets, api.PolicyTargetSummary{
				TargetId: &n.id, Arn: ptr(o.ARN(n.id)), Name: given(n.name), Type: ptr(targetType(n.id)),
			})
		}
		out.NextToken = token
		return nil
	})
	return out, err
}
