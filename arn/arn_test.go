package arn_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/arn"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]arn.ARN{
		"arn:aws:iam::123456789012:user/a/b":               {Partition: "aws", Service: "iam", AccountID: "123456789012", Resource: "user/a/b"},
		"arn:aws:sts::1:assumed-role/r/s:t":                {Partition: "aws", Service: "sts", AccountID: "1", Resource: "assumed-role/r/s:t"},
		"arn:aws-cn:s3:::bucket/*":                         {Partition: "aws-cn", Service: "s3", Resource: "bucket/*"},
		"arn:aws:cognito-idp:eu-west-1:12:userpool/x":      {Partition: "aws", Service: "cognito-idp", Region: "eu-west-1", AccountID: "12", Resource: "userpool/x"},
		"arn:aws:signin:::devtools/same-device":            {Partition: "aws", Service: "signin", Resource: "devtools/same-device"},
		"arn:aws:iam::aws:policy/job-function/Billing é ü": {Partition: "aws", Service: "iam", AccountID: "aws", Resource: "policy/job-function/Billing é ü"},
	} {
		got, err := arn.Parse(text)
		if err != nil || got.String() != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	for _, text := range []string{"", "arn", "arn:aws:iam::1", "arn:aws:iam:::", "ARN:aws:iam::1:x", " arn:aws:iam::1:x", "arn::iam::1:x", "arn:aws:::1:x",
		"arn:aws:iam::*:x", "arn:a?s:iam::1:x", "arn:aws:iam::1/2:x", "arn:aws:iam::1:a\nb", "arn:aws:iam::1:a\x7f", "arn:aws:iam::1:\xff",
		"arn:aws:i\u0430m::1:x", "arn:aws:iam::1:" + strings.Repeat("x", 2048)} {
		if got, err := arn.Parse(text); !errors.Is(err, arn.ErrInvalid) || got != (arn.ARN{}) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", true},
		{"arn:*:*:*:*:*", "arn:aws:iam::1:role/a", true},
		{"arn:aws:iam::*", "arn:aws:iam::1:role/a", false},
		{"arn:*:role/a", "arn:aws:iam::1:role/a", false},
		{"arn:aws:iam::1:*:c", "arn:aws:iam::1:a:b:c", true},
		{"arn:aws:iam::?:role/a", "arn:aws:iam::12:role/a", false},
		{"arn:aws:iam:?:1:role/a", "arn:aws:iam::1:role/a", false},
		{"arn:aws:iam::1:Role/a", "arn:aws:iam::1:role/a", false},
		{"*", "arn:aws:iam::1:role/a", false},
		{"arn:aws:iam::1:role/a", "arn:aws:iam::1", false},
	} {
		if got := arn.Match(tc.pattern, tc.s); got != tc.want {
			t.Errorf("Match(%q, %q) = %v", tc.pattern, tc.s, got)
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "", true}, {"?", "", false}, {"*?", "", false},
		{"?*", "a", true}, {"*?", "é", true}, {"?", "é", true}, {"??", "é", false}, {"é", "é", true},
		{"a*c", "abc", true}, {"a*c", "ac", true}, {"a*c", "a", false}, {"a*a", "a", false}, {"a*b*c", "a-b-b-c", true},
		{"*a?c*", "xabxaxcx", true}, {"*a?c", "aXcaYc", true}, {"*.a", "a.a.a", true}, {"a", "A", false},
		{"iam:Get*", "iam:GetUser", true}, {"iam:Get*", "iam:get", false}, {"[a]", "a", false}, {`\*`, "*", false}, {`\*`, `\x`, true},
		{"\xff", "\xfe", false}, {"?", "\xfe", true},
	} {
		if got := arn.Wildcard(tc.pattern, tc.s); got != tc.want {
			t.Errorf("Wildcard(%q, %q) = %v", tc.pattern, tc.s, got)
		}
	}
	long := strings.Repeat("a", 2000)
	if arn.Wildcard(strings.Repeat("a*", 500)+"b", long) || !arn.Wildcard(strings.Repeat("?*", 500)+"a", long) {
		t.Error("long patterns")
	}
	if n := testing.AllocsPerRun(100, func() { arn.Wildcard("arn:aws:*:?:*x*", "arn:aws:iam:1:yxz") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// expression is the pattern as a regular expression.
func expression(pattern string) *regexp.Regexp {
	re := regexp.QuoteMeta(pattern)
	re = strings.ReplaceAll(strings.ReplaceAll(re, `\*`, `.*`), `\?`, `.`)
	return regexp.MustCompile(`(?s)^` + re + `$`)
}

// TestWildcardLaws draws patterns and texts from few letters, so that they often match.
func TestWildcardLaws(t *testing.T) {
	patterns, texts := rapid.StringMatching(`[ab?*é]{0,12}`), rapid.StringMatching(`[abé]{0,16}`)
	rapid.Check(t, func(t *rapid.T) {
		pattern, s := patterns.Draw(t, "pattern"), texts.Draw(t, "s")
		got := arn.Wildcard(pattern, s)
		if want := expression(pattern).MatchString(s); got != want {
			t.Fatalf("Wildcard(%q, %q) = %v", pattern, s, got)
		}
		if !arn.Wildcard(s, s) || !arn.Wildcard("*"+s+"*", s) {
			t.Fatalf("%q does not match itself", s)
		}
		if got && !arn.Wildcard(strings.ReplaceAll(pattern, "?", "*"), s) {
			t.Fatalf("a wider pattern than %q does not match %q", pattern, s)
		}
	})
}

// FuzzWildcard holds the matcher against a regular expression.
func FuzzWildcard(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**?", "é")
	f.Add("*a?c*d", "abacxd")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) || len(pattern) > 100 {
			return
		}
		if want := expression(pattern).MatchString(s); arn.Wildcard(pattern, s) != want {
			t.Fatalf("Wildcard(%q, %q) = %v", pattern, s, !want)
		}
	})
}

// FuzzParse: what parses writes back to itself and matches itself.
func FuzzParse(f *testing.F) {
	f.Add("arn:aws:iam::123456789012:user/a:b")
	f.Add("arn:aws:iam::*")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := arn.Parse(s)
		if err != nil {
			if !errors.Is(err, arn.ErrInvalid) || a != (arn.ARN{}) {
				t.Fatalf("Parse(%q) = %v, %v", s, a, err)
			}
			return
		}
		if a.String() != s || strings.ContainsAny(a.Partition+a.Service+a.Region+a.AccountID, ":*?/ ") {
			t.Fatalf("Parse(%q) = %+v", s, a)
		}
		if !strings.ContainsAny(s, "?*") && !arn.Match(s, s) {
			t.Fatalf("%q does not match itself", s)
		}
	})
}

func BenchmarkWildcard(b *testing.B) {
	for b.Loop() {
		arn.Wildcard("arn:aws:iam::123456789012:role/*/deploy-?-*", "arn:aws:iam::123456789012:role/team/service/deploy-a-production")
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		arn.Match("arn:aws:iam::*:role/team/*", "arn:aws:iam::123456789012:role/team/service/deploy-a-production")
	}
}
