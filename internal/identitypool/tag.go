package identitypool

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// maxTags is the quota of tags of a pool (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_TagResource.html).
const maxTags = 50

// checkTags holds a pool's tags against AWS's rules.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return api.InvalidParameterException.New("An identity pool can have at most %d tags.", maxTags)
	}
	for k := range tags {
		if strings.HasPrefix(caller.Fold(k), "aws:") {
			return api.InvalidParameterException.New("Tag keys that begin with aws: are reserved.")
		}
	}
	return nil
}

// TagResource adds tags to a pool, or gives new values to those it has.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceResponse, error) {
	err := s.changeTags(ctx, in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	if err != nil {
		return nil, err
	}
	return &api.TagResourceResponse{}, nil
}

// UntagResource removes tags from a pool.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceResponse, error) {
	err := s.changeTags(ctx, in.ResourceArn, func(tags map[string]string) {
		maps.DeleteFunc(tags, func(k, _ string) bool { return slices.Contains(in.TagKeys, k) })
	})
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceResponse{}, nil
}

// ListTagsForResource lists the tags of a pool.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceResponse, error) {
	p, err := s.taggedPool(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags := p.Tags
	if tags == nil {
		tags = map[string]string{}
	}
	return &api.ListTagsForResourceResponse{Tags: tags}, nil
}

func (s *Service) changeTags(ctx context.Context, resource string, change func(map[string]string)) error {
	p, err := s.taggedPool(ctx, resource)
	if err != nil {
		return err
	}
	return s.change(ctx, p.ID, func(p *Pool) error {
		tags := maps.Clone(p.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		change(tags)
		if err := checkTags(tags); err != nil {
			return err
		}
		if err := sameID(p, tags); err != nil {
			return err
		}
		p.Tags = tags
		return nil
	})
}

// taggedPool finds the pool that an ARN names. What is not the exact ARN of a pool that is here does not exist.
func (s *Service) taggedPool(ctx context.Context, resource string) (*Pool, error) {
	_, id, ok := strings.Cut(resource, ":identitypool/")
	if !ok {
		return nil, api.InvalidParameterException.New("%s is not the ARN of an identity pool.", resource)
	}
	p, err := s.ownPool(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.arn() != resource {
		return nil, noPool(id)
	}
	return p, nil
}
