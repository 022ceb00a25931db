package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// JobKind is what a report of last accessed data is about.
type JobKind string

// The kinds of reports.
const (
	JobEntity       JobKind = "entity"       // a user, group, role or managed policy
	JobOrganization JobKind = "organization" // accounts of an organization
)

// AccessJob is a report of last accessed data. It is complete, or has failed, when it is stored.
type AccessJob struct {
	ID        string          `json:"id"` // a UUID
	Account   string          `json:"account"`
	Owner     string          `json:"owner"` // unique id of the user or role who asked for it; the account for its root
	Kind      JobKind         `json:"kind"`
	Subject   string          `json:"subject"`            // the ARN, or the path in the organization
	ByAction  bool            `json:"byAction,omitempty"` // of granularity ACTION_LEVEL
	Created   time.Time       `json:"created"`
	Completed time.Time       `json:"completed"`
	Expires   time.Time       `json:"expires"`
	Failure   *JobFailure     `json:"failure,omitempty"`  // why there is no report
	Services  []ServiceAccess `json:"services,omitempty"` // by namespace
}

// JobFailure is why a report could not be made.
type JobFailure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ServiceAccess is what a report says of one service. At is zero when nobody used it.
type ServiceAccess struct {
	Namespace string         `json:"namespace"`
	At        time.Time      `json:"at,omitzero"`
	Region    string         `json:"region,omitempty"`
	Entity    string         `json:"entity,omitempty"` // who used it last: an ARN, or the path of an account
	Total     int            `json:"total,omitempty"`  // how many used it: entities, or accounts
	Actions   []ActionAccess `json:"actions,omitempty"`
}

// ActionAccess is what a report says of one action. At is zero when nobody used it.
type ActionAccess struct {
	Name   string    `json:"name"` // without the service
	At     time.Time `json:"at,omitzero"`
	Region string    `json:"region,omitempty"`
	Entity string    `json:"entity,omitempty"` // ARN of who used it last
}

// AccessJobs is the table of reports.
var AccessJobs = store.NewTable("iam_access_jobs", store.Spec[AccessJob]{
	Key: []store.Column[AccessJob]{column("id", func(j *AccessJob) string { return j.ID })},
	Indexes: []store.Index[AccessJob]{{Name: "by_account", Columns: []store.Column[AccessJob]{
		column("account", func(j *AccessJob) string { return j.Account }),
		column("kind", func(j *AccessJob) string { return string(j.Kind) }),
	}}},
	Expires:  func(j *AccessJob) time.Time { return j.Expires },
	Uncached: true,
})
