package advisor

import (
	"context"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
)

// ListPoliciesGrantingServiceAccess lists, for each service asked about, the permissions policies of a user, group or role that allow
// something of it. The policies of a user's groups are among the user's.
func (s *Service) ListPoliciesGrantingServiceAccess(ctx context.Context, in *iamapi.ListPoliciesGrantingServiceAccessRequest) (*iamapi.ListPoliciesGrantingServiceAccessResponse, error) {
	sub, err := s.find(ctx, s.Store, in.Arn)
	if err != nil {
		return nil, err
	}
	if sub.policy != nil {
		return nil, iamapi.InvalidInputException.New("ARN %s is not of a user, a group or a role.", in.Arn)
	}
	namespaces := slices.Sorted(slices.Values(in.ServiceNamespaces))
	namespaces = slices.Compact(namespaces)
	l := &edge.List{Keys: s.Keys, Scope: in.Arn + " " + strings.Join(namespaces, " "), Marker: in.Marker}
	page, truncated, marker, err := edge.Slice(ctx, l, namespaces, func(n *string) string { return *n })
	if err != nil {
		return nil, err
	}
	sources, err := s.sources(ctx, s.Store, sub)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPoliciesGrantingServiceAccessResponse{
		IsTruncated: truncated, Marker: marker, PoliciesGrantingServiceAccess: make([]iamapi.ListPoliciesGrantingServiceAccessEntry, 0, len(page)),
	}
	said := read(policiesOf(sources))
	for i := range page {
		e := iamapi.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: &page[i], Policies: []iamapi.PolicyGrantingServiceAccess{}}
		for j := range sources {
			if said[j].allowsSome(caller.Fold(page[i])) {
				e.Policies = append(e.Policies, sources[j].shown)
			}
		}
		out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess, e)
	}
	return out, nil
}
