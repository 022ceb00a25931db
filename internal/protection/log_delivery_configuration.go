package protection

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// SetLogDeliveryConfiguration replaces where the logs of a pool go; an empty list ends the delivery
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetLogDeliveryConfiguration.html).
func (s *Service) SetLogDeliveryConfiguration(ctx context.Context, in *api.SetLogDeliveryConfigurationRequest) (*api.SetLogDeliveryConfigurationResponse, error) {
	var c *logConfig
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		var err error
		if c, err = newLogConfig(p, in.LogConfigurations); err != nil {
			return err
		}
		return logConfigs.Upsert(ctx, w, c)
	})
	if err != nil {
		return nil, err
	}
	return &api.SetLogDeliveryConfigurationResponse{LogDeliveryConfiguration: c.view()}, nil
}

// GetLogDeliveryConfiguration shows where the logs of a pool go.
func (s *Service) GetLogDeliveryConfiguration(ctx context.Context, in *api.GetLogDeliveryConfigurationRequest) (*api.GetLogDeliveryConfigurationResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := logConfigs.Get(ctx, s.Store, p.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	row.Doc.PoolID = p.ID
	return &api.GetLogDeliveryConfigurationResponse{LogDeliveryConfiguration: row.Doc.view()}, nil
}

// newLogConfig checks a configuration and gives its record: each source at its one level, with one destination.
func newLogConfig(p *directory.Pool, in []api.LogConfigurationType) (*logConfig, error) {
	out := &logConfig{PoolID: p.ID}
	for i := range in {
		c := &in[i]
		to, kind := &out.Notifications, api.LogLevelError
		if c.EventSource == api.EventSourceNameUserAuthEvents {
			to, kind = &out.AuthEvents, api.LogLevelInfo
			if p.Tier != string(api.UserPoolTierTypePlus) {
				return nil, api.FeatureUnavailableInTierException.New("Log delivery of %s is not available in the pricing tier of the user pool.", c.EventSource)
			}
		}
		switch {
		case c.LogLevel != kind:
			return nil, api.InvalidParameterException.New("LogLevel of %s must be %s.", c.EventSource, kind)
		case *to != "":
			return nil, api.InvalidParameterException.New("EventSource %s is configured more than once.", c.EventSource)
		}
		var err error
		if *to, err = destination(p, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// destination gives the one ARN of a log. Groups and streams are of the pool's account, and are not looked up: there are none on this server.
func destination(p *directory.Pool, c *api.LogConfigurationType) (string, error) {
	var given []string
	for _, d := range []struct {
		arn            *string
		service, start string
		anyAccount     bool
		allowed        bool
	}{
		{logGroup(c), "logs", "log-group:", false, true},
		{stream(c), "firehose", "deliverystream/", false, c.EventSource == api.EventSourceNameUserAuthEvents},
		{bucket(c), "s3", "", true, c.EventSource == api.EventSourceNameUserAuthEvents},
	} {
		if d.arn == nil {
			continue
		}
		a, err := arn.Parse(*d.arn)
		if err != nil || !d.allowed || a.Service != d.service || !strings.HasPrefix(a.Resource, d.start) || !d.anyAccount && a.AccountID != p.Account {
			return "", api.InvalidParameterException.New("Invalid log destination for EventSource %s.", c.EventSource)
		}
		given = append(given, *d.arn)
	}
	if len(given) != 1 {
		return "", api.InvalidParameterException.New("EventSource %s must have exactly one log destination.", c.EventSource)
	}
	return given[0], nil
}

func logGroup(c *api.LogConfigurationType) *string {
	if c.CloudWatchLogsConfiguration == nil {
		return nil
	}
	return c.CloudWatchLogsConfiguration.LogGroupArn
}

func stream(c *api.LogConfigurationType) *string {
	if c.FirehoseConfiguration == nil {
		return nil
	}
	return c.FirehoseConfiguration.StreamArn
}

func bucket(c *api.LogConfigurationType) *string {
	if c.S3Configuration == nil {
		return nil
	}
	return c.S3Configuration.BucketArn
}

// view shows a configuration.
func (c *logConfig) view() *api.LogDeliveryConfigurationType {
	out := &api.LogDeliveryConfigurationType{UserPoolId: c.PoolID, LogConfigurations: []api.LogConfigurationType{}}
	add := func(source api.EventSourceName, level api.LogLevel, to string) {
		v := api.LogConfigurationType{EventSource: source, LogLevel: level}
		a, err := arn.Parse(to)
		switch {
		case to == "" || err != nil:
			return
		case a.Service == "firehose":
			v.FirehoseConfiguration = &api.FirehoseConfigurationType{StreamArn: pooledge.Optional(to)}
		case a.Service == "s3":
			v.S3Configuration = &api.S3ConfigurationType{BucketArn: pooledge.Optional(to)}
		default:
			v.CloudWatchLogsConfiguration = &api.CloudWatchLogsConfigurationType{LogGroupArn: pooledge.Optional(to)}
		}
		out.LogConfigurations = append(out.LogConfigurations, v)
	}
	add(api.EventSourceNameUserNotification, api.LogLevelError, c.Notifications)
	add(api.EventSourceNameUserAuthEvents, api.LogLevelInfo, c.AuthEvents)
	return out
}
