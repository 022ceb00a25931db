package advisor

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// mostReports is how many reports of organizations an account can have that have not expired. AWS limits those that run at once; here
// none runs after its request, and the limit bounds what is stored.
const mostReports = 100

// GenerateOrganizationsAccessReport makes a report of the services that service control policies allow in a part of the organization, and
// of the accounts that used them last. What the report cannot be about is told by the report.
func (s *Service) GenerateOrganizationsAccessReport(ctx context.Context, in *iamapi.GenerateOrganizationsAccessReportRequest) (*iamapi.GenerateOrganizationsAccessReportResponse, error) {
	j, err := s.newJob(ctx, record.JobOrganization, in.EntityPath)
	if err != nil {
		return nil, err
	}
	policyID := ""
	if in.OrganizationsPolicyId != nil {
		policyID = *in.OrganizationsPolicyId
	}
	scope, err := s.scope(ctx, in.EntityPath, policyID)
	switch {
	case errors.Is(err, caller.ErrUnknown):
		j.Failure = &record.JobFailure{
			Code:    iamapi.NoSuchEntityException.Code,
			Message: "The entity or the policy was not found in an organization that this account manages with service control policies.",
		}
	case err != nil:
		return nil, err
	default:
		if j.Services, err = s.organizationReport(ctx, scope); err != nil {
			return nil, err
		}
	}
	j.Completed = s.second()
	full := iamapi.ReportGenerationLimitExceededException.New("The account has %d reports already. Try again when one has expired.", mostReports)
	if err := s.keep(ctx, j, mostReports, full); err != nil {
		return nil, err
	}
	return &iamapi.GenerateOrganizationsAccessReportResponse{JobId: &j.ID}, nil
}

// scope finds what a report is about.
func (s *Service) scope(ctx context.Context, path, policyID string) (*Scope, error) {
	if s.Organizations == nil {
		return nil, caller.ErrUnknown
	}
	return s.Organizations.AccessScope(ctx, account(ctx), path, policyID)
}

// organizationReport makes the report of a scope.
func (s *Service) organizationReport(ctx context.Context, scope *Scope) ([]record.ServiceAccess, error) {
	var out []record.ServiceAccess
	levels := make([][]spoken, len(scope.Levels))
	for i := range levels {
		levels[i] = read(scope.Levels[i])
	}
	for _, namespace := range s.services(slices.Concat(levels...)) {
		if allowed(levels, namespace) {
			out = append(out, record.ServiceAccess{Namespace: namespace})
		}
	}
	for _, a := range scope.Accounts {
		uses, err := s.Tracker.Uses(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for i := range out {
			use, ok := uses[out[i].Namespace]
			if !ok {
				continue
			}
			out[i].Total++
			if use.At.After(out[i].At) {
				out[i].At, out[i].Region, out[i].Entity = use.At, use.Region, a.Path
			}
		}
	}
	return out, nil
}

// allowed reports whether every level allows something of a service and none denies it whole.
func allowed(levels [][]spoken, namespace string) bool {
	for _, level := range levels {
		some := slices.ContainsFunc(level, func(p spoken) bool { return p.allowsSome(namespace) })
		if !some || slices.ContainsFunc(level, func(p spoken) bool { return p.deniesAll(namespace) }) {
			return false
		}
	}
	return true
}

// GetOrganizationsAccessReport shows a report of the account's. Services that nobody used come last in an order by time.
func (s *Service) GetOrganizationsAccessReport(ctx context.Context, in *iamapi.GetOrganizationsAccessReportRequest) (*iamapi.GetOrganizationsAccessReportResponse, error) {
	j, err := s.job(ctx, record.JobOrganization, in.JobId)
	if err != nil {
		return nil, err
	}
	key := iamapi.SortKeyTypeServiceNamespaceAscending
	if in.SortKey != nil {
		key = *in.SortKey
	}
	l := &edge.List{Keys: s.Keys, Scope: j.ID + " " + string(key), Marker: in.Marker, MaxItems: in.MaxItems}
	page, truncated, marker, err := edge.Slice(ctx, l, j.Services, sortKey(key))
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetOrganizationsAccessReportResponse{
		JobCreationDate: j.Created, JobCompletionDate: &j.Completed, IsTruncated: truncated, Marker: marker,
	}
	out.JobStatus, out.ErrorDetails = status(j)
	if j.Failure != nil {
		return out, nil
	}
	all, unused := len(j.Services), 0
	for i := range j.Services {
		if j.Services[i].At.IsZero() {
			unused++
		}
	}
	out.NumberOfServicesAccessible, out.NumberOfServicesNotAccessed = &all, &unused
	for i := range page {
		a := &page[i]
		out.AccessDetails = append(out.AccessDetails, iamapi.AccessDetail{
			ServiceName: serviceName(a.Namespace), ServiceNamespace: a.Namespace, EntityPath: text(a.Entity), Region: text(a.Region),
			LastAuthenticatedTime: moment(a.At), TotalAuthenticatedEntities: &a.Total,
		})
	}
	return out, nil
}

// sortKey gives a text for each service that is in the order asked for.
func sortKey(key iamapi.SortKeyType) func(*record.ServiceAccess) string {
	switch key {
	case iamapi.SortKeyTypeServiceNamespaceDescending:
		return func(a *record.ServiceAccess) string { return inverted(a.Namespace) }
	case iamapi.SortKeyTypeLastAuthenticatedTimeAscending:
		return func(a *record.ServiceAccess) string { return earliestFirst(a.At) + a.Namespace }
	case iamapi.SortKeyTypeLastAuthenticatedTimeDescending:
		return func(a *record.ServiceAccess) string { return latestFirst(a.At) + a.Namespace }
	}
	return func(a *record.ServiceAccess) string { return a.Namespace }
}

// inverted gives a text of ASCII in which the greater comes first: each byte's complement, and an end above all others.
func inverted(s string) string {
	b := make([]byte, len(s)+1)
	for i := range s {
		b[i] = 0x7f - s[i]&0x7f
	}
	b[len(s)] = 0x7f
	return string(b)
}
