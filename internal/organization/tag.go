package organization

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// newTags holds tags against AWS's rules: no key twice, none of AWS's own, 50 at most
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html).
func newTags(in []api.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range in {
		if strings.HasPrefix(caller.Fold(t.Key), "aws:") {
			return nil, invalid(api.InvalidInputExceptionReasonInvalidSystemTagsParameter, "You can't add, edit, or delete tags whose keys begin with aws:.")
		}
		if _, twice := out[t.Key]; twice {
			return nil, invalid(api.InvalidInputExceptionReasonDuplicateTagKey, "Tag keys must be unique among the tags attached to the same entity.")
		}
		out[t.Key] = t.Value
	}
	return out, tooMany(out)
}

func tooMany(tags map[string]string) error {
	if len(tags) > maxTags {
		return constraint(api.ConstraintViolationExceptionReasonMaxTagLimitExceeded, "You have exceeded the number of tags allowed on this resource.")
	}
	return nil
}

// tagged finds what has tags: the root, a unit, an account or a policy of the organization's own.
func (o *Organization) tagged(ctx context.Context, r store.Reader, id string) (*node, error) {
	n, err := o.node(ctx, r, id)
	if err == nil && id == fullAccessID {
		return nil, invalid(api.InvalidInputExceptionReasonTargetNotSupported, "You can't tag a policy that is managed by AWS.")
	}
	return n, found(err, noTarget)
}

// TagResource adds tags to the root, a unit, an account or a policy, or gives new values to those it has.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) (*wire.Empty, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return s.changeTags(ctx, in.ResourceId, func(has map[string]string) { maps.Copy(has, tags) })
}

// UntagResource takes tags away.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) (*wire.Empty, error) {
	return s.changeTags(ctx, in.ResourceId, func(has map[string]string) {
		maps.DeleteFunc(has, func(k, _ string) bool { return slices.Contains(in.TagKeys, k) })
	})
}

func (s *Service) changeTags(ctx context.Context, id string, edit func(map[string]string)) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		n, err := o.tagged(ctx, w, id)
		if err != nil {
			return err
		}
		if *n.tags == nil {
			*n.tags = map[string]string{}
		}
		edit(*n.tags)
		if err := tooMany(*n.tags); err != nil {
			return err
		}
		return n.save(ctx, w)
	})
	return &wire.Empty{}, err
}

// ListTagsForResource lists tags, all at once: there are 50 at most.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	out := &api.ListTagsForResourceResponse{Tags: []api.Tag{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		n, err := o.tagged(ctx, r, in.ResourceId)
		if err != nil {
			return err
		}
		keys, token, err := slice(ctx, s.list(in.ResourceId, in.NextToken, ptr(maxTags)), slices.Collect(maps.Keys(*n.tags)))
		for _, k := range keys {
			out.Tags = append(out.Tags, api.Tag{Key: k, Value: (*n.tags)[k]})
		}
		out.NextToken = token
		return err
	})
	return out, err
}
