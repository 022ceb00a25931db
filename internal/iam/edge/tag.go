package edge

import (
	"context"
	"maps"
	"slices"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

const mostTags = 50

// Tags adds tags to those that are there. Keys are compared without regard to ASCII case and keep the case of the newest. The result is
// a new map. kind is the entity as the quota names it: User, Role, Policy.
func Tags(have map[string]string, add []iamapi.Tag, kind string) (map[string]string, error) {
	out := maps.Clone(have)
	if out == nil && len(add) > 0 {
		out = make(map[string]string, len(add))
	}
	seen := make(map[string]bool, len(add))
	for _, t := range add {
		folded := record.Fold(t.Key)
		if seen[folded] {
			return nil, iamapi.InvalidInputException.New("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[folded] = true
		if len(folded) >= 4 && folded[:4] == "aws:" {
			return nil, iamapi.InvalidInputException.New("Tag keys starting with 'aws:' are reserved for system use.")
		}
		deleteFolded(out, folded)
		out[t.Key] = t.Value
	}
	if len(out) > mostTags {
		return nil, Quota("TagsPer"+kind, mostTags)
	}
	return out, nil
}

// Untag takes tags away. The result is a new map.
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
