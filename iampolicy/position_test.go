package iampolicy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
