package sigv4

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormalise(t *testing.T) {
	for path, want := range map[string]string{
		"": "/", "/": "/", "//": "/", "/.": "/", "/./": "/", "/..": "/", "/../..": "/", "/a": "/a", "/a/": "/a/",
		"/a//b": "/a/b", "/a/./b": "/a/b", "/a/../b": "/b", "/a/b/..": "/a/", "/a/b/.": "/a/b/", "/./a": "/a",
		"/a/...": "/a/...", "/%2e%2e/a": "/%2e%2e/a", "a": "/a",
	} {
		if got := normalise(path); got != want {
			t.Errorf("normalise(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestFolding(t *testing.T) {
	for value, want := range map[string]string{
		"": "", " ": "", " a ": "a", "a b": "a b", "a  b": "a b", "  a   b  c ": "a b c", "a\tb": "a\tb",
		"\ta\t": "a", `"a   b"`: `"a b"`, "a \t b": "a \t b", "é": "é",
	} {
		got, ok := appendFolded(nil, value)
		if !ok || string(got) != want {
			t.Errorf("appendFolded(%q) = %q, %v, want %q", value, got, ok, want)
		}
	}
	for _, value := range []string{"a\nb", "a\rb", "a\x00b", "a\x7fb"} {
		if _, ok := appendFolded(nil, value); ok {
			t.Errorf("appendFolded(%q) accepts", value)
		}
	}
}

func TestLookup(t *testing.T) {
	long := "X-" + strings.Repeat("Long-", 30) + "Name"
	h := http.Header{"X-Amz-Date": {"d"}, "Etag": {"e"}, "A1-B2": {"x"}, long: {"l"}}
	for name, want := range map[string]string{"x-amz-date": "d", "etag": "e", "a1-b2": "x", strings.ToLower(long): "l"} {
		if got := lookup(h, name); len(got) != 1 || got[0] != want {
			t.Errorf("lookup(%q) = %v, want %q", name, got, want)
		}
	}
}

// FuzzCanonicalQuery compares with net/url: what it reads, and nothing else, is in the canonical query, which is
// sorted and canonical itself.
func FuzzCanonicalQuery(f *testing.F) {
	for _, seed := range []string{"", "a", "a=b&c=d", "b=2&a=1&a=0", "a=%2F%2f/", "a+b=c%20d", "%E1%88%B4=\u1234", "a=%", "a;b", "&", "X-Amz-Date=1&x-amz-date=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		pairs, err := parseQuery(nil, query)
		want, urlErr := url.ParseQuery(query)
		if err != nil {
			return
		}
		if urlErr != nil {
			t.Fatalf("net/url refuses %q: %v", query, urlErr)
		}
		got := url.Values{}
		for _, p := range pairs {
			name := decodeComponent(p.name)
			got[name] = append(got[name], decodeComponent(p.value))
		}
		for _, v := range want {
			slices.Sort(v)
		}
		for _, v := range got {
			slices.Sort(v)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("query %q: %s", query, diff)
		}
		canonical := string(appendQuery(nil, pairs, false))
		again, err := parseQuery(nil, canonical)
		if err != nil || string(appendQuery(nil, again, false)) != canonical {
			t.Fatalf("canonical query %q is not its own canonical form: %v", canonical, err)
		}
		folded := map[string]string{}
		for name := range maps.Keys(want) {
			lowered := []byte(name)
			for i := range lowered {
				lowered[i] = lower(lowered[i])
			}
			if other, twice := folded[string(lowered)]; twice {
				t.Fatalf("query %q has both %q and %q", query, name, other)
			}
			folded[string(lowered)] = name
		}
	})
}

// FuzzCanonicalPath: the canonical path has an inverse, so no two paths share a signature.
func FuzzCanonicalPath(f *testing.F) {
	for _, seed := range []string{"/", "/a/b", "/a%20b", "/\u1234", "/$delete", "//", "/../"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		canonical := string(appendPath(nil, path))
		for i := range len(canonical) {
			if c := canonical[i]; !unreserved(c) && c != '/' && c != '%' {
				t.Fatalf("canonical path %q of %q has a reserved byte", canonical, path)
			}
		}
		back, err := url.PathUnescape(canonical)
		if err != nil || back != path {
			t.Fatalf("canonical path %q of %q decodes to %q, %v", canonical, path, back, err)
		}
		normal := normalise(path)
		if !normalPath(normal) {
			t.Fatalf("normalise(%q) = %q is not normal", path, normal)
		}
		if normalPath(path) && normal != path {
			t.Fatalf("normalise(%q) = %q changes a normal path", path, normal)
		}
	})
}
