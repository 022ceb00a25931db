package iampolicy_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// FuzzCondition compares one condition on free text with the naive evaluator.
func FuzzCondition(f *testing.F) {
	operators := []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike", "NumericEquals",
		"NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnLike", "ArnNotEquals"}
	f.Add(uint8(4), "a*c?", "abbcd", "x", false)
	f.Add(uint8(8), "10", "9.5", "ten", true)
	f.Add(uint8(12), "203.0.113.0/24", "203.0.113.9", "2001:db8::1", true)
	f.Add(uint8(14), "arn:aws:s3:::b*", "arn:aws:s3:::bc", "", false)
	n := &naive{patterns: map[string]*regexp.Regexp{}}
	f.Fuzz(func(t *testing.T, pick uint8, policy, first, second string, deny bool) {
		for _, s := range []string{policy, first, second} {
			// The naive evaluator speaks neither invalid text nor backslashes, and its case folding is wider than ASCII.
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\\\u017f\u212a\ufffd") {
				return
			}
		}
		operator := []string{"", "ForAllValues:", "ForAnyValue:"}[int(pick>>4)%3] + operators[pick%16]
		if strings.Contains(policy, "${") || strings.Contains(operator, "IgnoreCase") && strings.ToUpper(policy+first+second) != asciiUpper(policy+first+second) {
			return
		}
		quoted, _ := json.Marshal(policy)
		effect := map[bool]string{true: "Deny", false: "Allow"}[deny]
		p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"`+effect+`","Action":"*","Resource":"*","Condition":{"`+operator+`":{"aws:k":`+string(quoted)+`}}}}`),
			iampolicy.IdentityPolicy)
		if err != nil {
			return
		}
		request := []string{first, second}
		if second == "" {
			request = request[:1]
		}
		r := &iampolicy.Request{Action: "app:Do", Resource: "*", Principal: caller("user"), ResourceAccount: home, Context: iampolicy.MapContext{"aws:k": request}}
		d := iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{Policy: p}}}, r)
		if got, want := d.Allowed || d.Explicit, n.condition(operator, []string{policy}, request, true, true, deny, r.Context); got != want {
			t.Fatalf("%s %s %q on %q: %t, naive %t", effect, operator, policy, request, got, want)
		}
		clear(n.patterns)
	})
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// FuzzEvaluate compares whole decisions; the input is the seed of the case.
func FuzzEvaluate(f *testing.F) {
	f.Add(uint64(1))
	n := &naive{patterns: map[string]*regexp.Regexp{}}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := newGenerator(seed)
		g.odd = true
		trust := g.chance(30)
		d, r := newPool(t, g, 4).draw(g, trust), g.request(trust)
		if got, want := outcome(iampolicy.Evaluate(&d.engine, r)), n.decide(&d.naive, r); got != want {
			t.Fatalf("engine %s, naive %s: %v", got, want, d.texts)
		}
	})
}
