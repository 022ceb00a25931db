package iampolicy

import "testing"

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b:c\n", true}, {"?", "", false}, {"?", "a", true}, {"?", "é", true}, {"??", "é", false},
		{"a*", "a", true}, {"*a", "ba", true}, {"*a", "ab", false}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXc", false}, {"*ab", "aab", true},
		{"*a?b", "aaab", true}, {"*a?b*", "xxacbyy", true}, {"a**b", "ab", true}, {"*?", "", false}, {"*?", "x", true}, {"?*?", "x", false}, {"?*?", "xy", true},
		{"*.*.*", "a.b", false}, {"*aab*ab", "aaabaab", true}, {"abc", "abcd", false}, {"abc*", "ab", false}, {"*??b", "ab", false}, {"*?a*", "ba", true}, {"a*a", "a", false},
		{"*ab*?", "abab", true}, {"*é?", "xéy", true}, {"*a*b*?", "ab", false},
	}
	for _, tt := range tests {
		p, ok := parseTemplate(tt.pattern, true, true)
		if !ok {
			t.Fatal(tt.pattern)
		}
		if got := glob(p.units, tt.s); got != tt.want {
			t.Errorf("%q on %q: %t", tt.pattern, tt.s, got)
		}
	}
}

// TestGlobCost matches the worst patterns the caps allow against a long text; a matcher that tries every split would not return.
func TestGlobCost(t *testing.T) {
	pattern, text := "", ""
	for range maxWildcards - 2 {
		pattern += "a*"
	}
	for range 20000 {
		text += "a"
	}
	p, ok := parseTemplate(pattern+"?b", false, true)
	if !ok || glob(p.units, text) {
		t.Error("matched, or not compiled")
	}
}

func TestFold(t *testing.T) {
	if lower("abc") != "abc" || lower("aBC\u212a") != "abc\u212a" {
		t.Error(lower("aBC\u212a"))
	}
	if !equalFold("aB", "Ab") || equalFold("a", "ab") || equalFold("[", "{") {
		t.Error("equalFold")
	}
}
