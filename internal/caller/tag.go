package caller

import (
	"maps"
	"slices"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// AddTags fills condition keys with tags: prefix is "aws:resourcetag/" or "aws:requesttag/". Policies do not tell tag keys apart that differ in case alone,
// where the owner of the tags does: such tags are one condition key with all their values, in the order of their keys, so that none hides another.
func AddTags(c iampolicy.MapContext, prefix string, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		k := prefix + Fold(key)
		c[k] = append(c[k], tags[key])
	}
}
