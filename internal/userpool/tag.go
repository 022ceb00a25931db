package userpool

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// maxTags is the quota of tags of a resource (https://docs.aws.amazon.com/cognito/latest/developerguide/tagging.html).
const maxTags = 50

// checkTags holds tags against AWS's rules.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return api.InvalidParameterException.New("A user pool can have at most %d tags.", maxTags)
	}
	for key := range tags {
		if len(key) >= 4 && strings.ToLower(key[:4]) == "aws:" {
			return api.InvalidParameterException.New("Tag keys that begin with aws: are reserved.")
		}
	}
	return checkChosen(tags)
}

// TagResource adds tags to a pool, or gives new values to those it has.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) (*api.TagResourceResponse, error) {
	err := s.changeTags(ctx, in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	if err != nil {
		return nil, err
	}
	return &api.TagResourceResponse{}, nil
}

// UntagResource removes tags from a pool.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) (*api.UntagResourceResponse, error) {
	err := s.changeTags(ctx, in.ResourceArn, func(tags map[string]string) {
		maps.DeleteFunc(tags, func(k, _ string) bool { return slices.Contains(in.TagKeys, k) })
	})
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceResponse{}, nil
}

func (s *Service) changeTags(ctx context.Context, resource string, change func(map[string]string)) error {
	id, err := s.taggedPool(ctx, resource)
	if err != nil {
		return err
	}
	return s.updatePool(ctx, id, func(p *directory.Pool) error {
		tags := maps.Clone(p.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		change(tags)
		if err := checkTags(tags); err != nil {
			return err
		}
		if err := sameReserved(p, tags); err != nil {
			return err
		}
		p.Tags = tags
		return nil
	})
}

// ListTagsForResource lists the tags of a pool.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	id, err := s.taggedPool(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	p, err := s.edge.Pool(ctx, id)
	if err != nil {
		return nil, err
	}
	return &api.ListTagsForResourceResponse{Tags: p.Tags}, nil
}

// taggedPool gives the id of the pool that an ARN names. What is not the exact ARN of a pool that is here does not exist.
func (s *Service) taggedPool(ctx context.Context, resource string) (string, error) {
	a, err := arn.Parse(resource)
	id, isPool := strings.CutPrefix(a.Resource, "userpool/")
	if err != nil || a.Service != "cognito-idp" || !isPool {
		return "", api.InvalidParameterException.New("%s is not the ARN of a user pool.", resource)
	}
	p, err := s.edge.Pool(ctx, id)
	if err != nil {
		return "", err
	}
	if pooledge.ARN(p) != resource {
		return "", api.ResourceNotFoundException.New("User pool %s does not exist.", id)
	}
	return id, nil
}
