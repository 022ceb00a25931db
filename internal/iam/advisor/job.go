package advisor

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// jobLife is how long a report can be read. AWS does not document its own.
const jobLife = 24 * time.Hour

// newJob begins a report of the caller's.
func (s *Service) newJob(ctx context.Context, kind record.JobKind, subject string) (*record.AccessJob, error) {
	id, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	p, at := caller.PrincipalFrom(ctx), s.second()
	return &record.AccessJob{
		ID: id, Account: p.Account, Owner: p.UniqueID, Kind: kind, Subject: subject, Created: at, Completed: at, Expires: at.Add(jobLife),
	}, nil
}

// keep stores a report, unless the account has as many of its kind as it can have: then it is full.
func (s *Service) keep(ctx context.Context, j *record.AccessJob, most int64, full error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		n, err := record.AccessJobs.Count(ctx, w, "by_account", j.Account, string(j.Kind))
		if err != nil {
			return err
		}
		if n >= most {
			return full
		}
		return record.AccessJobs.Insert(ctx, w, j)
	})
}

// job finds a report of the caller's account.
func (s *Service) job(ctx context.Context, kind record.JobKind, id string) (*record.AccessJob, error) {
	row, err := record.AccessJobs.Get(ctx, s.Store, id)
	if err == nil && (row.Doc.Account != account(ctx) || row.Doc.Kind != kind) {
		err = store.ErrNotFound
	}
	return &row.Doc, edge.NotFound(err, "Job %s was not found.", id)
}

// ownJob finds a report of an entity, which only the same user, or a session of the same role, can read that asked for it.
func (s *Service) ownJob(ctx context.Context, id string) (*record.AccessJob, error) {
	j, err := s.job(ctx, record.JobEntity, id)
	if err == nil && j.Owner != caller.PrincipalFrom(ctx).UniqueID {
		err = edge.NotFound(store.ErrNotFound, "Job %s was not found.", id)
	}
	return j, err
}

// status tells how a report went.
func status(j *record.AccessJob) (iamapi.JobStatusType, *iamapi.ErrorDetails) {
	if j.Failure != nil {
		return iamapi.JobStatusTypeFailed, &iamapi.ErrorDetails{Code: j.Failure.Code, Message: j.Failure.Message}
	}
	return iamapi.JobStatusTypeCompleted, nil
}

// moment gives a time as the API shows it: none for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// text gives a text as the API shows it: none for an empty one.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
