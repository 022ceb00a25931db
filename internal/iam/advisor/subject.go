package advisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// kindPolicy is the kind of a managed policy, as ARNs name it.
const kindPolicy record.Kind = "policy"

// subject is what a report is about: an entity, or a managed policy.
type subject struct {
	kind   record.Kind
	id     string
	name   string
	grants *record.Grants // nil for a policy
	groups []string       // ids of the groups of a user
	policy *record.Policy // nil for an entity
}

// find finds what an ARN of the caller's account names, or a policy that AWS manages.
func (s *Service) find(ctx context.Context, r store.Reader, arn string) (*subject, error) {
	of, kind, name, ok := record.SplitARN(arn)
	if !ok {
		return nil, iamapi.InvalidInputException.New("ARN %s is not valid.", arn)
	}
	if record.Kind(kind) == kindPolicy {
		p, err := record.FindPolicy(ctx, r, account(ctx), arn)
		if err != nil {
			return nil, edge.NoPolicy(err, arn)
		}
		return &subject{kind: kindPolicy, id: p.Doc.ID, name: p.Doc.Name, policy: &p.Doc}, nil
	}
	out, found, err := s.entity(ctx, r, record.Kind(kind), of, name)
	switch {
	case errors.Is(err, errKind):
		return nil, iamapi.InvalidInputException.New("ARN %s is not valid.", arn)
	case err == nil && (of != account(ctx) || found != arn):
		err = store.ErrNotFound
	}
	return out, edge.NotFound(err, "ARN %s was not found.", arn)
}

var errKind = errors.New("no kind of entity")

// entity finds an entity by its name, with its ARN.
func (s *Service) entity(ctx context.Context, r store.Reader, kind record.Kind, of, name string) (*subject, string, error) {
	switch kind {
	case record.KindUser:
		u, err := record.FindUser(ctx, r, of, name)
		return &subject{kind: kind, id: u.Doc.ID, name: u.Doc.Name, grants: &u.Doc.Grants, groups: u.Doc.Groups}, u.Doc.ARN(), err
	case record.KindGroup:
		g, err := record.FindGroup(ctx, r, of, name)
		return &subject{kind: kind, id: g.Doc.ID, name: g.Doc.Name, grants: &g.Doc.Grants}, g.Doc.ARN(), err
	case record.KindRole:
		o, err := record.FindRole(ctx, r, of, name)
		return &subject{kind: kind, id: o.Doc.ID, name: o.Doc.Name, grants: &o.Doc.Grants}, o.Doc.ARN(), err
	}
	return nil, "", errKind
}

// source is a policy with where it comes from, as IAM lists it.
type source struct {
	shown  iamapi.PolicyGrantingServiceAccess
	policy *iampolicy.Policy
}

// sources are the permissions policies of a subject: its own, and for a user those of its groups.
func (s *Service) sources(ctx context.Context, r store.Reader, sub *subject) ([]source, error) {
	if sub.policy != nil {
		p, err := iampolicy.Parse([]byte(sub.policy.DefaultDocument()), iampolicy.IdentityPolicy)
		return []source{{policy: p}}, err
	}
	out, err := s.granted(ctx, r, nil, sub.grants, sub.kind, sub.name)
	for _, id := range sub.groups {
		if err != nil {
			return nil, err
		}
		var g store.Row[record.Group]
		if g, err = record.Groups.Get(ctx, r, id); err == nil {
			out, err = s.granted(ctx, r, out, &g.Doc.Grants, record.KindGroup, g.Doc.Name)
		} else if edge.Gone(err) {
			err = nil // deleted since the user was read
		}
	}
	return out, err
}

// ownerTypes are the kinds of entities as IAM shows them.
var ownerTypes = map[record.Kind]iamapi.PolicyOwnerEntityType{
	record.KindUser: iamapi.PolicyOwnerEntityTypeUser, record.KindGroup: iamapi.PolicyOwnerEntityTypeGroup, record.KindRole: iamapi.PolicyOwnerEntityTypeRole,
}

// granted adds the inline and attached policies of one entity, which it is an error to find damaged.
func (s *Service) granted(ctx context.Context, r store.Reader, out []source, g *record.Grants, kind record.Kind, name string) ([]source, error) {
	owner := ownerTypes[kind]
	for i := range g.Inline {
		p, err := iampolicy.Parse([]byte(g.Inline[i].Document), iampolicy.IdentityPolicy)
		if err != nil {
			return nil, fmt.Errorf("inline policy %s: %w", g.Inline[i].Name, err)
		}
		out = append(out, source{policy: p, shown: iamapi.PolicyGrantingServiceAccess{
			PolicyName: g.Inline[i].Name, PolicyType: iamapi.PolicyTypeInline, EntityType: &owner, EntityName: &name,
		}})
	}
	for i := range g.Attached {
		ref := &g.Attached[i]
		doc := record.ManagedByID(ref.ID)
		if doc == nil {
			row, err := record.Policies.Get(ctx, r, ref.ID)
			if edge.Gone(err) {
				continue // deleted since the entity was read
			}
			if err != nil {
				return nil, err
			}
			doc = &row.Doc
		}
		p, err := iampolicy.Parse([]byte(doc.DefaultDocument()), iampolicy.IdentityPolicy)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", ref.ARN, err)
		}
		out = append(out, source{policy: p, shown: iamapi.PolicyGrantingServiceAccess{
			PolicyName: ref.Name(), PolicyType: iamapi.PolicyTypeManaged, PolicyArn: &ref.ARN,
		}})
	}
	return out, nil
}

// policiesOf gives the policies alone.
func policiesOf(sources []source) []*iampolicy.Policy {
	out := make([]*iampolicy.Policy, len(sources))
	for i := range sources {
		out[i] = sources[i].policy
	}
	return out
}

// principalRef is a user or a role that could use what a subject grants.
type principalRef struct {
	kind record.Kind
	id   string
}

// mostPrincipals bounds the entities of one report: more than IAM's largest quotas of users and roles together.
const mostPrincipals = 10_000

var errTooMany = errors.New("too many entities for a report")

// principals are the users and roles that could use what the subject grants, each once, by id: the subject itself, the members of a group,
// or the entities that a policy is attached to. errTooMany when there are more than a report can be about.
func (s *Service) principals(ctx context.Context, r store.Reader, sub *subject) ([]principalRef, error) {
	var out []principalRef
	var err error
	switch sub.kind {
	case record.KindUser, record.KindRole:
		return []principalRef{{sub.kind, sub.id}}, nil
	case record.KindGroup:
		out, err = s.members(ctx, r, nil, sub.id)
	default:
		q := store.Query{Prefix: []string{account(ctx), sub.id, string(record.UsagePolicy)}, Limit: store.MaxLimit}
		for row, e := range record.Attachments.All(ctx, r, q) {
			switch {
			case e != nil:
				return nil, e
			case len(out) > mostPrincipals:
				return nil, errTooMany
			case row.Doc.Kind == record.KindGroup:
				if out, err = s.members(ctx, r, out, row.Doc.EntityID); err != nil {
					return nil, err
				}
			default:
				out = append(out, principalRef{row.Doc.Kind, row.Doc.EntityID})
			}
		}
	}
	slices.SortFunc(out, func(a, b principalRef) int { return strings.Compare(a.id, b.id) })
	out = slices.Compact(out)
	if err == nil && len(out) > mostPrincipals {
		err = errTooMany
	}
	return out, err
}

// members adds the users of a group.
func (s *Service) members(ctx context.Context, r store.Reader, out []principalRef, group string) ([]principalRef, error) {
	for row, err := range record.Memberships.All(ctx, r, store.Query{Prefix: []string{group}, Limit: store.MaxLimit}) {
		if err != nil {
			return nil, err
		}
		if out = append(out, principalRef{record.KindUser, row.Doc.UserID}); len(out) > 2*mostPrincipals {
			return nil, errTooMany
		}
	}
	return out, nil
}

// info describes a user or a role; nil when it is gone.
func (s *Service) info(ctx context.Context, r store.Reader, ref principalRef) (*iamapi.EntityInfo, error) {
	e := &iamapi.EntityInfo{Type: ownerTypes[ref.kind], Id: ref.id}
	var err error
	if ref.kind == record.KindUser {
		var u store.Row[record.User]
		u, err = record.Users.Get(ctx, r, ref.id)
		e.Arn, e.Name, e.Path = u.Doc.ARN(), u.Doc.Name, &u.Doc.Path
	} else {
		var o store.Row[record.Role]
		o, err = record.Roles.Get(ctx, r, ref.id)
		e.Arn, e.Name, e.Path = o.Doc.ARN(), o.Doc.Name, &o.Doc.Path
	}
	if edge.Gone(err) {
		return nil, nil
	}
	return e, err
}
