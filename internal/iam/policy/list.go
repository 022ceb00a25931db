package policy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ListPolicies lists managed policies: first the account's own, then those that AWS manages, each by name.
func (s *Service) ListPolicies(ctx context.Context, in *iamapi.ListPoliciesRequest) (*iamapi.ListPoliciesResponse, error) {
	f := filterOf(in)
	l := s.list(f.scope(), in.Marker, in.MaxItems)
	place, err := l.After(ctx)
	if err != nil {
		return nil, err
	}
	w := walk{s: s, f: f, left: l.Limit()}
	if err := w.from(ctx, place); err != nil {
		return nil, err
	}
	truncated, marker, err := l.Next(ctx, w.next)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListPoliciesResponse{Policies: w.page, IsTruncated: truncated, Marker: marker}, nil
}

// filter is what a list of policies is limited to.
type filter struct {
	own, aws, attached bool
	usage              iamapi.PolicyUsageType
	prefix             string
}

func filterOf(in *iamapi.ListPoliciesRequest) filter {
	f := filter{own: true, aws: true, prefix: edge.Path(in.PathPrefix), attached: in.OnlyAttached != nil && *in.OnlyAttached}
	if in.Scope != nil {
		f.own, f.aws = *in.Scope != iamapi.PolicyScopeTypeAws, *in.Scope != iamapi.PolicyScopeTypeLocal
	}
	if in.PolicyUsageFilter != nil {
		f.usage = *in.PolicyUsageFilter
	}
	return f
}

// scope is the filter as a text, to bind a marker to.
func (f *filter) scope() string {
	return fmt.Sprintf("%t %t %t %s %s", f.own, f.aws, f.attached, f.usage, f.prefix)
}

// keep reports whether a policy is listed, which can depend on who uses it.
func (f *filter) keep(p *record.Policy, n uses) bool {
	count := n.policy + n.boundary
	switch f.usage {
	case iamapi.PolicyUsageTypePermissionsPolicy:
		count = n.policy
	case iamapi.PolicyUsageTypePermissionsBoundary:
		count = n.boundary
	}
	if (f.attached || f.usage != "") && count == 0 {
		return false
	}
	return strings.HasPrefix(p.Path, f.prefix)
}

// walk fills one page. A place is "o" and a cursor in the account's own policies, or "a" and the name of one of AWS's.
type walk struct {
	s    *Service
	f    filter
	left int
	page []iamapi.Policy
	next string
}

// mostReads bounds the reads for one page of a filter that keeps little. AWS, too, may give fewer items than were asked for.
const mostReads = 20

func (w *walk) from(ctx context.Context, place string) error {
	after, inAWS := strings.CutPrefix(place, "a")
	if !inAWS {
		after = ""
	}
	if w.f.own && !inAWS {
		done, err := w.own(ctx, store.Cursor(strings.TrimPrefix(place, "o")))
		if err != nil || !done {
			return err
		}
	}
	if !w.f.aws {
		return nil
	}
	last := "a" + after
	for _, p := range record.Managed() {
		if p.Name <= after {
			continue
		}
		if w.left == 0 {
			w.next = last
			return nil
		}
		if err := w.add(ctx, p); err != nil {
			return err
		}
		last = "a" + p.Name
	}
	return nil
}

// own lists the account's own policies. done: the end was reached.
func (w *walk) own(ctx context.Context, after store.Cursor) (done bool, err error) {
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}, After: after}
	for range mostReads {
		q.Limit = w.left
		rows, err := record.Policies.List(ctx, w.s.db, q)
		if errors.Is(err, store.ErrBadCursor) {
			return false, edge.ValidationError.New("Invalid Marker.").Because(err)
		}
		if err != nil {
			return false, err
		}
		for i := range rows.Rows {
			if err := w.add(ctx, &rows.Rows[i].Doc); err != nil {
				return false, err
			}
		}
		if rows.Next == "" {
			w.next = ""
			return true, nil
		}
		q.After, w.next = rows.Next, "o"+string(rows.Next)
		if w.left == 0 {
			return false, nil
		}
	}
	return false, nil
}

func (w *walk) add(ctx context.Context, p *record.Policy) error {
	n, err := w.s.uses(ctx, w.s.db, p.ID)
	if err != nil || !w.f.keep(p, n) {
		return err
	}
	w.page, w.left = append(w.page, *briefPolicy(p, n)), w.left-1
	return nil
}
