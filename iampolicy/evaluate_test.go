package iampolicy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mayfly-id/mayfly/iampolicy"
)

const (
	home  = "111111111111"
	other = "222222222222"
)

// must parses a document or fails the test.
func must(t testing.TB, g iampolicy.Grammar, document string) *iampolicy.Policy {
	t.Helper()
	p, err := iampolicy.Parse([]byte(document), g)
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return p
}

// identity returns a policy with one statement about the test's action.
func identity(t testing.TB, effect string) []iampolicy.Named {
	t.Helper()
	return []iampolicy.Named{{ID: "identity", Policy: must(t, iampolicy.IdentityPolicy,
		`{"Version":"2012-10-17","Statement":{"Effect":"`+effect+`","Action":"app:Do","Resource":"*"}}`)}}
}

func unrelated(t testing.TB) []iampolicy.Named {
	t.Helper()
	return []iampolicy.Named{{ID: "unrelated", Policy: must(t, iampolicy.IdentityPolicy,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"app:Other","Resource":"*"}}`)}}
}

func caller(kind string) iampolicy.Principal {
	switch kind {
	case "root":
		return iampolicy.Principal{Type: iampolicy.AccountRoot, ARN: "arn:aws:iam::" + home + ":root", Account: home, UniqueID: home, CanonicalID: canonical}
	case "user":
		return iampolicy.Principal{Type: iampolicy.User, ARN: "arn:aws:iam::" + home + ":user/ann", Account: home, UniqueID: userID, CanonicalID: canonical}
	case "role":
		return iampolicy.Principal{Type: iampolicy.Role, ARN: roleARN, Account: home, UniqueID: roleID}
	case "session":
		return iampolicy.Principal{Type: iampolicy.AssumedRole, ARN: sessionARN, RoleARN: roleARN, Account: home, UniqueID: roleID, Federated: provider}
	case "federated":
		return iampolicy.Principal{Type: iampolicy.FederatedUser, ARN: "arn:aws:sts::" + home + ":federated-user/fay", UserARN: "arn:aws:iam::" + home + ":user/ann",
			Account: home, UniqueID: userID}
	case "token":
		return iampolicy.Principal{Type: iampolicy.WebIdentity, Federated: provider}
	case "assertion":
		return iampolicy.Principal{Type: iampolicy.SAMLUser, Federated: "arn:aws:iam::" + home + ":saml-provider/idp"}
	case "service":
		return iampolicy.Principal{Type: iampolicy.Service, Service: "jobs.example.com"}
	}
	return iampolicy.Principal{}
}

const (
	userID     = "AIDAAAAAAAAAAAAAAAAAA"
	roleID     = "AROAAAAAAAAAAAAAAAAAA"
	roleARN    = "arn:aws:iam::" + home + ":role/team/r"
	sessionARN = "arn:aws:sts::" + home + ":assumed-role/r/s"
	provider   = "id.example.com"
	canonical  = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"
)

// outcome writes a decision as "allow", "explicit <type>" or "implicit <type>".
func outcome(d iampolicy.Decision) string {
	switch {
	case d.Allowed:
		return "allow"
	case d.Explicit:
		return "explicit " + string(d.By)
	}
	return "implicit " + string(d.By)
}

// combination is a caller and what each kind of policy says.
type combination struct {
	name      string
	caller    string
	account   string // of the resource
	principal string // Principal element of the resource policy's Allow; "" for no resource policy
	set       func(*iampolicy.Set)
	want      string
}

func testCombinations(t *testing.T, kind iampolicy.ResourceKind, tests []combination) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.caller+" "+tt.name, func(t *testing.T) {
			s := &iampolicy.Set{ResourceKind: kind}
			action, grammar := "app:Do", iampolicy.ResourcePolicy
			if kind == iampolicy.RoleTrust {
				action, grammar = "sts:AssumeRole", iampolicy.TrustPolicy
			}
			if tt.principal != "" {
				s.Resource = &iampolicy.Named{ID: "resource", Policy: must(t, grammar,
					`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":`+tt.principal+`,"Action":"`+action+`"}}`)}
			}
			if tt.set != nil {
				tt.set(s)
			}
			r := &iampolicy.Request{Action: "app:Do", Resource: "arn:aws:app:::x", Principal: caller(tt.caller), ResourceAccount: tt.account}
			if kind == iampolicy.RoleTrust {
				r.Action, r.Resource = "sts:AssumeRole", "arn:aws:iam::"+tt.account+":role/target"
			}
			d := iampolicy.Evaluate(s, r)
			if got := outcome(d); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if outcome(iampolicy.Explain(s, r)) != tt.want {
				t.Error("Explain disagrees")
			}
		})
	}
}

func aws(value string) string { return `{"AWS":"` + value + `"}` }

func TestSameAccount(t *testing.T) {
	allow, deny, silent := identity(t, "Allow"), identity(t, "Deny"), unrelated(t)
	user, root := "arn:aws:iam::"+home+":user/ann", "arn:aws:iam::"+home+":root"
	narrow := func(s *iampolicy.Set) { s.Boundary, s.Session, s.HasSession = &silent[0], silent, true }
	bounded := func(s *iampolicy.Set) { s.Boundary = &silent[0] }
	noBoundary := func(s *iampolicy.Set) { s.Identity, s.Boundary = allow, &silent[0] }
	noSession := func(s *iampolicy.Set) { s.Identity, s.Session = allow, silent }
	emptySession := func(s *iampolicy.Set) { s.Identity, s.HasSession = allow, true }
	passed := func(s *iampolicy.Set) { s.Identity, s.Session, s.HasSession = allow, allow, true }
	testCombinations(t, iampolicy.OrdinaryResource, []combination{
		{"nothing", "user", home, "", nil, "implicit identity-based"},
		{"identity", "user", home, "", func(s *iampolicy.Set) { s.Identity = allow }, "allow"},
		{"silent identity", "user", home, "", func(s *iampolicy.Set) { s.Identity = silent }, "implicit identity-based"},
		{"denied identity", "user", home, "", func(s *iampolicy.Set) { s.Identity = append(deny, allow...) }, "explicit identity-based"},
		{"account of the resource unknown", "user", "", "", func(s *iampolicy.Set) { s.Identity = allow }, "implicit resource-based"},
		{"boundary", "user", home, "", func(s *iampolicy.Set) { s.Identity, s.Boundary = allow, &allow[0] }, "allow"},
		{"no boundary", "user", home, "", noBoundary, "implicit permissions boundary"},
		{"denied boundary", "user", home, "", func(s *iampolicy.Set) { s.Identity, s.Boundary = allow, &deny[0] }, "explicit permissions boundary"},
		{"session", "session", home, "", passed, "allow"},
		{"no session", "session", home, "", noSession, "implicit session"},
		{"empty session", "session", home, "", emptySession, "implicit session"},
		{"denied session", "session", home, "", func(s *iampolicy.Set) { s.Identity, s.Session = allow, deny }, "explicit session"},
		{"session without identity", "session", home, "", func(s *iampolicy.Set) { s.Session, s.HasSession = allow, true }, "implicit identity-based"},

		{"named", "user", home, aws(user), bounded, "allow"},
		{"named by id", "user", home, aws(userID), bounded, "allow"},
		{"named by another's id", "user", home, aws("AIDABBBBBBBBBBBBBBBBB"), nil, "implicit identity-based"},
		{"everyone", "user", home, `"*"`, bounded, "allow"},
		{"every AWS principal", "session", home, aws("*"), narrow, "allow"},
		{"only the account named", "user", home, aws(home), nil, "implicit identity-based"},
		{"account and identity", "user", home, aws(root), func(s *iampolicy.Set) { s.Identity = allow }, "allow"},
		{"account by canonical id", "user", home, `{"CanonicalUser":"` + canonical + `"}`, nil, "implicit identity-based"},
		{"named but denied", "user", home, aws(user), func(s *iampolicy.Set) { s.Identity = deny }, "explicit identity-based"},
		{"role named", "session", home, aws(roleARN), nil, "allow"},
		{"role named, boundary silent", "session", home, aws(roleARN), func(s *iampolicy.Set) { s.Boundary = &silent[0] }, "implicit permissions boundary"},
		{"role named, session silent", "session", home, aws(roleARN), noSession, "implicit session"},
		{"role named by id", "session", home, aws(roleID), noSession, "implicit session"},
		{"session named", "session", home, aws(sessionARN), narrow, "allow"},
		{"another session named", "session", home, aws(sessionARN + "x"), nil, "implicit identity-based"},
		{"provider named", "session", home, `{"Federated":"` + provider + `"}`, noSession, "implicit session"},
		{"role named", "role", home, aws(roleARN), nil, "allow"},
		{"role named by id", "role", home, aws(roleID), func(s *iampolicy.Set) { s.Boundary = &silent[0] }, "implicit permissions boundary"},

		{"nothing passed on", "federated", home, "", func(s *iampolicy.Set) { s.Identity = allow }, "implicit session"},
		{"passed on", "federated", home, "", passed, "allow"},
		{"named", "federated", home, aws("arn:aws:sts::" + home + ":federated-user/fay"), nil, "allow"},
		{"its user named", "federated", home, aws(user), nil, "implicit session"},
		{"its user named, passed on", "federated", home, aws(user), func(s *iampolicy.Set) { s.Session = allow }, "allow"},
		{"its user named by id", "federated", home, aws(userID), nil, "implicit session"},

		{"nothing", "root", home, "", nil, "allow"},
		{"resource silent", "root", home, aws(user), nil, "allow"},
		{"denied", "root", home, "", func(s *iampolicy.Set) { s.Identity = deny }, "explicit identity-based"},
		{"task policy", "root", home, "", func(s *iampolicy.Set) { s.HasSession = true }, "implicit session"},

		{"named", "service", home, `{"Service":"jobs.example.com"}`, nil, "allow"},
		{"another named", "service", home, `{"Service":"other.example.com"}`, nil, "implicit resource-based"},
		{"account named", "service", home, aws(home), nil, "implicit resource-based"},
		{"everyone", "service", home, `"*"`, nil, "allow"},
		{"everyone", "nobody", home, `"*"`, nil, "allow"},
		{"account named", "nobody", home, aws(home), nil, "implicit resource-based"},
		{"nothing", "nobody", "", "", nil, "implicit resource-based"},
		{"session silent", "nobody", home, `"*"`, func(s *iampolicy.Set) { s.HasSession = true }, "implicit session"},
	})
}

func TestServiceControl(t *testing.T) {
	allow, deny, silent := identity(t, "Allow"), identity(t, "Deny"), unrelated(t)
	user := aws("arn:aws:iam::" + home + ":user/ann")
	levels := func(l ...[]iampolicy.Named) func(*iampolicy.Set) {
		return func(s *iampolicy.Set) { s.Identity, s.ServiceControl = allow, l }
	}
	testCombinations(t, iampolicy.OrdinaryResource, []combination{
		{"every level", "user", home, "", levels(allow, append(silent, allow...)), "allow"},
		{"one level silent", "user", home, "", levels(allow, silent, allow), "implicit service control"},
		{"one level empty", "user", home, "", levels(nil), "implicit service control"},
		{"one level denies", "user", home, "", levels(silent, append(allow, deny...)), "explicit service control"},
		{"root", "root", home, "", levels(silent), "implicit service control"},
		{"named", "user", home, user, levels(silent), "implicit service control"},
	})
}

func TestCrossAccount(t *testing.T) {
	allow, silent := identity(t, "Allow"), unrelated(t)
	user := "arn:aws:iam::" + home + ":user/ann"
	with := func(s *iampolicy.Set) { s.Identity = allow }
	testCombinations(t, iampolicy.OrdinaryResource, []combination{
		{"identity alone", "user", other, "", with, "implicit resource-based"},
		{"named alone", "user", other, aws(user), nil, "implicit identity-based"},
		{"both", "user", other, aws(user), with, "allow"},
		{"account and identity", "user", other, aws(home), with, "allow"},
		{"everyone alone", "user", other, `"*"`, nil, "implicit identity-based"},
		{"everyone and identity", "user", other, `"*"`, with, "allow"},
		{"both, boundary silent", "user", other, aws(user), func(s *iampolicy.Set) { s.Identity, s.Boundary = allow, &silent[0] }, "implicit permissions boundary"},
		{"session named alone", "session", other, aws(sessionARN), nil, "implicit identity-based"},
		{"session named, session silent", "session", other, aws(sessionARN), func(s *iampolicy.Set) { s.Identity, s.Session = allow, silent }, "implicit session"},
		{"role and identity", "session", other, aws(roleARN), with, "allow"},
		{"account named", "root", other, aws(home), nil, "allow"},
		{"nothing", "root", other, "", nil, "implicit resource-based"},
		{"other account named", "user", other, aws(other), with, "implicit resource-based"},
	})
}

func TestTrust(t *testing.T) {
	may := []iampolicy.Named{{ID: "may", Policy: must(t, iampolicy.IdentityPolicy,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)}}
	silent := unrelated(t)
	user := aws("arn:aws:iam::" + home + ":user/ann")
	with := func(s *iampolicy.Set) { s.Identity = may }
	bounded := func(s *iampolicy.Set) { s.Identity, s.Boundary = may, &silent[0] }
	testCombinations(t, iampolicy.RoleTrust, []combination{
		{"no trust policy", "user", home, "", with, "implicit resource-based"},
		{"another trusted", "user", home, aws(roleARN), with, "implicit resource-based"},
		{"named", "user", home, user, nil, "allow"},
		{"named by id", "user", home, aws(userID), nil, "allow"},
		{"named, boundary silent", "user", home, user, bounded, "implicit permissions boundary"},
		{"everyone", "user", home, aws("*"), nil, "allow"},
		{"everyone, boundary silent", "user", home, aws("*"), bounded, "implicit permissions boundary"},
		{"account alone", "user", home, aws(home), nil, "implicit identity-based"},
		{"account and identity", "user", home, aws(home), with, "allow"},
		{"account, boundary silent", "user", home, aws(home), bounded, "implicit permissions boundary"},
		{"role named", "session", home, aws(roleARN), nil, "allow"},
		{"role named, boundary silent", "session", home, aws(roleARN), bounded, "implicit permissions boundary"},
		{"session named, boundary silent", "session", home, aws(sessionARN), bounded, "allow"},
		{"no trust policy", "root", home, "", nil, "implicit resource-based"},
		{"account", "root", home, aws(home), nil, "allow"},
		{"named alone", "user", other, user, nil, "implicit identity-based"},
		{"named and identity", "user", other, user, with, "allow"},
		{"everyone alone", "user", other, aws("*"), nil, "implicit identity-based"},
		{"provider", "token", home, `{"Federated":"` + provider + `"}`, nil, "allow"},
		{"another provider", "token", home, `{"Federated":"evil.example.com"}`, nil, "implicit resource-based"},
		{"every AWS principal", "token", home, aws("*"), nil, "implicit resource-based"},
		{"every AWS principal", "service", home, aws("*"), nil, "implicit resource-based"},
		{"every AWS principal", "nobody", home, aws("*"), nil, "implicit resource-based"},
		{"provider", "assertion", home, `{"Federated":"arn:aws:iam::` + home + `:saml-provider/idp"}`, nil, "allow"},
		{"service", "service", home, `{"Service":"jobs.example.com"}`, nil, "allow"},
	})
}

// TestTrustDeniesEveryone pins that "*" in a Deny spares nobody, although in a trust policy's Allow it does not invite tokens.
func TestTrustDeniesEveryone(t *testing.T) {
	s := &iampolicy.Set{ResourceKind: iampolicy.RoleTrust, Resource: &iampolicy.Named{ID: "trust", Policy: must(t, iampolicy.TrustPolicy,
		`{"Version":"2012-10-17","Statement":[{"Sid":"In","Effect":"Allow","Principal":{"Federated":"`+provider+`"},"Action":"sts:AssumeRoleWithWebIdentity"},
		{"Sid":"Out","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole*"}]}`)}}
	d := iampolicy.Evaluate(s, &iampolicy.Request{Action: "sts:AssumeRoleWithWebIdentity", Principal: caller("token"), ResourceAccount: home})
	want := iampolicy.Decision{Explicit: true, By: iampolicy.ResourceBased,
		Matched: []iampolicy.Match{{Type: iampolicy.ResourceBased, PolicyID: "trust", Sid: "Out", Index: 1, Effect: "Deny"}}}
	if diff := cmp.Diff(want, d, besidePlaces); diff != "" {
		t.Error(diff)
	}
}

func TestNotPrincipal(t *testing.T) {
	root, user := `"arn:aws:iam::`+home+`:root"`, `"arn:aws:iam::`+home+`:user/ann"`
	role, session := `"`+roleARN+`"`, `"`+sessionARN+`"`
	tests := []struct {
		caller, spared string
		want           bool // spared
	}{
		{"user", user, false}, {"user", root, false}, {"user", user + "," + root, true}, {"user", `"*"`, true}, {"user", `"` + userID + `","` + home + `"`, true},
		{"root", root, true}, {"root", user, false},
		{"session", role, false}, {"session", role + "," + root, true}, {"session", role + "," + root + "," + session, true},
		{"session", role + "," + root + `,"` + sessionARN + `x"`, false}, {"session", session + "," + root, false},
		{"session", role + "," + root + `,"arn:aws:sts::` + home + `:assumed-role/r2/s"`, true},
		{"role", role + "," + root, true}, {"role", role, false},
		{"federated", `"arn:aws:sts::` + home + `:federated-user/fay",` + root, true}, {"federated", user + "," + root, false},
		{"service", root, false}, {"nobody", root, false},
	}
	for _, tt := range tests {
		s := &iampolicy.Set{Resource: &iampolicy.Named{Policy: must(t, iampolicy.ResourcePolicy,
			`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":[`+tt.spared+`]},"Action":"*"}]}`)}}
		d := iampolicy.Evaluate(s, &iampolicy.Request{Action: "app:Do", Principal: caller(tt.caller), ResourceAccount: home})
		if d.Allowed != tt.want {
			t.Errorf("%s under NotPrincipal %s: %s", tt.caller, tt.spared, outcome(d))
		}
	}
	for caller_, element := range map[string]string{"service": `{"Service":"jobs.example.com"}`, "token": `{"Federated":"` + provider + `"}`} {
		s := &iampolicy.Set{Resource: &iampolicy.Named{Policy: must(t, iampolicy.ResourcePolicy,
			`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","NotPrincipal":`+element+`,"Action":"*"}]}`)}}
		if d := iampolicy.Evaluate(s, &iampolicy.Request{Action: "app:Do", Principal: caller(caller_), ResourceAccount: home}); !d.Allowed {
			t.Errorf("%s: %s", caller_, outcome(d))
		}
	}
}

// TestIncompleteResource pins that what an ARN pattern leaves out is anything ("Resource element": "arn:aws:sqs" is "arn:aws:sqs:*:*:*"): a Deny on it
// is a Deny.
func TestIncompleteResource(t *testing.T) {
	for pattern, want := range map[string]bool{
		"arn:aws:app": true, "arn:aws:app:*": true, "arn:aws:app:eu": true, "arn:aws:app:eu:" + home: true, "arn:aws:app:e?:*": true, "arn:*:app": true,
		"arn:aws:app:eu:" + home + ":*": true, "arn:aws:app:us": false, "arn:aws:app:eu:" + other: false, "arn:aws:apps": false, "arn:aws:ap": false, "arn:aws:app:e": false,
	} {
		for _, version := range []string{"2012-10-17", "2008-10-17"} {
			p := must(t, iampolicy.ResourcePolicy, `{"Version":"`+version+`","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},
				{"Effect":"Deny","Principal":"*","Action":"*","Resource":"`+pattern+`"}]}`)
			d := iampolicy.Evaluate(&iampolicy.Set{Resource: &iampolicy.Named{Policy: p}},
				&iampolicy.Request{Action: "app:Do", Resource: "arn:aws:app:eu:" + home + ":thing/a:b", Principal: caller("user"), ResourceAccount: home})
			if d.Explicit != want {
				t.Errorf("%s: %s", pattern, outcome(d))
			}
		}
	}
}

// TestNotPrincipalIgnoresBounded pins that NotPrincipal spares nobody who has a permissions boundary ("NotPrincipal": a Deny "will always deny
// any IAM principal that has a permissions boundary policy attached, regardless of the values").
func TestNotPrincipalIgnoresBounded(t *testing.T) {
	everything := identity(t, "Allow")[0]
	chain := `["` + home + `","arn:aws:iam::` + home + `:user/ann","arn:aws:sts::` + home + `:federated-user/fay","` + roleARN + `","` + sessionARN + `"]`
	for _, who := range []string{"user", "role", "session", "federated"} {
		for _, spared := range []string{chain, `"*"`} {
			s := &iampolicy.Set{HasSession: true, Session: []iampolicy.Named{everything}, Resource: &iampolicy.Named{Policy: must(t, iampolicy.ResourcePolicy,
				`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":`+spared+`},"Action":"*"}]}`)}}
			r := &iampolicy.Request{Action: "app:Do", Principal: caller(who), ResourceAccount: home}
			if got := outcome(iampolicy.Evaluate(s, r)); got != "allow" {
				t.Errorf("%s under NotPrincipal %s: %s", who, spared, got)
			}
			s.Boundary = &everything
			if got := outcome(iampolicy.Evaluate(s, r)); got != "explicit resource-based" {
				t.Errorf("%s with a boundary under NotPrincipal %s: %s", who, spared, got)
			}
		}
	}
}

// TestMisplacedPolicy pins that a policy that is missing or of the wrong kind refuses: what it would have denied is not known.
func TestMisplacedPolicy(t *testing.T) {
	allow := identity(t, "Allow")
	open := iampolicy.Named{ID: "open", Policy: must(t, iampolicy.ResourcePolicy, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}`)}
	trust := iampolicy.Named{Policy: must(t, iampolicy.TrustPolicy, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`)}
	none := iampolicy.Named{ID: "lost"}
	tests := map[string]struct {
		set  iampolicy.Set
		want string
	}{
		"identity lost":            {iampolicy.Set{Identity: append(allow, none)}, "implicit identity-based"},
		"identity of a resource":   {iampolicy.Set{Identity: append(allow, open)}, "implicit identity-based"},
		"boundary lost":            {iampolicy.Set{Identity: allow, Boundary: &none}, "implicit permissions boundary"},
		"session lost":             {iampolicy.Set{Identity: allow, Session: []iampolicy.Named{none}}, "implicit session"},
		"service control lost":     {iampolicy.Set{Identity: allow, ServiceControl: [][]iampolicy.Named{{none}}}, "implicit service control"},
		"resource lost":            {iampolicy.Set{Identity: allow, Resource: &none}, "implicit resource-based"},
		"resource of an identity":  {iampolicy.Set{Identity: allow, Resource: &allow[0]}, "implicit resource-based"},
		"trust on a resource":      {iampolicy.Set{Identity: allow, Resource: &trust}, "implicit resource-based"},
		"resource policy as trust": {iampolicy.Set{Identity: allow, Resource: &open, ResourceKind: iampolicy.RoleTrust}, "implicit resource-based"},
	}
	for name, tt := range tests {
		r := &iampolicy.Request{Action: "app:Do", Principal: caller("user"), ResourceAccount: home}
		if got := outcome(iampolicy.Evaluate(&tt.set, r)); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
		if got := outcome(iampolicy.Explain(&tt.set, r)); got != tt.want {
			t.Errorf("%s explained: %s", name, got)
		}
	}
}

func TestActionsAndResources(t *testing.T) {
	tests := []struct {
		statement, action, resource string
		want                        bool
	}{
		{`"Action":"S3:get*","Resource":"*"`, "s3:GetObject", "arn:aws:s3:::b/k", true},
		{`"Action":"s3:GetObject","Resource":"*"`, "s3:GetObjectAcl", "arn:aws:s3:::b/k", false},
		{`"Action":["s3:Put?","s3:List*"],"Resource":"*"`, "s3:ListBucket", "arn:aws:s3:::b", true},
		{`"NotAction":"s3:*","Resource":"*"`, "s3:GetObject", "arn:aws:s3:::b/k", false},
		{`"NotAction":"s3:*","Resource":"*"`, "ec2:RunInstances", "*", true},
		{`"Action":"*","Resource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/a/b:c", true},
		{`"Action":"*","Resource":"arn:aws:s3:::B/*"`, "s3:GetObject", "arn:aws:s3:::b/a", false},
		{`"Action":"*","Resource":"arn:aws:ec2:*"`, "ec2:X", "arn:aws:ec2:eu:1:instance/i", true},
		{`"Action":"*","Resource":"arn:aws:s3:::home/${aws:username}/*"`, "s3:X", "arn:aws:s3:::home/ann/k", true},
		{`"Action":"*","Resource":"arn:aws:s3:::home/${aws:star}/*"`, "s3:X", "arn:aws:s3:::home/ann/k", false},
		{`"Action":"*","Resource":"arn:aws:s3:::home/${aws:absent}/*"`, "s3:X", "arn:aws:s3:::home//k", false},
		{`"Action":"*","Resource":["arn:aws:s3:::home/${aws:absent}/*","arn:aws:s3:::x"]`, "s3:X", "arn:aws:s3:::x", true},
		{`"Action":"*","NotResource":"arn:aws:s3:::x"`, "s3:X", "arn:aws:s3:::x", false},
		{`"Action":"*","NotResource":"arn:aws:s3:::x"`, "s3:X", "arn:aws:s3:::y", true},
		{`"Action":"*","NotResource":"arn:aws:s3:::${aws:absent}"`, "s3:X", "arn:aws:s3:::y", false},
	}
	ctx := iampolicy.MapContext{"aws:username": {"ann"}, "aws:star": {"*"}}
	for _, tt := range tests {
		for _, effect := range []string{"Allow", "Deny"} {
			p := must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":[{"Effect":"`+effect+`",`+tt.statement+`}]}`)
			d := iampolicy.Evaluate(&iampolicy.Set{Identity: []iampolicy.Named{{Policy: p}}},
				&iampolicy.Request{Action: tt.action, Resource: tt.resource, Principal: caller("user"), ResourceAccount: home, Context: ctx})
			// A Deny of everything but the unknown denies; an Allow of it does not allow.
			want := tt.want || effect == "Deny" && strings.Contains(tt.statement, `"NotResource":"arn:aws:s3:::${`)
			if got := d.Allowed || d.Explicit; got != want {
				t.Errorf("%s %s on %s %s: %s", effect, tt.statement, tt.action, tt.resource, outcome(d))
			}
		}
	}
}

// besidePlaces leaves out what position_test.go holds.
var besidePlaces = cmp.Options{cmpopts.IgnoreFields(iampolicy.Match{}, "Start", "End"), cmpopts.IgnoreFields(iampolicy.Decision{}, "Verdicts")}

func TestExplain(t *testing.T) {
	p := must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":[
		{"Sid":"A","Effect":"Allow","Action":"app:*","Resource":"*"},
		{"Sid":"B","Effect":"Allow","Action":"app:Do","Resource":"*","Condition":{"StringEquals":{"aws:Color":"red"}}},
		{"Sid":"C","Effect":"Deny","Action":"app:Do","Resource":"arn:aws:app:::${aws:username}"},
		{"Sid":"D","Effect":"Deny","Action":"app:Do","Resource":"*","Condition":{"StringEquals":{"aws:Shape":"round","aws:color":"red"}}}]}`)
	s := &iampolicy.Set{Identity: []iampolicy.Named{{ID: "p", Policy: p}}, Boundary: &iampolicy.Named{ID: "b", Policy: p}, HasSession: true}
	r := &iampolicy.Request{Action: "app:Do", Resource: "arn:aws:app:::ann", Principal: caller("user"), ResourceAccount: home}
	want := iampolicy.Decision{By: iampolicy.Session, MissingContext: []string{"aws:Shape", "aws:color", "aws:username"}, Matched: []iampolicy.Match{
		{Type: iampolicy.IdentityBased, PolicyID: "p", Sid: "A", Effect: "Allow"}, {Type: iampolicy.PermissionsBoundary, PolicyID: "b", Sid: "A", Effect: "Allow"}}}
	if diff := cmp.Diff(want, iampolicy.Explain(s, r), besidePlaces); diff != "" {
		t.Error(diff)
	}
	r.Context = iampolicy.MapContext{"aws:username": {"ann"}, "aws:color": {"red"}, "aws:shape": {}}
	want = iampolicy.Decision{Explicit: true, By: iampolicy.IdentityBased, MissingContext: []string{"aws:Shape"}, Matched: []iampolicy.Match{
		{Type: iampolicy.IdentityBased, PolicyID: "p", Sid: "A", Effect: "Allow"}, {Type: iampolicy.IdentityBased, PolicyID: "p", Sid: "B", Index: 1, Effect: "Allow"},
		{Type: iampolicy.IdentityBased, PolicyID: "p", Sid: "C", Index: 2, Effect: "Deny"},
		{Type: iampolicy.PermissionsBoundary, PolicyID: "b", Sid: "A", Effect: "Allow"}, {Type: iampolicy.PermissionsBoundary, PolicyID: "b", Sid: "B", Index: 1, Effect: "Allow"},
		{Type: iampolicy.PermissionsBoundary, PolicyID: "b", Sid: "C", Index: 2, Effect: "Deny"}}}
	if diff := cmp.Diff(want, iampolicy.Explain(s, r), besidePlaces); diff != "" {
		t.Error(diff)
	}
}
