package userimport

import (
	"context"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals page tokens and hashes upload tokens.
type Keys interface {
	pooledge.Keys
	MAC(p seal.Purpose, tenant string, data []byte) [32]byte
	MACs(p seal.Purpose, tenant string, data []byte) [][32]byte
}

// Log takes the lines of a job: one JSON object for each row that was not imported, and one for its end. It is where AWS has a log group of
// CloudWatch.
type Log interface {
	Write(ctx context.Context, destination string, line []byte) error
}

// Config is what a Service needs. Every field is required.
type Config struct {
	Store     *store.DB
	Keys      Keys
	Log       Log
	Now       func() time.Time
	Random    io.Reader
	Region    string // region of requests that name none
	PublicURL string // base of the upload addresses, without a slash at the end
}

// Service performs the operations and works the jobs off. It is safe for concurrent use.
type Service struct {
	Config
	edge *pooledge.Edge
	wake chan struct{} // a job was started
}

// New makes a Service.
func New(c Config) *Service {
	return &Service{Config: c, edge: &pooledge.Edge{Store: c.Store, Keys: c.Keys, Region: c.Region}, wake: make(chan struct{}, 1)}
}

// Operations lists what this package performs.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.GetCSVHeader, s.GetCSVHeader, pooledge.OnPool(s.edge, func(in *api.GetCSVHeaderRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateUserImportJob, s.CreateUserImportJob, s.askCreate),
		wire.Bind(api.DescribeUserImportJob, s.DescribeUserImportJob, pooledge.OnPool(s.edge, func(in *api.DescribeUserImportJobRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserImportJobs, s.ListUserImportJobs, pooledge.OnPool(s.edge, func(in *api.ListUserImportJobsRequest) string { return in.UserPoolId })),
		wire.Bind(api.StartUserImportJob, s.StartUserImportJob, pooledge.OnPool(s.edge, func(in *api.StartUserImportJobRequest) string { return in.UserPoolId })),
		wire.Bind(api.StopUserImportJob, s.StopUserImportJob, pooledge.OnPool(s.edge, func(in *api.StopUserImportJobRequest) string { return in.UserPoolId })),
	}
}

// askCreate asks also to hand over the role that would write the log.
func (s *Service) askCreate(ctx context.Context, in *api.CreateUserImportJobRequest) ([]caller.Ask, error) {
	asks, err := s.edge.Ask(ctx, in.UserPoolId, nil)
	return append(asks, caller.Ask{
		Action: "iam:PassRole", Resource: in.CloudWatchLogsRoleArn, Context: iampolicy.MapContext{"iam:passedtoservice": {"cognito-idp.amazonaws.com"}},
	}), err
}

func noJob(id string) error {
	return api.ResourceNotFoundException.New("User import job %s does not exist.", id)
}
