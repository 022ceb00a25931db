package policy

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ListEntitiesForPolicy lists the users, groups and roles that use a managed policy.
func (s *Service) ListEntitiesForPolicy(ctx context.Context, in *iamapi.ListEntitiesForPolicyRequest) (*iamapi.ListEntitiesForPolicyResponse, error) {
	p, err := s.find(ctx, s.db, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var only record.Kind
	if in.EntityFilter != nil {
		switch *in.EntityFilter {
		case iamapi.EntityTypeUser:
			only = record.KindUser
		case iamapi.EntityTypeGroup:
			only = record.KindGroup
		case iamapi.EntityTypeRole:
			only = record.KindRole
		default: // policies do not use policies
			return &iamapi.ListEntitiesForPolicyResponse{IsTruncated: new(bool)}, nil
		}
	}
	usage := record.UsagePolicy
	if in.PolicyUsageFilter != nil && *in.PolicyUsageFilter == iamapi.PolicyUsageTypePermissionsBoundary {
		usage = record.UsageBoundary
	}
	q := store.Query{Prefix: []string{account(ctx), p.Doc.ID}}
	if in.PolicyUsageFilter != nil {
		q.Prefix = append(q.Prefix, string(usage))
	}
	l := s.list(strings.Join([]string{p.Doc.ID, string(only), strings.Join(q.Prefix, " "), edge.Path(in.PathPrefix)}, "\x00"), in.Marker, in.MaxItems)
	out := &iamapi.ListEntitiesForPolicyResponse{}
	e := entities{s: s, prefix: edge.Path(in.PathPrefix), out: out}
	keep := func(a *record.Attachment) (bool, error) {
		if only != "" && a.Kind != only {
			return false, nil
		}
		if a.Usage == record.UsageBoundary && in.PolicyUsageFilter == nil {
			if twice, err := s.alsoAttached(ctx, a); twice || err != nil {
				return false, err
			}
		}
		return e.add(ctx, a)
	}
	_, out.IsTruncated, out.Marker, err = edge.Rows(ctx, l, s.db, record.Attachments, q, keep)
	return out, err
}

// alsoAttached reports whether the entity that has the policy as its boundary has it attached as well, and so is listed already.
func (s *Service) alsoAttached(ctx context.Context, a *record.Attachment) (bool, error) {
	_, err := record.Attachments.Get(ctx, s.db, a.Account, a.PolicyID, string(record.UsagePolicy), string(a.Kind), a.EntityID)
	if edge.Gone(err) {
		return false, nil
	}
	return err == nil, err
}

// entities collects the entities of attachments.
type entities struct {
	s      *Service
	prefix string
	out    *iamapi.ListEntitiesForPolicyResponse
}

// add looks the entity of an attachment up and adds it, if its path is the one asked for.
func (e *entities) add(ctx context.Context, a *record.Attachment) (bool, error) {
	var id, name string
	var ok bool
	var err error
	switch a.Kind {
	case record.KindUser:
		if id, name, ok, err = describe(ctx, e, &users, a.EntityID); ok {
			e.out.PolicyUsers = append(e.out.PolicyUsers, iamapi.PolicyUser{UserId: &id, UserName: &name})
		}
	case record.KindGroup:
		if id, name, ok, err = describe(ctx, e, &groups, a.EntityID); ok {
			e.out.PolicyGroups = append(e.out.PolicyGroups, iamapi.PolicyGroup{GroupId: &id, GroupName: &name})
		}
	case record.KindRole:
		if id, name, ok, err = describe(ctx, e, &roles, a.EntityID); ok {
			e.out.PolicyRoles = append(e.out.PolicyRoles, iamapi.PolicyRole{RoleId: &id, RoleName: &name})
		}
	}
	return ok, err
}

func describe[T any](ctx context.Context, e *entities, h *holder[T], entityID string) (id, name string, ok bool, err error) {
	row, err := h.table.Get(ctx, e.s.db, entityID)
	if edge.Gone(err) {
		return "", "", false, nil // deleted while the page was read
	}
	if err != nil {
		return "", "", false, err
	}
	return h.id(&row.Doc), h.name(&row.Doc), strings.HasPrefix(h.path(&row.Doc), e.prefix), nil
}
