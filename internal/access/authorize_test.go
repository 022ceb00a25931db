package access_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/audit"
	"github.com/mayfly-id/mayfly/internal/caller"
)

const account = "123456789012"

// trail keeps entries, and fails when told to.
type trail struct {
	entries []audit.Entry
	err     error
}

func (t *trail) Append(e *audit.Entry) error {
	if t.err != nil {
		return t.err
	}
	t.entries = append(t.entries, *e)
	return nil
}

// policies is one set for everybody.
type policies struct {
	set iampolicy.Set
	err error
}

func (p *policies) PoliciesOf(context.Context, *caller.Principal) (*iampolicy.Set, error) {
	if p.err != nil {
		return nil, p.err
	}
	return &p.set, nil
}

func parse(t testing.TB, kind iampolicy.Grammar, statement string) *iampolicy.Policy {
	t.Helper()
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[`+statement+`]}`), kind)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return p
}

func named(t testing.TB, kind iampolicy.Grammar, statement string) []iampolicy.Named {
	return []iampolicy.Named{{ID: "p", Policy: parse(t, kind, statement)}}
}

func user() *caller.Principal {
	arn := "arn:aws:iam::" + account + ":user/bob"
	return &caller.Principal{Kind: caller.User, Account: account, ARN: arn, EntityARN: arn, UserID: "AIDAAAAAAAAAAAAAAAAAA", UniqueID: "AIDAAAAAAAAAAAAAAAAAA", Name: "bob", AccessKeyID: keyID}
}

func asking(service, operation string) context.Context {
	return caller.WithRequest(context.Background(), &caller.Request{
		ID: "r-1", Time: now, Region: "us-east-1", Service: service, Operation: operation, SourceIP: netip.MustParseAddr("192.0.2.1"), UserAgent: "ua",
	})
}

func setup(t *testing.T, statement string) (*access.Authorizer, *policies, *trail) {
	p := &policies{}
	if statement != "" {
		p.set.Identity = named(t, iampolicy.IdentityPolicy, statement)
	}
	log := &trail{}
	return &access.Authorizer{Policies: p, Audit: log}, p, log
}

const allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`

func TestAllowedIsRecorded(t *testing.T) {
	a, _, log := setup(t, allowAll)
	p := user()
	p.Session = &caller.Session{SourceIdentity: "alice"}
	if err := a.Authorize(asking("s3", "GetObject"), p, []caller.Ask{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, {Exempt: true, Action: "s3:X"}}); err != nil {
		t.Fatal(err)
	}
	want := audit.Entry{
		Time: now, RequestID: "r-1", Service: "s3", Operation: "GetObject", Region: "us-east-1", SourceIP: "192.0.2.1", UserAgent: "ua", PrincipalKind: "User",
		PrincipalARN: p.ARN, UserID: p.UserID, AccessKeyID: keyID, SourceIdentity: "alice", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Allowed: true,
	}
	second := want
	second.Action, second.Resource = "s3:X", ""
	if d := cmp.Diff([]audit.Entry{want, second}, log.entries); d != "" {
		t.Error(d)
	}
}

// TestDelegationIsRecorded: what somebody does with a session that a user lent them is told from what the user does.
func TestDelegationIsRecorded(t *testing.T) {
	for want, session := range map[string]*caller.Session{"request": {Name: "request", InlinePolicy: "{}"}, "": {}} {
		a, _, log := setup(t, allowAll)
		p := user()
		p.Session = session
		if err := a.Authorize(asking("s3", "GetObject"), p, []caller.Ask{{Action: "s3:GetObject", Resource: "*"}}); err != nil || log.entries[0].Delegation != want {
			t.Errorf("%+v, %v", log.entries, err)
		}
	}
}

func TestRefusalsAreRecordedAndWorded(t *testing.T) {
	const resource = "arn:aws:s3:::b"
	denyAll := `{"Effect":"Deny","Action":"*","Resource":"*"}`
	for _, c := range []struct {
		name   string
		set    func(*iampolicy.Set)
		reason string
	}{
		{"nothing allows", func(*iampolicy.Set) {}, "because no identity-based policy allows the s3:ListBucket action"},
		{"identity denies", func(s *iampolicy.Set) { s.Identity = named(t, iampolicy.IdentityPolicy, denyAll) }, "with an explicit deny in an identity-based policy"},
		{"boundary is silent", func(s *iampolicy.Set) {
			s.Identity = named(t, iampolicy.IdentityPolicy, allowAll)
			s.Boundary = &iampolicy.Named{ID: "b", Policy: parse(t, iampolicy.IdentityPolicy, `{"Effect":"Allow","Action":"iam:*","Resource":"*"}`)}
		}, "because no permissions boundary allows the s3:ListBucket action"},
		{"boundary denies", func(s *iampolicy.Set) {
			s.Identity = named(t, iampolicy.IdentityPolicy, allowAll)
			s.Boundary = &iampolicy.Named{ID: "b", Policy: parse(t, iampolicy.IdentityPolicy, denyAll)}
		}, "with an explicit deny in a permissions boundary"},
		{"session is silent", func(s *iampolicy.Set) {
			s.Identity = named(t, iampolicy.IdentityPolicy, allowAll)
			s.Session = named(t, iampolicy.SessionPolicy, `{"Effect":"Allow","Action":"iam:*","Resource":"*"}`)
		}, "because no session policy allows the s3:ListBucket action"},
		{"session denies", func(s *iampolicy.Set) {
			s.Identity = named(t, iampolicy.IdentityPolicy, allowAll)
			s.Session = named(t, iampolicy.SessionPolicy, denyAll)
		}, "with an explicit deny in a session policy"},
	} {
		a, p, log := setup(t, "")
		c.set(&p.set)
		err := a.Authorize(asking("s3", "ListBucket"), user(), []caller.Ask{{Action: "s3:ListBucket", Resource: resource}, {Action: "s3:Never"}})
		var denied *access.Denied
		want := "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::b " + c.reason
		if !errors.As(err, &denied) || denied.Message != want {
			t.Errorf("%s: %v\nwant %s", c.name, err, want)
		}
		if len(log.entries) != 1 || log.entries[0].Allowed || log.entries[0].Reason != c.reason || log.entries[0].Action != "s3:ListBucket" {
			t.Errorf("%s: recorded %+v", c.name, log.entries)
		}
	}
}

func TestWhatCannotBeRecordedIsRefused(t *testing.T) {
	for name, asks := range map[string][]caller.Ask{"allowed": {{Action: "s3:GetObject", Resource: "*"}}, "exempt": {{Exempt: true}}} {
		a, _, log := setup(t, allowAll)
		log.err = errors.New("disk full")
		err := a.Authorize(asking("s3", "GetObject"), user(), asks)
		var denied *access.Denied
		if err == nil || errors.As(err, &denied) || !errors.Is(err, log.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, _, log := setup(t, "")
	log.err = errors.New("disk full")
	for name, err := range map[string]error{
		"denied": a.Authorize(asking("s3", "GetObject"), user(), []caller.Ask{{Action: "s3:GetObject"}}),
		"rule":   a.Authorize(asking("sts", "AssumeRole"), &caller.Principal{Kind: caller.Root}, []caller.Ask{{Action: "sts:AssumeRole"}}),
	} {
		if !errors.Is(err, log.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsWhileDecidingAreNo(t *testing.T) {
	a, p, log := setup(t, allowAll)
	p.err = errors.New("unreachable")
	err := a.Authorize(asking("s3", "GetObject"), user(), []caller.Ask{{Action: "s3:GetObject", Resource: "*"}})
	if !errors.Is(err, p.err) {
		t.Errorf("answer is %v", err)
	}
	if len(log.entries) != 1 || log.entries[0].Allowed || log.entries[0].Reason != "error while deciding" {
		t.Errorf("recorded %+v", log.entries)
	}
}

func TestNothingAskedIsRefused(t *testing.T) {
	a, _, log := setup(t, allowAll)
	for _, p := range []*caller.Principal{user(), {Kind: caller.Anonymous}, {Kind: caller.Root, Account: account}} {
		if err := a.Authorize(asking("s3", "GetObject"), p, nil); err == nil {
			t.Errorf("%s may do what asks for nothing", p.Kind)
		}
	}
	for _, e := range log.entries {
		if e.Allowed {
			t.Errorf("recorded %+v", e)
		}
	}
	if len(log.entries) != 3 {
		t.Errorf("%d entries", len(log.entries))
	}
}

func TestTrustGivesNoReason(t *testing.T) {
	a, p, log := setup(t, allowAll)
	role := "arn:aws:iam::" + account + ":role/r"
	ask := caller.Ask{Action: "sts:AssumeRole", Resource: role, Trust: true}
	want := "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: sts:AssumeRole on resource: " + role
	trust := parse(t, iampolicy.TrustPolicy, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"},"Action":"sts:AssumeRole"}`)
	for name, rp := range map[string]*iampolicy.Named{"no such role": nil, "it trusts another": {ID: role, Policy: trust}} {
		ask.ResourcePolicy = rp
		if err := a.Authorize(asking("sts", "AssumeRole"), user(), []caller.Ask{ask}); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	ask.ResourcePolicy = &iampolicy.Named{ID: role, Policy: parse(t, iampolicy.TrustPolicy, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}`)}
	if err := a.Authorize(asking("sts", "AssumeRole"), user(), []caller.Ask{ask}); err != nil {
		t.Error(err)
	}
	if p.set.Resource != nil || p.set.ResourceKind == iampolicy.RoleTrust {
		t.Error("the shared set of policies was changed")
	}
	if len(log.entries) != 3 {
		t.Errorf("%d entries", len(log.entries))
	}
}

func TestAnonymousIsNamed(t *testing.T) {
	a, _, _ := setup(t, "")
	err := a.Authorize(asking("s3", "GetObject"), &caller.Principal{Kind: caller.Anonymous}, []caller.Ask{{Action: "s3:GetObject", Resource: "*"}})
	if err == nil || !strings.HasPrefix(err.Error(), "User: anonymous is not authorized to perform: s3:GetObject on resource: *") {
		t.Error(err)
	}
}

func TestUserAgentIsClipped(t *testing.T) {
	a, _, log := setup(t, allowAll)
	ctx := caller.WithRequest(context.Background(), &caller.Request{UserAgent: strings.Repeat("x", 10_000)})
	if err := a.Authorize(ctx, user(), []caller.Ask{{Exempt: true}}); err != nil {
		t.Fatal(err)
	}
	if n := len(log.entries[0].UserAgent); n != 256 {
		t.Errorf("the trail holds %d bytes", n)
	}
}

// TestFederatedUserIsNoUser: whoever a user vouches for is not that user.
func TestFederatedUserIsNoUser(t *testing.T) {
	bob := user()
	fed := &caller.Principal{
		Kind: caller.FederatedUser, Account: account, ARN: "arn:aws:sts::" + account + ":federated-user/fay", UserID: account + ":fay",
		UniqueID: bob.UniqueID, EntityARN: bob.EntityARN, Name: "bob", Session: &caller.Session{Name: "fay"},
	}
	byARN := `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + bob.ARN + `"}}}`
	a, p, _ := setup(t, byARN)
	p.set.Session = named(t, iampolicy.SessionPolicy, allowAll)
	asks := []caller.Ask{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}}
	if err := a.Authorize(asking("s3", "GetObject"), bob, asks); err != nil {
		t.Errorf("the user: %v", err)
	}
	if err := a.Authorize(asking("s3", "GetObject"), fed, asks); err == nil {
		t.Error("a federated user passes for the user by aws:PrincipalArn")
	}
	byName := `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob"}}}`
	p.set.Identity = named(t, iampolicy.IdentityPolicy, byName)
	if err := a.Authorize(asking("s3", "GetObject"), fed, asks); err == nil {
		t.Error("a federated user passes for the user by aws:username")
	}
	// A resource's policy that names the user reaches the federated user only through what the session policy allows.
	resource := &iampolicy.Named{ID: "b", Policy: parse(t, iampolicy.ResourcePolicy, `{"Effect":"Allow","Principal":{"AWS":"`+bob.ARN+`"},"Action":"s3:GetObject","Resource":"*"}`)}
	asks[0].ResourcePolicy = resource
	p.set.Identity = nil
	if err := a.Authorize(asking("s3", "GetObject"), fed, asks); err != nil {
		t.Errorf("through the user who vouched: %v", err)
	}
	p.set.Session = named(t, iampolicy.SessionPolicy, `{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`)
	if err := a.Authorize(asking("s3", "GetObject"), fed, asks); err == nil {
		t.Error("the session policy does not limit")
	}
	p.set.Session = named(t, iampolicy.SessionPolicy, allowAll)
	fed.UniqueID, fed.EntityARN = account, "arn:aws:iam::"+account+":root" // the account vouched
	if err := a.Authorize(asking("s3", "GetObject"), fed, asks); err == nil {
		t.Error("whom the account vouched for passes for a user")
	}
}
