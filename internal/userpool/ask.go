package userpool

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// tagKeys are the context keys of a request that gives tags.
func tagKeys(tags map[string]string) iampolicy.MapContext {
	if len(tags) == 0 {
		return nil
	}
	keys := iampolicy.MapContext{"aws:tagkeys": slices.Sorted(maps.Keys(tags))}
	caller.AddTags(keys, "aws:requesttag/", tags)
	return keys
}

// askCreate asks for "*": the pool has no ARN yet.
func askCreate(_ context.Context, in *api.CreateUserPoolRequest) ([]caller.Ask, error) {
	return []caller.Ask{{Context: tagKeys(in.UserPoolTags)}}, nil
}

func (s *Service) askUpdate(ctx context.Context, in *api.UpdateUserPoolRequest) ([]caller.Ask, error) {
	return s.edge.Ask(ctx, in.UserPoolId, tagKeys(in.UserPoolTags))
}

func (s *Service) askTag(ctx context.Context, in *api.TagResourceRequest) ([]caller.Ask, error) {
	return s.onARN(ctx, in.ResourceArn, tagKeys(in.Tags))
}

func (s *Service) askUntag(ctx context.Context, in *api.UntagResourceRequest) ([]caller.Ask, error) {
	var keys iampolicy.MapContext
	if len(in.TagKeys) > 0 {
		keys = iampolicy.MapContext{"aws:tagkeys": in.TagKeys}
	}
	return s.onARN(ctx, in.ResourceArn, keys)
}

func (s *Service) askListTags(ctx context.Context, in *api.ListTagsForResourceRequest) ([]caller.Ask, error) {
	return s.onARN(ctx, in.ResourceArn, nil)
}

// onARN asks for the pool that the text names, or else for the text as it stands.
func (s *Service) onARN(ctx context.Context, text string, keys iampolicy.MapContext) ([]caller.Ask, error) {
	_, id, _ := strings.Cut(text, ":userpool/")
	asks, err := s.edge.Ask(ctx, id, keys)
	if err == nil && asks[0].Resource != text {
		asks = []caller.Ask{{Resource: text, Context: keys}}
	}
	return asks, err
}
