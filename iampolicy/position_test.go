package iampolicy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// TestPositions holds statements to the places that the policy simulator gives for them. The first is AWS's own example of
// SimulateCustomPolicy.
func TestPositions(t *testing.T) {
	const s = `{"Effect":"Allow","Action":"a:b","Resource":"*"}`
	for _, c := range []struct {
		name, document string
		want           []iampolicy.Position
	}{
		{"one line", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",` +
			`"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`, []iampolicy.Position{{1, 38}, {1, 167}}},
		{"lines", "{\n  \"Version\": \"2012-10-17\",\n    \"Statement\": {\n\"Effect\":\"Allow\",\n\"Action\":\"a:b\",\n\"Resource\":\"*\"\n        }\n}",
			[]iampolicy.Position{{3, 19}, {7, 10}}},
		{"list", `{"Statement":[` + "\n" + s + ",\n " + s + `],"Version":"2012-10-17"}`, []iampolicy.Position{{2, 2}, {2, 49}, {3, 3}, {3, 50}}},
		{"line ends", "{\"Version\":\"2012-10-17\",\r\n\"Statement\":\r" + s + "}", []iampolicy.Position{{3, 2}, {3, 49}}},
		{"characters", "{\"Id\":\"äöü€😀\",\"Version\":\"2012-10-17\",\"Statement\":" + s + "}", []iampolicy.Position{{1, 51}, {1, 98}}},
	} {
		var got []iampolicy.Position
		for _, st := range must(t, iampolicy.IdentityPolicy, c.document).Statements() {
			got = append(got, st.Start, st.End)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestPositionsEnclose cuts statements out of random documents by their positions and reads them again.
func TestPositionsEnclose(t *testing.T) {
	g := newGenerator(7)
	for range 300 {
		document := g.document(iampolicy.IdentityPolicy)
		if g.chance(50) {
			document = strings.NewReplacer(`,"`, ",\n  \"", `{"`, "{\r\n\"").Replace(document)
		}
		lines := strings.Split(document, "\n")
		offset := func(p iampolicy.Position) int {
			n := 0
			for _, l := range lines[:p.Line-1] {
				n += len(l) + 1
			}
			return n + len(string([]rune(lines[p.Line-1])[:p.Column-1]))
		}
		p := must(t, iampolicy.IdentityPolicy, document)
		for _, s := range p.Statements() {
			cut := document[offset(s.Start)-1 : offset(s.End)]
			one := must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":`+cut+`}`)
			if got := one.Statements()[0]; got.Sid != s.Sid || got.Effect != s.Effect || cut[0] != '{' || cut[len(cut)-1] != '}' {
				t.Fatalf("statement %d of %s is not %s", s.Index, document, cut)
			}
		}
	}
}

// TestVerdicts holds what single kinds of policies say, beside the decision.
func TestVerdicts(t *testing.T) {
	allow := iampolicy.Named{ID: "a", Policy: must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"app:*","Resource":"*"}}`)}
	deny := iampolicy.Named{ID: "d", Policy: must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"app:*","Resource":"*"}}`)}
	other := iampolicy.Named{ID: "o", Policy: must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"db:*","Resource":"*"}}`)}
	onResource := iampolicy.Named{ID: "r", Policy: must(t, iampolicy.ResourcePolicy, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"app:*"}}`)}
	type verdicts = map[iampolicy.Type]iampolicy.Verdict
	const yes, no, never = iampolicy.VerdictAllowed, iampolicy.VerdictImplicitDeny, iampolicy.VerdictExplicitDeny
	for _, c := range []struct {
		name, who string
		set       iampolicy.Set
		want      verdicts
	}{
		{"nothing", "user", iampolicy.Set{}, verdicts{iampolicy.IdentityBased: no}},
		{"root", "root", iampolicy.Set{}, verdicts{iampolicy.IdentityBased: yes}},
		{"root denied", "root", iampolicy.Set{Identity: []iampolicy.Named{deny}}, verdicts{iampolicy.IdentityBased: never}},
		{"boundary", "user", iampolicy.Set{Identity: []iampolicy.Named{allow}, Boundary: &other}, verdicts{iampolicy.IdentityBased: yes, iampolicy.PermissionsBoundary: no}},
		{"all", "session", iampolicy.Set{Identity: []iampolicy.Named{other}, Boundary: &allow, Resource: &onResource, HasSession: true,
			ServiceControl: [][]iampolicy.Named{{allow, other}, {deny, allow}}},
			verdicts{iampolicy.IdentityBased: no, iampolicy.PermissionsBoundary: yes, iampolicy.ResourceBased: yes, iampolicy.Session: no, iampolicy.ServiceControl: never}},
		{"levels", "user", iampolicy.Set{Identity: []iampolicy.Named{allow}, ServiceControl: [][]iampolicy.Named{{allow}, {other}, {allow}}},
			verdicts{iampolicy.IdentityBased: yes, iampolicy.ServiceControl: no}},
		{"a denial on any level", "user", iampolicy.Set{Identity: []iampolicy.Named{allow}, ServiceControl: [][]iampolicy.Named{{deny}, {other}}},
			verdicts{iampolicy.IdentityBased: yes, iampolicy.ServiceControl: never}},
		{"federated without session policy", "federated", iampolicy.Set{Identity: []iampolicy.Named{allow}}, verdicts{iampolicy.IdentityBased: yes, iampolicy.Session: no}},
		{"unusable", "user", iampolicy.Set{Identity: []iampolicy.Named{{ID: "lost"}, allow}}, verdicts{iampolicy.IdentityBased: no}},
		{"unusable and denied", "user", iampolicy.Set{Identity: []iampolicy.Named{{ID: "lost"}, deny}}, verdicts{iampolicy.IdentityBased: never}},
	} {
		r := &iampolicy.Request{Action: "app:Get", Resource: "*", Principal: caller(c.who), ResourceAccount: home}
		if diff := cmp.Diff(c.want, iampolicy.Explain(&c.set, r).Verdicts); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestValueTypes(t *testing.T) {
	for _, c := range []struct {
		kind      iampolicy.ValueType
		good, bad []string
	}{
		{iampolicy.StringValue, []string{"", "x", "é"}, nil},
		{iampolicy.NumericValue, []string{"1", "-2.5"}, []string{"", "1e3", "ten"}},
		{iampolicy.BooleanValue, []string{"true", "False"}, []string{"", "1", "yes"}},
		{iampolicy.AddressValue, []string{"203.0.113.7", "2001:db8::1"}, []string{"203.0.113.0/24", "localhost", ""}},
		{iampolicy.BinaryValue, []string{"QUI=", ""}, []string{"QUI", "!"}},
		{iampolicy.DateValue, []string{"2020-05-20T18:40:00Z", "1590000000", "2020"}, []string{"", "now", "2020-02-30"}},
		{"list", nil, []string{"", "x"}},
	} {
		for _, v := range c.good {
			if !c.kind.Reads(v) {
				t.Errorf("%q is no %s", v, c.kind)
			}
		}
		for _, v := range c.bad {
			if c.kind.Reads(v) {
				t.Errorf("%q is a %s", v, c.kind)
			}
		}
	}
}

// TestReasons holds what people are told beside IAM's own sentence.
func TestReasons(t *testing.T) {
	for _, c := range []struct{ document, path, reason string }{
		{"{\n  \"Version\": 1,,\n}", "", "line 2, column 16"},
		{"\xff", "", "UTF-8"},
		{`{"Version":"2012-10-17","Version":"2012-10-17"}`, "", "a member stands twice"},
		{`[]`, "", "a JSON object"},
		{`{"Version":"2012-10-17"}`, "Statement", "needs a Statement"},
		{`{"Version":"2012-10-17","Statement":[]}`, "Statement", "empty"},
		{`{"Version":"2012-10-17","Statement":["x"]}`, "Statement[0]", "JSON object"},
		{`{"version":"2012-10-17"}`, "version", "only the elements Version"},
		{`{"Version":"2013","Statement":[]}`, "Version", "only the versions"},
		{`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}`, "Version", `"Version": "2012-10-17"`},
		{`{"Version":"2012-10-17","Statement":{"Action":"a:b","Resource":"*"}}`, "Statement[0]", "no Effect"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"a:b","Resource":"*"}}`, "Statement[0].Effect", "spelled Allow"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*"}}`, "Statement[0].NotAction", "once"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["a:b",1],"Resource":"*"}}`, "Statement[0].Action", "list of strings"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"getobject","Resource":"*"}}`, "Statement[0].Action[0]", "<service>:<action>"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3::box"}}`, "Statement[0].Resource[0]", "six parts"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3:::${"}}`, "Statement[0].Resource[0]", "variable"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}}}`, "Statement[0].Condition.StringIs", "no such condition operator"},
		{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"here"}}}}`, "Statement[0].Condition.IpAddress.aws:SourceIp", `"here"`},
	} {
		_, err := iampolicy.Parse([]byte(c.document), iampolicy.IdentityPolicy)
		var bad *iampolicy.ParseError
		if !errors.As(err, &bad) || bad.Path != c.path || !strings.Contains(bad.Reason, c.reason) {
			t.Errorf("%s: %+v", c.document, bad)
		}
	}
}

// TestElements holds the elements to what was written.
func TestElements(t *testing.T) {
	p := must(t, iampolicy.ResourcePolicy, `{"Statement":[{"Sid":"A","Effect":"Deny","NotPrincipal":{"AWS":["111111111111","222222222222"]},"NotAction":"a:b","NotResource":["*"]},
		{"Effect":"Allow","Principal":{"AWS":[],"Service":"x.example.com"},"Action":["a:b","a:c"],"Condition":{"Bool":{"aws:x":true},"StringLike":{}}}]}`)
	want := []iampolicy.Element{
		{Statement: iampolicy.Statement{Sid: "A", Effect: "Deny"}, NotAction: true, Actions: []string{"a:b"}, NotResource: true, Resources: []string{"*"},
			Principals: []iampolicy.PrincipalRef{{Negated: true, Kind: "AWS", Value: "111111111111"}, {Negated: true, Kind: "AWS", Value: "222222222222"}}},
		{Statement: iampolicy.Statement{Index: 1, Effect: "Allow"}, Actions: []string{"a:b", "a:c"}, Principals: []iampolicy.PrincipalRef{{Statement: 1, Kind: "Service", Value: "x.example.com"}},
			NoPrincipals: []string{"AWS"}, HasCondition: true, Conditions: []iampolicy.ConditionElement{{Operator: "Bool", Key: "aws:x", Values: []string{"true"}}, {Operator: "StringLike"}}},
	}
	if diff := cmp.Diff(want, p.Elements(), cmpopts.IgnoreFields(iampolicy.Statement{}, "Start", "End")); diff != "" {
		t.Error(diff)
	}
}
