package arn_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/arn"
)

func TestParse(t *testing.T) {
	for _, s := range []string{"arn:aws:iam::123456789012:user/a/b", "arn:aws:sts::1:assumed-role/r/s:t", "arn:aws-cn:s3:::bucket/*"} {
		a, err := arn.Parse(s)
		if err != nil || a.String() != s {
			t.Errorf("%q became %q, %v", s, a, err)
		}
	}
	if a, _ := arn.Parse("arn:aws:cognito-idp:eu-west-1:12:userpool/x"); a != (arn.ARN{Partition: "aws", Service: "cognito-idp", Region: "eu-west-1", AccountID: "12", Resource: "userpool/x"}) {
		t.Errorf("%+v", a)
	}
	for _, s := range []string{"", "arn", "arn:aws:iam:::", "ARN:aws:iam::1:x", "arn::iam::1:x", "arn:aws:::1:x", "arn:aws:iam::1"} {
		if _, err := arn.Parse(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", true},
		{"arn:aws:iam::*", "arn:aws:iam::1:role/a", false},
		{"arn:*:role/a", "arn:aws:iam::1:role/a", false},
		{"arn:aws:iam::1:*:c", "arn:aws:iam::1:a:b:c", true},
		{"arn:aws:iam::?:role/a", "arn:aws:iam::12:role/a", false},
		{"*", "arn:aws:iam::1:role/a", false},
	} {
		if got := arn.Match(c.pattern, c.s); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

// FuzzWildcard holds the matcher against a regular expression.
func FuzzWildcard(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**?", "é")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) || len(pattern) > 100 {
			return
		}
		re := regexp.QuoteMeta(pattern)
		re = strings.ReplaceAll(strings.ReplaceAll(re, `\*`, `.*`), `\?`, `.`)
		if want := regexp.MustCompile(`(?s)^` + re + `$`).MatchString(s); arn.Wildcard(pattern, s) != want {
			t.Fatalf("Wildcard(%q, %q) = %v", pattern, s, !want)
		}
	})
}
