package advisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func statements(t testing.TB, texts ...string) *iampolicy.Policy {
	t.Helper()
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[`+strings.Join(texts, ",")+`]}`), iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestServicesOfStatements(t *testing.T) {
	for _, tt := range []struct {
		statement                string
		vendors                  []string
		some, action, denies     bool // of s3, s3:GetObject, s3
		someOther, deniesTheRest bool // of sqs
	}{
		{`"Effect":"Allow","Action":"*","Resource":"*"`, nil, true, true, false, true, false},
		{`"Effect":"Allow","Action":"*:*","Resource":"*"`, nil, true, true, false, true, false},
		{`"Effect":"Allow","Action":"*:Get*","Resource":"*"`, nil, true, true, false, true, false},
		{`"Effect":"Allow","Action":["S3:Get*","iam:*"],"Resource":"*"`, []string{"iam", "s3"}, true, true, false, false, false},
		{`"Effect":"Allow","Action":"s3:Put*","Resource":"arn:aws:s3:::b/*"`, []string{"s3"}, true, false, false, false, false},
		{`"Effect":"Allow","Action":"s3-object-lambda:Get*","Resource":"*"`, []string{"s3-object-lambda"}, false, false, false, false, false},
		{`"Effect":"Allow","NotAction":"s3:*","Resource":"*"`, []string{"s3"}, false, false, false, true, false},
		{`"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"`, []string{"s3"}, true, false, false, true, false},
		{`"Effect":"Allow","NotAction":["sqs:*","*:Get*"],"Resource":"*"`, []string{"sqs"}, true, false, false, false, false},
		{`"Effect":"Allow","NotAction":"*","Resource":"*"`, nil, false, false, false, false, false},
		{`"Effect":"Deny","Action":"s3:*","Resource":"*"`, nil, false, false, true, false, false},
		{`"Effect":"Deny","Action":"s3:G*","Resource":"*"`, nil, false, false, false, false, false},
		{`"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*"`, nil, false, false, false, false, false},
		{`"Effect":"Deny","Action":"s3:*","NotResource":"*"`, nil, false, false, false, false, false},
		{`"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`, nil, false, false, false, false, false},
		{`"Effect":"Deny","NotAction":"iam:*","Resource":["arn:aws:s3:::b","*"]`, nil, false, false, true, false, true},
		{`"Effect":"Deny","NotAction":["iam:*","s3:GetObject"],"Resource":"*"`, nil, false, false, false, false, true},
	} {
		p := statements(t, "{"+tt.statement+"}")
		if got := slices.Compact(slices.Sorted(slices.Values(spoken(p.Actions()).vendors()))); !cmp.Equal(got, tt.vendors) {
			t.Errorf("%s names %v", tt.statement, got)
		}
		got := []bool{spoken(p.Actions()).allowsSome("s3"), p.AllowsAction("s3:GetObject"), spoken(p.Actions()).deniesAll("s3"), spoken(p.Actions()).allowsSome("sqs"), spoken(p.Actions()).deniesAll("sqs")}
		if want := []bool{tt.some, tt.action, tt.denies, tt.someOther, tt.deniesTheRest}; !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tt.statement, got, want)
		}
	}
}

// TestServicesAgreeWithActions holds the answers about services to the answers about their actions.
func TestServicesAgreeWithActions(t *testing.T) {
	patterns := rapid.SliceOfN(rapid.SampledFrom([]string{"*", "*:*", "a:*", "b:*", "a:X", "a:Y", "*:X", "b:X*", "b:?", "a:*Y"}), 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		list := patterns.Draw(t, "patterns")
		element := rapid.SampledFrom([]string{"Action", "NotAction"}).Draw(t, "element")
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%%q,%q:["%s"],"Resource":"*"}}`, element, strings.Join(list, `","`))
		allow, err := iampolicy.Parse(fmt.Appendf(nil, text, "Allow"), iampolicy.IdentityPolicy)
		if err != nil {
			t.Fatal(err)
		}
		deny, err := iampolicy.Parse(fmt.Appendf(nil, text, "Deny"), iampolicy.IdentityPolicy)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{"a", "b"} {
			actions := []string{v + ":X", v + ":Y", v + ":XX", v + ":Zz", v + ":XY"}
			if slices.ContainsFunc(actions, allow.AllowsAction) && !spoken(allow.Actions()).allowsSome(v) {
				t.Fatalf("%v allows an action of %s and none of it", list, v)
			}
			if spoken(deny.Actions()).deniesAll(v) && slices.ContainsFunc(actions, func(a string) bool { return !allow.AllowsAction(a) }) {
				t.Fatalf("%v is taken for all of %s", list, v)
			}
		}
	})
}
