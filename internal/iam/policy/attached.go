package policy

import (
	"context"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// mostAttached is how many managed policies an entity can have attached.
const mostAttached = 10

// linkedPolicies begins the ARNs of the policies that AWS manages for service-linked roles. No others can have them.
const linkedPolicies = "arn:aws:iam::" + record.AWSAccount + ":policy" + record.PathServiceLinked

// attach attaches a managed policy. One that is attached stays so.
func attach[T any](ctx context.Context, s *Service, h *holder[T], name, arn string) error {
	if err := edge.ParsePolicyARN(arn); err != nil {
		return err
	}
	if strings.HasPrefix(arn, linkedPolicies) {
		return iamapi.PolicyNotAttachableException.New("Cannot attach a Service Role Policy to a Customer Role.")
	}
	return h.change(ctx, s.db, name, func(w store.Writer, id string, g *record.Grants) error {
		p, err := record.FindPolicy(ctx, w, account(ctx), arn)
		if err != nil {
			return edge.NoAttachable(err, arn)
		}
		i, found := g.FindAttached(arn)
		if found {
			return nil
		}
		if len(g.Attached) >= mostAttached {
			return edge.Quota(h.quota, mostAttached)
		}
		ref := p.Doc.Ref()
		g.Attached = slices.Insert(g.Attached, i, ref)
		return record.Attach(ctx, w, h.attachment(ctx, &ref, id, record.UsagePolicy))
	})
}

func detach[T any](ctx context.Context, s *Service, h *holder[T], name, arn string) error {
	if err := edge.ParsePolicyARN(arn); err != nil {
		return err
	}
	return h.change(ctx, s.db, name, func(w store.Writer, id string, g *record.Grants) error {
		i, found := g.FindAttached(arn)
		if !found {
			return edge.NoPolicy(store.ErrNotFound, arn)
		}
		ref := g.Attached[i]
		g.Attached = slices.Delete(g.Attached, i, i+1)
		return record.Detach(ctx, w, h.attachment(ctx, &ref, id, record.UsagePolicy))
	})
}

func listAttached[T any](ctx context.Context, s *Service, h *holder[T], name string, prefix, marker *string, max *int) ([]iamapi.AttachedPolicy, *bool, *string, error) {
	row, err := h.get(ctx, s.db, name)
	if err != nil {
		return nil, nil, nil, err
	}
	var all []iamapi.AttachedPolicy
	for _, p := range h.grants(&row.Doc).Attached {
		if prefix == nil || strings.HasPrefix(p.Path(), *prefix) {
			arn, name := p.ARN, p.Name()
			all = append(all, iamapi.AttachedPolicy{PolicyArn: &arn, PolicyName: &name})
		}
	}
	l := s.list(h.id(&row.Doc)+edge.Path(prefix), marker, max)
	return edge.Slice(ctx, l, all, func(p *iamapi.AttachedPolicy) string { return *p.PolicyArn })
}

// putBoundary gives an entity a permissions boundary, or another one.
func putBoundary[T any](ctx context.Context, s *Service, h *holder[T], name, arn string) error {
	if err := edge.ParseBoundaryARN(arn); err != nil {
		return err
	}
	return h.change(ctx, s.db, name, func(w store.Writer, id string, g *record.Grants) error {
		p, err := record.FindPolicy(ctx, w, account(ctx), arn)
		if err != nil {
			return edge.NoBoundary(err, arn)
		}
		if err := clearBoundary(ctx, w, h, id, g); err != nil {
			return err
		}
		ref := p.Doc.Ref()
		g.Boundary = &ref
		return record.Attach(ctx, w, h.attachment(ctx, &ref, id, record.UsageBoundary))
	})
}

// deleteBoundary takes an entity's permissions boundary away.
func deleteBoundary[T any](ctx context.Context, s *Service, h *holder[T], name string) error {
	return h.change(ctx, s.db, name, func(w store.Writer, id string, g *record.Grants) error {
		if g.Boundary == nil {
			return iamapi.NoSuchEntityException.New("The %s with name %s does not have a permissions boundary.", h.kind, name)
		}
		return clearBoundary(ctx, w, h, id, g)
	})
}

func clearBoundary[T any](ctx context.Context, w store.Writer, h *holder[T], id string, g *record.Grants) error {
	if g.Boundary == nil {
		return nil
	}
	ref := *g.Boundary
	g.Boundary = nil
	return record.Detach(ctx, w, h.attachment(ctx, &ref, id, record.UsageBoundary))
}
