package userimport

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// Keys seals page tokens and hashes upload tokens.
type Keys interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
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
	PublicURL string // base of the upload addresses, without a slash at the end
}

// Service performs the operations and works the jobs off. It is safe for concurrent use.
type Service struct {
	Config
	wake chan struct{} // a job was started
}

// New makes a Service.
func New(c Config) *Service { return &Service{Config: c, wake: make(chan struct{}, 1)} }

// Operations lists what this package performs.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.GetCSVHeader, s.GetCSVHeader, onPool(s, func(in *api.GetCSVHeaderRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateUserImportJob, s.CreateUserImportJob, s.askCreate),
		wire.Bind(api.DescribeUserImportJob, s.DescribeUserImportJob, onPool(s, func(in *api.DescribeUserImportJobRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserImportJobs, s.ListUserImportJobs, onPool(s, func(in *api.ListUserImportJobsRequest) string { return in.UserPoolId })),
		wire.Bind(api.StartUserImportJob, s.StartUserImportJob, onPool(s, func(in *api.StartUserImportJobRequest) string { return in.UserPoolId })),
		wire.Bind(api.StopUserImportJob, s.StopUserImportJob, onPool(s, func(in *api.StopUserImportJobRequest) string { return in.UserPoolId })),
	}
}

// onPool is the ask of an operation on one pool, named by its id.
func onPool[In any](s *Service, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		return []caller.Ask{s.poolAsk(ctx, id(in))}, nil
	}
}

// poolAsk asks for a pool by the ARN it has, or would have in the caller's account.
func (s *Service) poolAsk(ctx context.Context, id string) caller.Ask {
	ask := caller.Ask{
		Resource: "arn:aws:cognito-idp:" + caller.RequestFrom(ctx).Region + ":" + caller.PrincipalFrom(ctx).Account + ":userpool/" + id,
		Context:  iampolicy.MapContext{},
	}
	if p, err := s.pool(ctx, id); err == nil {
		for _, k := range slices.Sorted(maps.Keys(p.Tags)) {
			ask.Context["aws:resourcetag/"+caller.Fold(k)] = []string{p.Tags[k]}
		}
	}
	return ask
}

// askCreate asks also to hand over the role that would write the log.
func (s *Service) askCreate(ctx context.Context, in *api.CreateUserImportJobRequest) ([]caller.Ask, error) {
	return []caller.Ask{s.poolAsk(ctx, in.UserPoolId), {
		Action: "iam:PassRole", Resource: in.CloudWatchLogsRoleArn, Context: iampolicy.MapContext{"iam:passedtoservice": {"cognito-idp.amazonaws.com"}},
	}}, nil
}

// pool finds a pool of the caller's account and the request's region. Others do not exist.
func (s *Service) pool(ctx context.Context, id string) (*directory.Pool, error) {
	row, err := directory.Pools.GetCached(ctx, s.Store, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil || row.Doc.Account != caller.PrincipalFrom(ctx).Account || row.Doc.Region != caller.RequestFrom(ctx).Region {
		return nil, api.ResourceNotFoundException.New("User pool %s does not exist.", id)
	}
	return &row.Doc, nil
}

func noJob(id string) error {
	return api.ResourceNotFoundException.New("User import job %s does not exist.", id)
}

// cursor opens a page token of a pool's list.
func (s *Service) cursor(ctx context.Context, poolID string, token *string) (store.Cursor, error) {
	if token == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err == nil {
		sealed, err = s.Keys.Open(ctx, seal.PageToken, caller.PrincipalFrom(ctx).Account, sealed, seal.AAD("ListUserImportJobs", poolID))
	}
	if err != nil {
		return "", api.InvalidParameterException.New("Invalid pagination token.")
	}
	return store.Cursor(sealed), nil
}

func (s *Service) pageToken(ctx context.Context, poolID string, next store.Cursor) (*string, error) {
	if next == "" {
		return nil, nil
	}
	sealed, err := s.Keys.Seal(seal.PageToken, caller.PrincipalFrom(ctx).Account, []byte(next), seal.AAD("ListUserImportJobs", poolID))
	if err != nil {
		return nil, err
	}
	return new(base64.RawURLEncoding.EncodeToString(sealed)), nil
}
