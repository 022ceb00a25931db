package edge_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

func TestTags(t *testing.T) {
	many := make([]iamapi.Tag, 50)
	for i := range many {
		many[i] = iamapi.Tag{Key: fmt.Sprint("k", i)}
	}
	tests := []struct {
		name string
		have map[string]string
		add  []iamapi.Tag
		want map[string]string
		fail string
	}{
		{"none", nil, nil, nil, ""},
		{"new", nil, []iamapi.Tag{{Key: "A", Value: "1"}}, map[string]string{"A": "1"}, ""},
		{"another case replaces", map[string]string{"Team": "x"}, []iamapi.Tag{{Key: "TEAM", Value: "y"}}, map[string]string{"TEAM": "y"}, ""},
		{"twice", nil, []iamapi.Tag{{Key: "a"}, {Key: "A"}}, nil, "InvalidInput"},
		{"of another kind, in another case", map[string]string{"Team": "x"}, []iamapi.Tag{{Key: "TEAM", Value: "y"}}, map[string]string{"Team": "x", "TEAM": "y"}, ""},
		{"of another kind, twice", nil, []iamapi.Tag{{Key: "a"}, {Key: "a"}}, nil, "InvalidInput"},
		{"reserved", nil, []iamapi.Tag{{Key: "AWS:x"}}, nil, "InvalidInput"},
		{"too many", map[string]string{"more": ""}, many, nil, "LimitExceeded"},
	}
	for _, tt := range tests {
		before := len(tt.have)
		tags := edge.Tags
		if strings.HasPrefix(tt.name, "of another kind") {
			tags = edge.TagsExact
		}
		got, err := tags(tt.have, tt.add, "User")
		if tt.fail != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.fail) {
				t.Errorf("%s: error %v", tt.name, err)
			}
		} else if err != nil || !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
		if len(tt.have) != before {
			t.Errorf("%s: changed the map that was there", tt.name)
		}
	}
	if got := edge.UntagExact(map[string]string{"Team": "x", "b": "y"}, []string{"team", "b"}); !cmp.Equal(got, map[string]string{"Team": "x"}) {
		t.Errorf("UntagExact leaves %v", got)
	}
	if got := edge.Untag(map[string]string{"Team": "x", "b": "y"}, []string{"tEAM"}); !cmp.Equal(got, map[string]string{"b": "y"}) {
		t.Errorf("Untag leaves %v", got)
	}
}

func TestSlicePages(t *testing.T) {
	w := iamtest.New(t)
	ctx := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListX")
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-c]{1,4}`), 0, 20, rapid.ID[string]).Draw(t, "items")
		max := rapid.IntRange(1, 7).Draw(t, "max")
		var got []string
		var marker *string
		for pages := 0; ; pages++ {
			l := &edge.List{Keys: w.Keys, Marker: marker, MaxItems: &max}
			page, truncated, next, err := edge.Slice(ctx, l, items, func(s *string) string { return *s })
			if err != nil || pages > 20 || len(page) > max || *truncated != (next != nil) {
				t.Fatalf("page %d: %v, %v", pages, page, err)
			}
			got = append(got, page...)
			if marker = next; marker == nil {
				break
			}
		}
		slices.Sort(items)
		if !slices.Equal(got, items) {
			t.Fatalf("pages give %v of %v", got, items)
		}
	})
}

func TestMarkerOpensOnlyItsOwnList(t *testing.T) {
	w := iamtest.New(t)
	one := 1
	own := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListUserTags")
	items, id := []string{"a", "b"}, func(s *string) string { return *s }
	_, _, marker, err := edge.Slice(own, &edge.List{Keys: w.Keys, Scope: "s", MaxItems: &one}, items, id)
	if err != nil || marker == nil || len(*marker) > 320 {
		t.Fatalf("marker %v, error %v", marker, err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(*marker)
	raw[len(raw)-1] ^= 1
	altered, plain := base64.RawURLEncoding.EncodeToString(raw), "a"
	other := iamtest.As(iamtest.RootPrincipal(iamtest.Other), "ListUserTags")
	operation := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListUsers")
	for name, try := range map[string]func() error{
		"altered":   func() error { return slice(own, w, "s", &altered) },
		"made up":   func() error { return slice(own, w, "s", &plain) },
		"account":   func() error { return slice(other, w, "s", marker) },
		"operation": func() error { return slice(operation, w, "s", marker) },
		"scope":     func() error { return slice(own, w, "t", marker) },
	} {
		t.Run(name, func(t *testing.T) { iamtest.Fails(t, try(), edge.ValidationError, "Invalid Marker.") })
	}
	if err := slice(own, w, "s", marker); err != nil {
		t.Errorf("its own list: %v", err)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(`{"Version": "2012-10-17"} ~*()'!`)
	f.Fuzz(func(t *testing.T, s string) {
		e := edge.Encode(s)
		back, err := url.PathUnescape(e)
		if err != nil || back != s || strings.ContainsAny(e, " +*()'!\"{}") {
			t.Fatalf("%q gives %q", s, e)
		}
	})
}

func TestParse(t *testing.T) {
	_, err := edge.Parse(`{"Version":"2012-10-17","Statement":[]`, iampolicy.IdentityPolicy)
	iamtest.Fails(t, err, iamapi.MalformedPolicyDocumentException, "Syntax errors in policy.")
	iamtest.Fails(t, edge.ParsePolicyARN("x"), edge.ValidationError, "ARN x is not valid.")
	const group = "arn:aws:iam::111122223333:group/x"
	iamtest.Fails(t, edge.ParseBoundaryARN(group), iamapi.InvalidInputException, "ARN "+group+" is not valid.")
}
