package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// measureDecision evaluates a policy of ten statements with conditions and variables, of which the last one allows, beside many other tenants' policies.
func measureDecision(t *table) {
	t.title("Policy decision, ten statements, the last one allows")
	request := &iampolicy.Request{
		Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket9/home/bob/report.txt", ResourceAccount: "123456789012",
		Principal: iampolicy.Principal{Type: iampolicy.User, ARN: "arn:aws:iam::123456789012:user/bob", Account: "123456789012"},
		Context:   iampolicy.MapContext{"aws:username": {"bob"}, "aws:sourceip": {"10.1.2.3"}},
	}
	for _, tenants := range []int{1, 1000} {
		sets := make([]*iampolicy.Set, tenants)
		for i := range sets {
			p, err := iampolicy.Parse([]byte(tenStatements()), iampolicy.IdentityPolicy)
			if err != nil {
				panic(err)
			}
			sets[i] = &iampolicy.Set{Identity: []iampolicy.Named{{ID: fmt.Sprint(i), Policy: p}}}
		}
		i := 0
		d := cpu(func() {
			i++
			if !iampolicy.Evaluate(sets[i%tenants], request).Allowed {
				panic("refused")
			}
		})
		t.row(fmt.Sprintf("%d tenants", tenants), "%8.2f µs, %.0f a second   (goal 2 µs)", micros(d), float64(time.Second)/float64(d))
	}
}

func tenStatements() string {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i := range 10 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Sid":"s%d","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::bucket%d","arn:aws:s3:::bucket%d/home/${aws:username}/*"],"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`, i, i, i)
	}
	b.WriteString(`]}`)
	return b.String()
}
