package iampolicy_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func TestPrincipals(t *testing.T) {
	p := must(t, iampolicy.ResourcePolicy, `{"Statement":[
		{"Effect":"Allow","Principal":{"AWS":["`+roleARN+`","*"],"Service":"jobs.example.com"},"Action":"app:*"},
		{"Effect":"Allow","Principal":"*","Action":"app:*"},
		{"Effect":"Deny","NotPrincipal":{"AWS":"`+home+`"},"Action":"app:*"}]}`)
	want := []iampolicy.PrincipalRef{{0, false, "AWS", roleARN}, {0, false, "AWS", "*"}, {0, false, "Service", "jobs.example.com"}, {1, false, "*", "*"}, {2, true, "AWS", home}}
	if diff := cmp.Diff(want, p.Principals()); diff != "" {
		t.Error(diff)
	}
}

// TestRewritePrincipals stores a trust policy by unique id: whoever later has the name is not whom it trusts.
func TestRewritePrincipals(t *testing.T) {
	const user = "arn:aws:iam::" + home + ":user/ann"
	shown := must(t, iampolicy.TrustPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["`+user+`","*"],"Federated":"id.example.com"},`+
		`"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}}`)
	names := map[string]string{user: userID, userID: user}
	translate := func(r iampolicy.PrincipalRef) (string, error) {
		if r.Value == "*" {
			t.Error("offered a star for replacement")
		}
		if to, ok := names[r.Value]; ok && r.Kind == "AWS" {
			return to, nil
		}
		return r.Value, nil
	}
	stored, err := shown.RewritePrincipals(translate)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := stored.Principals()[0].Value, userID; got != want {
		t.Errorf("stored as %s", got)
	}
	back, err := stored.RewritePrincipals(translate)
	if err != nil || back.String() != shown.String() {
		t.Errorf("%v, %v", back, err)
	}
	if _, err := shown.RewritePrincipals(func(iampolicy.PrincipalRef) (string, error) { return "Bob", nil }); !errors.As(err, new(*iampolicy.ParseError)) {
		t.Errorf("a principal that is none: %v", err)
	}
	gone := errors.New("gone")
	calls := 0
	if _, err := shown.RewritePrincipals(func(iampolicy.PrincipalRef) (string, error) { calls++; return "", gone }); err != gone || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestRecreatedUserIsSomebodyElse(t *testing.T) {
	trust := must(t, iampolicy.TrustPolicy, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"`+userID+`"},"Action":"sts:AssumeRole"}}`)
	s := &iampolicy.Set{ResourceKind: iampolicy.RoleTrust, Resource: &iampolicy.Named{Policy: trust}}
	r := &iampolicy.Request{Action: "sts:AssumeRole", Principal: caller("user"), ResourceAccount: home}
	if d := iampolicy.Evaluate(s, r); !d.Allowed {
		t.Errorf("the user itself: %s", outcome(d))
	}
	r.Principal.UniqueID = "AIDABBBBBBBBBBBBBBBBB"
	if d := iampolicy.Evaluate(s, r); d.Allowed {
		t.Error("a later user of the same name may assume the role")
	}
}
