package advisor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// mostDetails is how many reports of entities an account can have that have not expired: one for each user, role, group and policy that AWS's default
// quotas admit, and some. AWS limits how often they are asked for; here the limit bounds what is stored.
const mostDetails = 10_000

// GenerateServiceLastAccessedDetails makes a report of the services that a user, group, role or managed policy could use, and of who used
// them last. It is complete when the answer comes.
func (s *Service) GenerateServiceLastAccessedDetails(ctx context.Context, in *iamapi.GenerateServiceLastAccessedDetailsRequest) (*iamapi.GenerateServiceLastAccessedDetailsResponse, error) {
	sub, err := s.find(ctx, s.Store, in.Arn)
	if err != nil {
		return nil, err
	}
	j, err := s.newJob(ctx, record.JobEntity, in.Arn)
	if err != nil {
		return nil, err
	}
	j.ByAction = in.Granularity != nil && *in.Granularity == iamapi.AccessAdvisorUsageGranularityTypeActionLevel
	j.Services, err = s.report(ctx, s.Store, sub, j.ByAction)
	if errors.Is(err, errTooMany) {
		j.Failure, err = tooMany(), nil
	}
	if err != nil {
		return nil, err
	}
	j.Completed = s.second()
	if err := s.keep(ctx, j, mostDetails, edge.Quota("ServiceLastAccessedReportsPerAccount", mostDetails)); err != nil {
		return nil, err
	}
	return &iamapi.GenerateServiceLastAccessedDetailsResponse{JobId: &j.ID}, nil
}

func tooMany() *record.JobFailure {
	return &record.JobFailure{
		Code:    iamapi.LimitExceededException.Code,
		Message: fmt.Sprintf("The report is about more than %d entities.", mostPrincipals),
	}
}

// GetServiceLastAccessedDetails shows a report, by service namespace.
func (s *Service) GetServiceLastAccessedDetails(ctx context.Context, in *iamapi.GetServiceLastAccessedDetailsRequest) (*iamapi.GetServiceLastAccessedDetailsResponse, error) {
	j, err := s.ownJob(ctx, in.JobId)
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.Keys, Scope: j.ID, Marker: in.Marker, MaxItems: in.MaxItems}
	page, truncated, marker, err := edge.Slice(ctx, l, j.Services, func(a *record.ServiceAccess) string { return a.Namespace })
	if err != nil {
		return nil, err
	}
	granularity := iamapi.AccessAdvisorUsageGranularityTypeServiceLevel
	if j.ByAction {
		granularity = iamapi.AccessAdvisorUsageGranularityTypeActionLevel
	}
	out := &iamapi.GetServiceLastAccessedDetailsResponse{
		JobCreationDate: j.Created, JobCompletionDate: j.Completed, JobType: &granularity, IsTruncated: truncated, Marker: marker,
		ServicesLastAccessed: make([]iamapi.ServiceLastAccessed, 0, len(page)),
	}
	out.JobStatus, out.Error = status(j)
	for i := range page {
		out.ServicesLastAccessed = append(out.ServicesLastAccessed, showService(&page[i]))
	}
	return out, nil
}

func showService(a *record.ServiceAccess) iamapi.ServiceLastAccessed {
	out := iamapi.ServiceLastAccessed{
		ServiceName: serviceName(a.Namespace), ServiceNamespace: a.Namespace, TotalAuthenticatedEntities: &a.Total,
		LastAuthenticated: moment(a.At), LastAuthenticatedRegion: text(a.Region), LastAuthenticatedEntity: text(a.Entity),
	}
	for i := range a.Actions {
		t := &a.Actions[i]
		out.TrackedActionsLastAccessed = append(out.TrackedActionsLastAccessed, iamapi.TrackedActionLastAccessed{
			ActionName: &t.Name, LastAccessedTime: moment(t.At), LastAccessedRegion: text(t.Region), LastAccessedEntity: text(t.Entity),
		})
	}
	return out
}

// GetServiceLastAccessedDetailsWithEntities lists the users and roles that could use a service of a report, the latest use first. Who they
// are and when they came is read when it is asked for; a service that is not in the report has nobody.
func (s *Service) GetServiceLastAccessedDetailsWithEntities(ctx context.Context, in *iamapi.GetServiceLastAccessedDetailsWithEntitiesRequest) (*iamapi.GetServiceLastAccessedDetailsWithEntitiesResponse, error) {
	j, err := s.ownJob(ctx, in.JobId)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetServiceLastAccessedDetailsWithEntitiesResponse{JobCreationDate: j.Created, JobCompletionDate: j.Completed}
	out.JobStatus, out.Error = status(j)
	users, err := s.users(ctx, j, in.ServiceNamespace)
	if errors.Is(err, errTooMany) {
		out.JobStatus, err = iamapi.JobStatusTypeFailed, nil
		out.Error = &iamapi.ErrorDetails{Code: tooMany().Code, Message: tooMany().Message}
	}
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.Keys, Scope: j.ID + " " + in.ServiceNamespace, Marker: in.Marker, MaxItems: in.MaxItems}
	page, truncated, marker, err := edge.Slice(ctx, l, users, func(u *user) string { return latestFirst(u.at) + u.ref.id })
	if err != nil {
		return nil, err
	}
	out.IsTruncated, out.Marker, out.EntityDetailsList = truncated, marker, make([]iamapi.EntityDetails, 0, len(page))
	for i := range page {
		info, err := s.info(ctx, s.Store, page[i].ref)
		if err != nil {
			return nil, err
		}
		if info != nil {
			out.EntityDetailsList = append(out.EntityDetailsList, iamapi.EntityDetails{EntityInfo: *info, LastAuthenticated: moment(page[i].at)})
		}
	}
	return out, nil
}

// user is a principal that could use a service, and when it did last; zero: never.
type user struct {
	ref principalRef
	at  time.Time
}

// users are the principals of a report: nobody when it does not have the service. A subject that is gone is NoSuchEntity.
func (s *Service) users(ctx context.Context, j *record.AccessJob, namespace string) ([]user, error) {
	has := false
	for i := range j.Services {
		has = has || j.Services[i].Namespace == namespace
	}
	if !has {
		return nil, nil
	}
	sub, err := s.find(ctx, s.Store, j.Subject)
	if err != nil {
		return nil, err
	}
	refs, err := s.principals(ctx, s.Store, sub)
	if err != nil {
		return nil, err
	}
	out := make([]user, len(refs))
	for i, ref := range refs {
		uses, err := s.Tracker.Uses(ctx, ref.id)
		if err != nil {
			return nil, err
		}
		out[i] = user{ref, uses[namespace].At}
	}
	return out, nil
}

// latestFirst gives a time as a text that sorts the latest first and the zero time last.
func latestFirst(t time.Time) string {
	if t.IsZero() {
		return fmt.Sprintf("%020d ", uint64(math.MaxInt64))
	}
	return fmt.Sprintf("%020d ", uint64(math.MaxInt64-1-t.Unix()))
}

// earliestFirst gives a time as a text that sorts the earliest first and the zero time last.
func earliestFirst(t time.Time) string {
	if t.IsZero() {
		return fmt.Sprintf("%020d ", uint64(math.MaxInt64))
	}
	return fmt.Sprintf("%020d ", t.Unix())
}
