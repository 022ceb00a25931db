package account

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

type detailsOut = iamapi.GetAccountAuthorizationDetailsResponse

// section is one kind of what the details list. page adds a page of at most limit items to the answer, and gives how many there were and where the next
// page begins, empty after the last.
type section struct {
	kind iamapi.EntityType
	page func(ctx context.Context, after string, limit int, out *detailsOut) (n int, next string, err error)
}

// sections gives the sections in the order in which they are listed.
func (s *Service) sections() []section {
	return []section{
		{iamapi.EntityTypeUser, s.userDetails},
		{iamapi.EntityTypeGroup, s.groupDetails},
		{iamapi.EntityTypeRole, s.roleDetails},
		{iamapi.EntityTypeLocalManagedPolicy, s.localPolicies},
		{iamapi.EntityTypeAWSManagedPolicy, s.awsPolicies},
	}
}

// GetAccountAuthorizationDetails lists users, groups, roles and managed policies with all that they may do. A page goes on from one kind to the
// next until it is full.
func (s *Service) GetAccountAuthorizationDetails(ctx context.Context, in *iamapi.GetAccountAuthorizationDetailsRequest) (*detailsOut, error) {
	l := s.list(filterScope(in.Filter), in.Marker, in.MaxItems)
	place, err := l.After(ctx)
	if err != nil {
		return nil, err
	}
	kind, after, _ := strings.Cut(place, " ")
	out := &detailsOut{
		UserDetailList: []iamapi.UserDetail{}, GroupDetailList: []iamapi.GroupDetail{}, RoleDetailList: []iamapi.RoleDetail{},
		Policies: []iamapi.ManagedPolicyDetail{},
	}
	next, err := s.fill(ctx, wanted(s.sections(), in.Filter, kind), after, l.Limit(), out)
	if errors.Is(err, store.ErrBadCursor) {
		return nil, edge.ValidationError.New("Invalid Marker.").Because(err)
	}
	if err != nil {
		return nil, err
	}
	out.IsTruncated, out.Marker, err = l.Next(ctx, next)
	return out, err
}

// fill fills a page from these sections, the first of them from a place on, and gives the place where it stopped: a section and a place in it.
func (s *Service) fill(ctx context.Context, sections []section, after string, limit int, out *detailsOut) (string, error) {
	for i := range sections {
		kind := string(sections[i].kind)
		if limit == 0 {
			return kind + " ", nil
		}
		n, next, err := sections[i].page(ctx, after, limit, out)
		if err != nil {
			return "", err
		}
		if next != "" {
			return kind + " " + next, nil
		}
		limit, after = limit-n, ""
	}
	return "", nil
}

// wanted gives the sections that a filter names, from one on; no filter names all, and "" is the first.
func wanted(all []section, filter []iamapi.EntityType, from string) []section {
	all = slices.DeleteFunc(all, func(c section) bool { return len(filter) > 0 && !slices.Contains(filter, c.kind) })
	i := slices.IndexFunc(all, func(c section) bool { return from == "" || string(c.kind) == from })
	if i < 0 {
		return nil
	}
	return all[i:]
}

// filterScope binds markers to the filter that they were made for, in whatever order it names kinds.
func filterScope(filter []iamapi.EntityType) string {
	names := make([]string, 0, len(filter))
	for _, f := range filter {
		names = append(names, string(f))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// byName is a page of a table whose order is that of names.
func byName[T any](ctx context.Context, s *Service, t *store.Table[T], after string, limit int, add func(*T) error) (n int, next string, err error) {
	page, err := t.List(ctx, s.db, store.Query{Index: "by_name", Prefix: []string{account(ctx)}, After: store.Cursor(after), Limit: limit})
	if err != nil {
		return 0, "", err
	}
	for i := range page.Rows {
		if err := add(&page.Rows[i].Doc); err != nil {
			return 0, "", err
		}
	}
	return len(page.Rows), string(page.Next), nil
}

func (s *Service) userDetails(ctx context.Context, after string, limit int, out *detailsOut) (int, string, error) {
	return byName(ctx, s, record.Users, after, limit, func(u *record.User) error {
		d, err := s.userDetail(ctx, u)
		out.UserDetailList = append(out.UserDetailList, d)
		return err
	})
}

func (s *Service) groupDetails(ctx context.Context, after string, limit int, out *detailsOut) (int, string, error) {
	return byName(ctx, s, record.Groups, after, limit, func(g *record.Group) error {
		out.GroupDetailList = append(out.GroupDetailList, groupDetail(g))
		return nil
	})
}

func (s *Service) roleDetails(ctx context.Context, after string, limit int, out *detailsOut) (int, string, error) {
	return byName(ctx, s, record.Roles, after, limit, func(r *record.Role) error {
		d, err := s.roleDetail(ctx, r)
		if isGone(err) {
			return nil // it went while the page was made
		}
		out.RoleDetailList = append(out.RoleDetailList, d)
		return err
	})
}

func (s *Service) localPolicies(ctx context.Context, after string, limit int, out *detailsOut) (int, string, error) {
	return byName(ctx, s, record.Policies, after, limit, func(p *record.Policy) error {
		d, err := s.policyDetail(ctx, p)
		out.Policies = append(out.Policies, d)
		return err
	})
}

// awsPolicies lists the policies of AWS that the account uses, by their ids. Places are ids.
func (s *Service) awsPolicies(ctx context.Context, after string, limit int, out *detailsOut) (n int, next string, err error) {
	for n < limit {
		id, err := s.usedPolicy(ctx, after)
		if id == "" || err != nil {
			return n, "", err
		}
		after = id
		p := record.ManagedByID(id)
		if p == nil {
			continue
		}
		d, err := s.policyDetail(ctx, p)
		if err != nil {
			return n, "", err
		}
		out.Policies = append(out.Policies, d)
		n++
	}
	return n, after, nil
}

// usedPolicy gives the id of the next managed policy that an entity of the account uses; empty when there is no other.
func (s *Service) usedPolicy(ctx context.Context, after string) (string, error) {
	q := store.Query{Prefix: []string{account(ctx)}, Limit: 1}
	if after != "" {
		q.From = after + "~" // ids are letters and digits, all of one length: this comes after the id and before the next
	}
	page, err := record.Attachments.List(ctx, s.db, q)
	if err != nil || len(page.Rows) == 0 {
		return "", err
	}
	return page.Rows[0].Doc.PolicyID, nil
}
