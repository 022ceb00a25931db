package userimport

import (
	"context"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// status of a job, as Cognito names it.
type status string

const (
	created    status = "Created"
	pending    status = "Pending"
	inProgress status = "InProgress"
	stopping   status = "Stopping"
	expired    status = "Expired"
	stopped    status = "Stopped"
	failed     status = "Failed"
	succeeded  status = "Succeeded"
)

// active tells that a worker has something to do.
func (s status) active() bool { return s == pending || s == inProgress || s == stopping }

// job is one import.
type job struct {
	PoolID    string    `json:"poolId"`
	Account   string    `json:"account"`
	ID        string    `json:"id"` // "import-" and ten letters and digits
	Name      string    `json:"name"`
	RoleARN   string    `json:"roleArn"`
	Status    status    `json:"status"`
	Created   time.Time `json:"created"`
	Started   time.Time `json:"started,omitzero"`
	Completed time.Time `json:"completed,omitzero"`
	Message   string    `json:"message,omitempty"`

	Upload   []byte `json:"upload"`             // keyed hash of the token in the upload address
	UploadID string `json:"uploadId,omitempty"` // the newest upload: what an older one still sends is refused
	Uploaded bool   `json:"uploaded,omitempty"` // the file is whole
	Size     int64  `json:"size,omitempty"`

	Offset   int64 `json:"offset,omitempty"` // of the first byte that is not worked off
	Line     int   `json:"line,omitempty"`   // lines before Offset, the header included
	Imported int64 `json:"imported,omitempty"`
	Skipped  int64 `json:"skipped,omitempty"`
	Failed   int64 `json:"failed,omitempty"`

	Owner string    `json:"owner,omitempty"` // worker that has the lease
	Lease time.Time `json:"lease,omitzero"`  // end of the lease
}

// current gives the status of a job now: one that was not started in time has expired.
func (j *job) current(now time.Time) status {
	if j.Status == created && !now.Before(j.Created.Add(startWithin)) {
		return expired
	}
	return j.Status
}

func jobColumn(name string, value func(*job) string) store.Column[job] {
	return store.Column[job]{Name: name, Value: value}
}

var poolColumn = jobColumn("pool_id", func(j *job) string { return j.PoolID })

// newestFirst orders jobs by their age in reverse.
func newestFirst(t time.Time) string { return fmt.Sprintf("%020d", 1<<62-t.UnixNano()) }

var jobs = store.NewTable("user_import_jobs", store.Spec[job]{
	Key: []store.Column[job]{poolColumn, jobColumn("id", func(j *job) string { return j.ID })},
	Indexes: []store.Index[job]{
		{Name: "by_age", Columns: []store.Column[job]{poolColumn, jobColumn("age", func(j *job) string { return newestFirst(j.Created) })}},
		{
			Name: "by_activity", Columns: []store.Column[job]{jobColumn("active", func(*job) string { return "active" })},
			Present: func(j *job) bool { return j.Status.active() },
		},
	},
	Uncached: true,
})

// chunkSize is how much of a file one row holds.
const chunkSize = 256 << 10

// chunk is a part of a file.
type chunk struct {
	JobID string `json:"jobId"`
	N     int    `json:"n"`
	Bytes []byte `json:"bytes"`

	Until time.Time `json:"until"` // it goes then, if its job has not ended before
}

func chunkNumber(n int) string { return fmt.Sprintf("%06d", n) }

var chunks = store.NewTable("user_import_chunks", store.Spec[chunk]{
	Key: []store.Column[chunk]{
		{Name: "job_id", Value: func(c *chunk) string { return c.JobID }},
		{Name: "n", Value: func(c *chunk) string { return chunkNumber(c.N) }},
	},
	Expires:  func(c *chunk) time.Time { return c.Until },
	Uncached: true,
})

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{jobs, chunks} }

// Cleanup removes the jobs of a pool and their files, in the transaction that deletes the pool.
func Cleanup(ctx context.Context, w store.Writer, poolID string) error {
	page, err := jobs.List(ctx, w, store.Query{Prefix: []string{poolID}, Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if _, err := chunks.DeleteAll(ctx, w, "", row.Doc.ID); err != nil {
			return err
		}
	}
	_, err = jobs.DeleteAll(ctx, w, "", poolID)
	return err
}
