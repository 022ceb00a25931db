package caller

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func TestAddTags(t *testing.T) {
	for range 20 { // maps are read in another order each time
		c := iampolicy.MapContext{}
		AddTags(c, "aws:resourcetag/", map[string]string{"team": "b", "Team": "a", "Kelvin": "c", "\u212aelvin": "d"})
		want := iampolicy.MapContext{"aws:resourcetag/team": {"a", "b"}, "aws:resourcetag/kelvin": {"c"}, "aws:resourcetag/\u212aelvin": {"d"}}
		if d := cmp.Diff(want, c); d != "" {
			t.Fatal(d)
		}
	}
}
