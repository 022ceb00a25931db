package edge

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

const mostTags = 50

// Tags adds tags to those that are there, which is a user's or a role's: keys are compared without regard to ASCII case and keep the case
// of the newest (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules). The result is a new map. kind is the
// entity as the quota names it, such as User.
func Tags(have map[string]string, add []iamapi.Tag, kind string) (map[string]string, error) {
	return addTags(have, add, kind, true)
}

// TagsExact adds tags to those of what is neither a user nor a role, such as a Policy: keys are compared exactly.
func TagsExact(have map[string]string, add []iamapi.Tag, kind string) (map[string]string, error) {
	return addTags(have, add, kind, false)
}

func addTags(have map[string]string, add []iamapi.Tag, kind string, alike bool) (map[string]string, error) {
	out := maps.Clone(have)
	if out == nil && len(add) > 0 {
		out = make(map[string]string, len(add))
	}
	seen := make(map[string]bool, len(add))
	for _, t := range add {
		folded := record.Fold(t.Key)
		if strings.HasPrefix(folded, "aws:") {
			return nil, iamapi.InvalidInputException.New("Tag keys starting with 'aws:' are reserved for system use.")
		}
		key := t.Key
		if alike {
			key = folded
		}
		if seen[key] {
			return nil, duplicate(alike)
		}
		seen[key] = true
		if alike {
			deleteFolded(out, folded)
		}
		out[t.Key] = t.Value
	}
	if len(out) > mostTags {
		return nil, Quota("TagsPer"+kind, mostTags)
	}
	return out, nil
}

func duplicate(alike bool) error {
	if alike {
		return iamapi.InvalidInputException.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	}
	return iamapi.InvalidInputException.New("Duplicate tag keys found.")
}

// UntagExact takes tags away from what is neither a user nor a role. The result is a new map.
func UntagExact(have map[string]string, keys []string) map[string]string {
	out := maps.Clone(have)
	for _, k := range keys {
		delete(out, k)
	}
	return out
}

// Untag takes tags away from a user or a role. The result is a new map.
func Untag(have map[string]string, keys []string) map[string]string {
	out := maps.Clone(have)
	for _, k := range keys {
		deleteFolded(out, record.Fold(k))
	}
	return out
}

func deleteFolded(m map[string]string, folded string) {
	for k := range m {
		if record.Fold(k) == folded {
			delete(m, k)
		}
	}
}

// TagList gives tags as the API shows them, by key.
func TagList(m map[string]string) []iamapi.Tag {
	if len(m) == 0 {
		return nil
	}
	out := make([]iamapi.Tag, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, iamapi.Tag{Key: k, Value: m[k]})
	}
	return out
}

// TagPage gives one page of tags.
func TagPage(ctx context.Context, l *List, m map[string]string) ([]iamapi.Tag, *bool, *string, error) {
	return Slice(ctx, l, TagList(m), func(t *iamapi.Tag) string { return t.Key })
}
