package userimport

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Lives of a job's parts.
const (
	uploadWithin = 15 * time.Minute
	startWithin  = 24 * time.Hour
	fileLife     = 72 * time.Hour // of a file, from the creation of its job on: one that is never started leaves nothing
)

// maxJobs is how many jobs of one pool are kept.
const maxJobs = 1000

// uploadPath is where files are put: uploadPath + "<job id>/<token>", both below the pool's id.
const uploadPath = "/_mayfly/import/"

// CreateUserImportJob makes a job and the address that takes its file for a quarter of an hour.
func (s *Service) CreateUserImportJob(ctx context.Context, in *api.CreateUserImportJobRequest) (*api.CreateUserImportJobResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if len(p.AutoVerified) == 0 {
		return nil, api.PreconditionNotMetException.New("User import is not available for user pool %s: it has no auto-verified attribute.", p.ID)
	}
	id, err := draw.Text(s.Random, draw.Alphanumeric, 10)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return nil, err
	}
	token := hex.EncodeToString(secret)
	hash := s.Keys.MAC(seal.Code, p.ID, uploadInput("import-"+id, token))
	j := &job{
		PoolID: p.ID, Account: p.Account, ID: "import-" + id, Name: in.JobName, RoleARN: in.CloudWatchLogsRoleArn, Status: created,
		Created: s.Now().UTC().Truncate(time.Millisecond), Upload: hash[:],
	}
	err = s.edge.Update(ctx, p.ID, func(w store.Writer, _ *directory.Pool) error { // it may be on its way out
		n, err := jobs.Count(ctx, w, "by_age", p.ID)
		if err != nil {
			return err
		}
		if n >= maxJobs {
			return api.LimitExceededException.New("The user pool has too many user import jobs.")
		}
		return jobs.Insert(ctx, w, j)
	})
	if err != nil {
		return nil, err
	}
	out := s.view(j)
	out.PreSignedUrl = new(s.PublicURL + uploadPath + p.ID + "/" + j.ID + "/" + token)
	return &api.CreateUserImportJobResponse{UserImportJob: out}, nil
}

func uploadInput(jobID, token string) []byte { return []byte("import\x00" + jobID + "\x00" + token) }

// DescribeUserImportJob tells how far a job is.
func (s *Service) DescribeUserImportJob(ctx context.Context, in *api.DescribeUserImportJobRequest) (*api.DescribeUserImportJobResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	row, err := jobs.Get(ctx, s.Store, in.UserPoolId, in.JobId)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noJob(in.JobId)
	}
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserImportJobResponse{UserImportJob: s.view(&row.Doc)}, nil
}

// ListUserImportJobs lists the jobs of a pool, newest first.
func (s *Service) ListUserImportJobs(ctx context.Context, in *api.ListUserImportJobsRequest) (*api.ListUserImportJobsResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	listing := pooledge.Listing{"ListUserImportJobs", in.UserPoolId}
	after, err := s.edge.Cursor(ctx, listing, in.PaginationToken)
	if err != nil {
		return nil, err
	}
	page, err := jobs.List(ctx, s.Store, store.Query{Index: "by_age", Prefix: []string{in.UserPoolId}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListUserImportJobsResponse{UserImportJobs: []api.UserImportJobType{}}
	for i := range page.Rows {
		out.UserImportJobs = append(out.UserImportJobs, *s.view(&page.Rows[i].Doc))
	}
	out.PaginationToken, err = s.edge.Token(ctx, listing, page.Next)
	return out, err
}

// StartUserImportJob hands a job to the worker. One job of an account runs at a time.
func (s *Service) StartUserImportJob(ctx context.Context, in *api.StartUserImportJobRequest) (*api.StartUserImportJobResponse, error) {
	out, err := s.change(ctx, in.UserPoolId, in.JobId, func(w store.Writer, j *job) error {
		switch {
		case j.current(s.Now()) != created:
			return api.PreconditionNotMetException.New("User import job %s cannot be started: its status is %s.", j.ID, j.current(s.Now()))
		case !j.Uploaded:
			return api.PreconditionNotMetException.New("No file has been uploaded for user import job %s.", j.ID)
		}
		page, err := jobs.List(ctx, w, store.Query{Index: "by_activity", Prefix: []string{"active"}, Limit: store.MaxLimit})
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if page.Rows[i].Doc.Account == j.Account {
				return api.PreconditionNotMetException.New("Another user import job is active.")
			}
		}
		j.Status, j.Started = pending, s.Now().UTC().Truncate(time.Millisecond)
		return nil
	})
	if err != nil {
		return nil, err
	}
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
	return &api.StartUserImportJobResponse{UserImportJob: out}, nil
}

// StopUserImportJob ends a job after the batch that is under way. Users that were imported stay.
func (s *Service) StopUserImportJob(ctx context.Context, in *api.StopUserImportJobRequest) (*api.StopUserImportJobResponse, error) {
	out, err := s.change(ctx, in.UserPoolId, in.JobId, func(_ store.Writer, j *job) error {
		if j.Status != pending && j.Status != inProgress {
			return api.PreconditionNotMetException.New("User import job %s cannot be stopped: its status is %s.", j.ID, j.current(s.Now()))
		}
		j.Status = stopping
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.StopUserImportJobResponse{UserImportJob: out}, nil
}

// change changes a job in one transaction.
func (s *Service) change(ctx context.Context, poolID, jobID string, f func(store.Writer, *job) error) (*api.UserImportJobType, error) {
	if _, err := s.edge.Pool(ctx, poolID); err != nil {
		return nil, err
	}
	var out *api.UserImportJobType
	err := s.Store.Update(ctx, func(w store.Writer) error {
		row, err := jobs.Get(ctx, w, poolID, jobID)
		if errors.Is(err, store.ErrNotFound) {
			return noJob(jobID)
		}
		if err != nil {
			return err
		}
		if row.Doc.Account != caller.PrincipalFrom(ctx).Account {
			return noJob(jobID)
		}
		if err := f(w, &row.Doc); err != nil {
			return err
		}
		out = s.view(&row.Doc)
		return jobs.Update(ctx, w, &row)
	})
	return out, err
}

// view shows a job. The upload address is shown once, by the operation that makes it.
func (s *Service) view(j *job) *api.UserImportJobType {
	state := api.UserImportJobStatusType(j.current(s.Now()))
	out := &api.UserImportJobType{
		JobId: &j.ID, JobName: &j.Name, UserPoolId: &j.PoolID, CloudWatchLogsRoleArn: &j.RoleARN, CreationDate: &j.Created, Status: &state,
		ImportedUsers: &j.Imported, SkippedUsers: &j.Skipped, FailedUsers: &j.Failed,
	}
	if !j.Started.IsZero() {
		out.StartDate = &j.Started
	}
	if !j.Completed.IsZero() {
		out.CompletionDate = &j.Completed
	}
	if j.Message != "" {
		out.CompletionMessage = &j.Message
	}
	return out
}
