package userpool

import (
	"slices"
	"testing"
)

// TestTagsThatDifferInCase: a policy sees every value of tags whose keys it cannot tell apart.
func TestTagsThatDifferInCase(t *testing.T) {
	for range 20 { // maps are read in another order each time
		keys := tagKeys(map[string]string{"Team": "a", "team": "b"})
		if got := keys["aws:requesttag/team"]; !slices.Equal(got, []string{"a", "b"}) {
			t.Fatalf("tags are %q", got)
		}
	}
}
