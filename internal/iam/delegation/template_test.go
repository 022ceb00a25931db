package delegation

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// FuzzRender holds that a value stands for itself alone: whatever it is, a policy that is rendered allows the one object that it names, with its
// actions, and neither another object nor another action; and that the statement is otherwise as its author wrote it.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{"data", "*", "a*", "${aws:username}", `","*`, `\u002a`, "@{bucketName}", "a:b", "x/../y", "\u00e9"} {
		f.Add(seed)
	}
	const template = `{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::@{bucketName}/key"}]}`
	name := "bucketName"
	f.Fuzz(func(t *testing.T, value string) {
		params, err := parameters([]iamapi.PolicyParameter{{Name: &name, Values: []string{value}}})
		if err != nil {
			return
		}
		out, err := render(template, params)
		if err != nil {
			return
		}
		p, err := iampolicy.Parse([]byte(out), iampolicy.SessionPolicy)
		if err != nil {
			t.Fatal(err)
		}
		allows := func(action, resource string) bool {
			const account = "111122223333"
			return iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{Policy: p}}}, &iampolicy.Request{
				Action: action, Resource: resource, ResourceAccount: account, Principal: iampolicy.Principal{Type: iampolicy.User, Account: account},
			}).Allowed
		}
		if !allows("s3:GetObject", "arn:aws:s3:::"+value+"/key") {
			t.Errorf("%q: what is named is not allowed", value)
		}
		for _, other := range []string{"", "x", "*", value + "x", "x" + value} {
			if other != value && allows("s3:GetObject", "arn:aws:s3:::"+other+"/key") {
				t.Errorf("%q allows %q", value, other)
			}
		}
		if allows("s3:PutObject", "arn:aws:s3:::"+value+"/key") || len(p.Statements()) != 1 {
			t.Errorf("%q allows more", value)
		}
		var back struct{ Statement []map[string]string }
		if err := json.Unmarshal([]byte(out), &back); err != nil || back.Statement[0]["Resource"] != "arn:aws:s3:::"+value+"/key" || back.Statement[0]["Sid"] != "One" {
			t.Errorf("%q renders %s", value, out)
		}
	})
}

func TestPlainValue(t *testing.T) {
	for value, want := range map[string]bool{
		"a": true, "a b": true, `"\`: true, "a:b/c": true, "{": true, "@": true, strings.Repeat("x", longestValue): true,
		"": false, "*": false, "a?": false, "$": false, "@{a}": false, "\n": false, "\u00e9": false, "\x7f": false, strings.Repeat("x", longestValue+1): false,
	} {
		if plainValue(value) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}

func TestNoticeDoesNotPrint(t *testing.T) {
	n := &notice{ID: "id", State: "FINALIZED", Token: "canary"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if s := fmt.Sprintf(verb, n); strings.Contains(s, "canary") || strings.Contains(s, fmt.Sprintf("%x", "canary")) {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}
