package iampolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// benchPolicy has n statements of which the last allows the benchmark's request.
func benchPolicy(b *testing.B, n int, elements string) *iampolicy.Policy {
	b.Helper()
	var list []string
	for i := range n - 1 {
		list = append(list, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":["s3:List%d*","s3:Put*","dynamodb:*"],"Resource":["arn:aws:s3:::bucket-%d","arn:aws:s3:::bucket-%d/*"]}`, i, i, i, i))
	}
	list = append(list, `{"Effect":"Allow","Action":["s3:ListBucket","s3:Get*"],`+elements+`}`)
	return must(b, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`)
}

func BenchmarkEvaluate(b *testing.B) {
	kinds := map[string]string{
		"plain": `"Resource":"arn:aws:s3:::home/*"`,
		"conditions": `"Resource":"arn:aws:s3:::home/*","Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]},"Bool":{"aws:SecureTransport":true},
			"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"StringLike":{"aws:UserAgent":"*cli*"}}`,
		"variables": `"Resource":"arn:aws:s3:::home/${aws:username}/*","Condition":{"StringEquals":{"s3:owner":"${aws:userid}"}}`,
	}
	r := &iampolicy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::home/ann/photos/2020/05/06.jpeg", Principal: caller("user"), ResourceAccount: home,
		Context: values("aws:sourceip", "203.0.113.9", "aws:securetransport", "true", "aws:currenttime", "2026-01-01T00:00:00Z", "aws:useragent", "aws-cli/2.19",
			"aws:username", "ann", "aws:userid", userID, "s3:owner", userID)}
	for _, kind := range []string{"plain", "conditions", "variables"} {
		for _, n := range []int{1, 10, 100} {
			s := &iampolicy.Set{Identity: []iampolicy.Named{{ID: "p", Policy: benchPolicy(b, n, kinds[kind])}}}
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if d := iampolicy.Evaluate(s, r); !d.Allowed {
						b.Fatal(outcome(d))
					}
				}
			})
		}
	}
}

// BenchmarkDecision decides with ten attached policies, a boundary and a session policy, of which one statement allows.
func BenchmarkDecision(b *testing.B) {
	s := &iampolicy.Set{HasSession: true}
	for i := range 10 {
		p := benchPolicy(b, 3, fmt.Sprintf(`"Resource":"arn:aws:s3:::home%d/${aws:username}/*","Condition":{"Bool":{"aws:SecureTransport":true}}`, i))
		s.Identity = append(s.Identity, iampolicy.Named{ID: "p", Policy: p})
	}
	limit := iampolicy.Named{ID: "limit", Policy: benchPolicy(b, 3, `"Resource":"*"`)}
	s.Boundary, s.Session = &limit, []iampolicy.Named{limit}
	r := &iampolicy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::home9/ann/photos/2020/05/06.jpeg", Principal: caller("session"), ResourceAccount: home,
		Context: values("aws:securetransport", "true", "aws:username", "ann")}
	b.ReportAllocs()
	for b.Loop() {
		if d := iampolicy.Evaluate(s, r); !d.Allowed {
			b.Fatal(outcome(d))
		}
	}
}

// TestDecisionIsCheap bounds what a decision allocates: the lower case of the action and the statement that decided.
func TestDecisionIsCheap(t *testing.T) {
	p := must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::home/${aws:username}/*"}}`)
	s := &iampolicy.Set{}
	for range 10 {
		s.Identity = append(s.Identity, iampolicy.Named{ID: "p", Policy: p})
	}
	r := &iampolicy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::home/ann/x", Principal: caller("user"), ResourceAccount: home, Context: values("aws:username", "ann")}
	if n := testing.AllocsPerRun(100, func() {
		if d := iampolicy.Evaluate(s, r); !d.Allowed {
			t.Fatal(outcome(d))
		}
	}); n > 5 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	document := []byte(benchPolicy(b, 10, `"Resource":"*"`).String())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := iampolicy.Parse(document, iampolicy.IdentityPolicy); err != nil {
			b.Fatal(err)
		}
	}
}
