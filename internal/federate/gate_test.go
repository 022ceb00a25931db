package federate

import (
	"fmt"
	"strings"
	"testing"
)

// nested has elements within one another that declare namespaces of their own, many each.
func nested(elements, each int) string {
	var b strings.Builder
	for i := range elements {
		b.WriteString("<x")
		for k := range each {
			fmt.Fprintf(&b, ` xmlns:p%d="u"`, i*each+k)
		}
		b.WriteString(">")
	}
	return b.String() + strings.Repeat("</x>", elements)
}

// TestNamespacesInScope bounds what an element inherits. Canonicalizing copies that for each element, so a response of 50 KB from a stranger could take a
// third of a second before its signature was looked at.
func TestNamespacesInScope(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"one after another": {"<a>" + strings.Repeat(nested(1, 10), 50) + "</a>", true},
		"at the bound":      {nested(8, 8), true},
		"one more":          {"<a xmlns='u'>" + nested(8, 8) + "</a>", false},
		"in one element":    {nested(2, 33), false},
		"deep":              {nested(40, 60), false},
	} {
		if _, err := gate([]byte(c.text), MaxResponse); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"</a>", "<a></a></a>", "</a><a>"} {
		if _, err := gate([]byte(bad), MaxResponse); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
