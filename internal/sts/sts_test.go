package sts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	account = "123456789012"
	roleARN = "arn:aws:iam::" + account + ":role/app/reader"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// house is a service over one role; it keeps what is minted.
type house struct {
	Service
	role    Role
	err     error
	minted  *caller.Principal
	mfa     error  // what VerifyMFA says
	proved  string // what it was asked
	version int    // of tokens
	member  error  // what MayAssumeRoot says

	failMint error
	refused  []string // what was recorded as refused
	deaf     error    // why nothing can be recorded
}

func newHouse() *house {
	h := &house{role: Role{ARN: roleARN, Name: "reader", UniqueID: "AROAAAAAAAAAAAAAAAAAA", Account: account, MaxDuration: 2 * time.Hour, Trust: &iampolicy.Policy{}, Tags: map[string]string{"Team": "blue"}}}
	h.version = 1
	h.Service = Service{Roles: h, Minter: h, MFA: h, Preferences: h, Members: h, Messages: h, Federation: Federation{Decisions: h}}
	return h
}

func (h *house) VerifyMFA(_ context.Context, p *caller.Principal, serial, code string) error {
	h.proved = p.UniqueID + " " + serial + " " + code
	return h.mfa
}

func (h *house) Record(_ context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error {
	if !allowed {
		h.refused = append(h.refused, p.UserID+" "+ask.Action+" "+ask.Resource+" "+reason)
	}
	return h.deaf
}

func (h *house) TokenVersion(context.Context, string) (int, error) { return h.version, h.err }

func (h *house) MayAssumeRoot(_ context.Context, account, member, task string) error {
	h.proved = account + " " + member + " " + task
	return h.member
}

func (h *house) DecodeMessage(_ context.Context, account, encoded string) (string, error) {
	if encoded != "encoded for "+account {
		return "", caller.ErrUnknown
	}
	return "decoded", nil
}

func (h *house) Role(_ context.Context, arn string) (Role, error) {
	if h.err != nil {
		return Role{}, h.err
	}
	if arn != h.role.ARN {
		return Role{}, caller.ErrUnknown
	}
	return h.role, nil
}

func (h *house) KeyAccount(_ context.Context, id string) (string, error) {
	if h.err != nil {
		return "", h.err
	}
	if id == "AKIAIOSFODNN7EXAMPLE" {
		return "999999999999", nil
	}
	return "", caller.ErrUnknown
}

func (h *house) PolicyExists(_ context.Context, account, arn string) (bool, error) {
	if strings.HasPrefix(arn, taskPolicies) {
		return arn == taskPolicies+"IAMAuditRootUserCredentials", h.err
	}
	return account == h.role.Account && arn == "arn:aws:iam::aws:policy/ReadOnlyAccess", h.err
}

func (h *house) SessionPolicy(document string) error {
	_, err := iampolicy.Parse([]byte(document), iampolicy.SessionPolicy)
	return err
}

func (h *house) Mint(p caller.Principal) (caller.Credentials, error) {
	if h.failMint != nil {
		return caller.Credentials{}, h.failMint
	}
	h.minted = &p
	return caller.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expiration: p.Session.Expires}, nil
}

func as(p *caller.Principal) context.Context {
	return caller.WithRequest(caller.WithPrincipal(context.Background(), p), &caller.Request{Time: now})
}

func user() *caller.Principal {
	return &caller.Principal{Kind: caller.User, Account: account, UniqueID: "AIDA", UserID: "AIDA", ARN: "arn:aws:iam::" + account + ":user/bob"}
}

func chained(s caller.Session) *caller.Principal {
	return &caller.Principal{Kind: caller.AssumedRole, Account: account, UniqueID: "AROA", Session: &s}
}

// delegated is a user's session in the hands of somebody else.
func delegated(s caller.Session) *caller.Principal {
	s.InlinePolicy = "{}"
	p := user()
	p.Session = &s
	return p
}

func ptr[T any](v T) *T { return &v }

func request(edit func(*stsapi.AssumeRoleRequest)) *stsapi.AssumeRoleRequest {
	in := &stsapi.AssumeRoleRequest{RoleArn: roleARN, RoleSessionName: "s-1"}
	if edit != nil {
		edit(in)
	}
	return in
}

func fails(t *testing.T, name string, err error, code, message string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type.Code != code || message != "" && e.Message != message {
		t.Errorf("%s: %v, want %s: %s", name, err, code, message)
	}
}

func TestAssumeRole(t *testing.T) {
	h := newHouse()
	out, err := h.AssumeRole(as(user()), request(nil))
	if err != nil {
		t.Fatal(err)
	}
	if *out.AssumedRoleUser != (stsapi.AssumedRoleUser{Arn: "arn:aws:sts::" + account + ":assumed-role/reader/s-1", AssumedRoleId: "AROAAAAAAAAAAAAAAAAAA:s-1"}) {
		t.Errorf("%+v", out.AssumedRoleUser)
	}
	if c := out.Credentials; c.AccessKeyId != "ASIA" || c.SecretAccessKey != "s" || c.SessionToken != "t" || !c.Expiration.Equal(now.Add(time.Hour)) {
		t.Error("the credentials are not those minted")
	}
	if out.SourceIdentity != nil || out.PackedPolicySize != nil {
		t.Errorf("%+v", out)
	}
	want := &caller.Principal{
		Kind: caller.AssumedRole, Account: account, UniqueID: h.role.UniqueID, Name: "reader", EntityARN: roleARN,
		Session: &caller.Session{Name: "s-1", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(time.Hour), Tags: map[string]string{}},
	}
	if d := cmp.Diff(want, h.minted); d != "" {
		t.Error(d)
	}
}

func TestDurations(t *testing.T) {
	const chain = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	const tooLong = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	for _, c := range []struct {
		p       *caller.Principal
		most    time.Duration
		seconds *int
		want    time.Duration
		message string
	}{
		{user(), time.Hour, nil, time.Hour, ""}, {user(), 12 * time.Hour, ptr(43200), 12 * time.Hour, ""}, {user(), time.Hour, ptr(900), 15 * time.Minute, ""},
		{user(), time.Hour, ptr(3601), 0, tooLong}, {chained(caller.Session{}), 12 * time.Hour, nil, time.Hour, ""},
		{chained(caller.Session{}), 12 * time.Hour, ptr(3600), time.Hour, ""}, {chained(caller.Session{}), 12 * time.Hour, ptr(3601), 0, chain},
		{chained(caller.Session{}), time.Hour, ptr(7200), 0, tooLong},
		{delegated(caller.Session{}), 12 * time.Hour, ptr(3600), time.Hour, ""}, {delegated(caller.Session{}), 12 * time.Hour, ptr(3601), 0, chain},
	} {
		h := newHouse()
		h.role.MaxDuration = c.most
		out, err := h.AssumeRole(as(c.p), request(func(in *stsapi.AssumeRoleRequest) { in.DurationSeconds = c.seconds }))
		if c.message != "" {
			fails(t, "duration", err, "ValidationError", c.message)
			if h.minted != nil {
				t.Error("credentials were minted all the same")
			}
		} else if err != nil || out.Credentials.Expiration.Sub(now) != c.want {
			t.Errorf("%v of %v by %s: %v", c.seconds, c.most, c.p.Kind, err)
		}
	}
}

func TestChain(t *testing.T) {
	h := newHouse()
	start := now.Add(-time.Hour)
	parent := chained(caller.Session{
		RootIssuedAt: start, ChainDepth: 2, SourceIdentity: "alice", MFAAt: start, InlinePolicy: "{}", PolicyARNs: []string{"x"},
		Tags: map[string]string{"Team": "blue", "Own": "1"}, TransitiveTags: []string{"Team"},
	})
	_, err := h.AssumeRole(as(parent), request(func(in *stsapi.AssumeRoleRequest) {
		in.Tags = []stsapi.Tag{{Key: "own", Value: "2"}, {Key: "Cost", Value: "3"}}
		in.TransitiveTagKeys = []string{"COST", "team"}
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := &caller.Session{
		Name: "s-1", IssuedAt: now, RootIssuedAt: start, Expires: now.Add(time.Hour), ChainDepth: 3, SourceIdentity: "alice",
		Tags: map[string]string{"Team": "blue", "own": "2", "Cost": "3"}, TransitiveTags: []string{"Team", "Cost"},
	}
	if d := cmp.Diff(want, h.minted.Session); d != "" {
		t.Error(d)
	}
	if len(parent.Session.TransitiveTags) != 1 || len(parent.Session.Tags) != 2 {
		t.Error("the caller's own session was changed")
	}
	_, err = h.AssumeRole(as(parent), request(func(in *stsapi.AssumeRoleRequest) { in.SourceIdentity = ptr("alice") }))
	if err != nil {
		t.Errorf("the same source identity: %v", err)
	}
	_, err = h.AssumeRole(as(parent), request(func(in *stsapi.AssumeRoleRequest) { in.SourceIdentity = ptr("eve") }))
	fails(t, "another source identity", err, "AccessDenied", "")
}

// TestChainOfDelegation: what is made with credentials that were lent goes on where those began.
func TestChainOfDelegation(t *testing.T) {
	h := newHouse()
	start := now.Add(-time.Hour)
	if _, err := h.AssumeRole(as(delegated(caller.Session{RootIssuedAt: start})), request(nil)); err != nil {
		t.Fatal(err)
	}
	if s := h.minted.Session; s.ChainDepth != 1 || !s.RootIssuedAt.Equal(start) {
		t.Errorf("%+v", s)
	}
}

func TestRefusedTagsAndPolicies(t *testing.T) {
	parent := chained(caller.Session{Tags: map[string]string{"Team": "blue"}, TransitiveTags: []string{"Team"}})
	long := strings.Repeat("x", 2040)
	for _, c := range []struct {
		name string
		p    *caller.Principal
		edit func(*stsapi.AssumeRoleRequest)
		code string
	}{
		{"tag twice", user(), func(in *stsapi.AssumeRoleRequest) { in.Tags = []stsapi.Tag{{Key: "a"}, {Key: "A"}} }, "InvalidParameterValue"},
		{"reserved tag", user(), func(in *stsapi.AssumeRoleRequest) { in.Tags = []stsapi.Tag{{Key: "AWS:x"}} }, "InvalidParameterValue"},
		{"transitive tag set again", parent, func(in *stsapi.AssumeRoleRequest) { in.Tags = []stsapi.Tag{{Key: "TEAM", Value: "red"}} }, "InvalidParameterValue"},
		{"transitive key without a tag", user(), func(in *stsapi.AssumeRoleRequest) { in.TransitiveTagKeys = []string{"a"} }, "InvalidParameterValue"},
		{"malformed policy", user(), func(in *stsapi.AssumeRoleRequest) { in.Policy = ptr(`{"Version":"2012-10-17","Statement":[{}]}`) }, "MalformedPolicyDocument"},
		{"no policy", user(), func(in *stsapi.AssumeRoleRequest) { in.Policy = ptr("x") }, "MalformedPolicyDocument"},
		{"policy with a principal", user(), func(in *stsapi.AssumeRoleRequest) {
			in.Policy = ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`)
		}, "MalformedPolicyDocument"},
		{"policy that is not there", user(), func(in *stsapi.AssumeRoleRequest) {
			in.PolicyArns = []stsapi.PolicyDescriptorType{{Arn: ptr("arn:aws:iam::" + account + ":policy/none")}}
		}, "MalformedPolicyDocument"},
		{"policy without ARN", user(), func(in *stsapi.AssumeRoleRequest) { in.PolicyArns = []stsapi.PolicyDescriptorType{{}} }, "ValidationError"},
		{"too much", user(), func(in *stsapi.AssumeRoleRequest) {
			in.Policy = ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::` + long + `"}]}`)
			for i := range 20 {
				in.Tags = append(in.Tags, stsapi.Tag{Key: fmt.Sprint("k", i), Value: strings.Repeat("v", 200)})
			}
		}, "PackedPolicyTooLarge"},
		{"too much to pass on", user(), func(in *stsapi.AssumeRoleRequest) {
			for i := range 20 {
				in.Tags = append(in.Tags, stsapi.Tag{Key: fmt.Sprint(strings.Repeat("k", 100), i), Value: "v"})
				in.TransitiveTagKeys = append(in.TransitiveTagKeys, in.Tags[i].Key)
			}
		}, "PackedPolicyTooLarge"},
		{"too many managed policies", user(), func(in *stsapi.AssumeRoleRequest) {
			in.PolicyArns = slices.Repeat([]stsapi.PolicyDescriptorType{{Arn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, 11)
		}, "ValidationError"},
		{"context", user(), func(in *stsapi.AssumeRoleRequest) { in.ProvidedContexts = []stsapi.ProvidedContext{{}} }, "NotImplemented"},
	} {
		h := newHouse()
		_, err := h.AssumeRole(as(c.p), request(c.edit))
		fails(t, c.name, err, c.code, "")
		if h.minted != nil {
			t.Errorf("%s: minted all the same", c.name)
		}
	}
}

func TestPackedSize(t *testing.T) {
	h := newHouse()
	out, err := h.AssumeRole(as(user()), request(func(in *stsapi.AssumeRoleRequest) {
		in.Policy = ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
		in.PolicyArns = []stsapi.PolicyDescriptorType{{Arn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
		in.SourceIdentity = ptr("alice")
	}))
	if err != nil {
		t.Fatal(err)
	}
	if out.PackedPolicySize == nil || *out.PackedPolicySize != 5 || *out.SourceIdentity != "alice" { // 86 + 40 bytes of 2900
		t.Errorf("%+v", out)
	}
	if s := h.minted.Session; s.InlinePolicy == "" || len(s.PolicyARNs) != 1 || s.SourceIdentity != "alice" {
		t.Errorf("%+v", s)
	}
}

// TestAsks holds what a request has to be allowed, and the condition keys that its policies see.
func TestAsks(t *testing.T) {
	h := newHouse()
	actions := func(p *caller.Principal, in *stsapi.AssumeRoleRequest) (string, []caller.Ask) {
		t.Helper()
		asks, err := h.askAssumeRole(as(p), in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range asks {
			if !a.Trust || a.Resource != in.RoleArn || a.Exempt {
				t.Errorf("%+v", a)
			}
			names = append(names, strings.TrimPrefix(a.Action, "sts:"))
		}
		return strings.Join(names, " "), asks
	}
	full := request(func(in *stsapi.AssumeRoleRequest) {
		in.ExternalId, in.SourceIdentity, in.TransitiveTagKeys = ptr("e"), ptr("alice"), []string{"Cost"}
		in.Tags = []stsapi.Tag{{Key: "Cost", Value: "3"}, {Key: "App", Value: ""}}
	})
	got, asks := actions(user(), full)
	if got != "AssumeRole TagSession SetSourceIdentity" || asks[0].ResourcePolicy.Policy != h.role.Trust || asks[0].ResourceAccount != account {
		t.Errorf("%s: %+v", got, asks[0])
	}
	want := iampolicy.MapContext{
		"sts:rolesessionname": {"s-1"}, "sts:externalid": {"e"}, "sts:sourceidentity": {"alice"}, "aws:requesttag/cost": {"3"}, "aws:requesttag/app": {""},
		"aws:tagkeys": {"App", "Cost"}, "sts:transitivetagkeys": {"Cost"}, "aws:resourcetag/team": {"blue"}, "iam:resourcetag/team": {"blue"},
	}
	if d := cmp.Diff(want, asks[0].Context); d != "" {
		t.Error(d)
	}
	if got, _ := actions(user(), request(nil)); got != "AssumeRole" {
		t.Error(got)
	}
	// A chain passes its source identity and transitive tags on: the next role has to take them.
	got, asks = actions(chained(caller.Session{SourceIdentity: "alice", Tags: map[string]string{"a": "1"}, TransitiveTags: []string{"a"}}), request(nil))
	if got != "AssumeRole TagSession SetSourceIdentity" || asks[0].Context["sts:sourceidentity"][0] != "alice" {
		t.Errorf("%s: %+v", got, asks)
	}
	if got, _ := actions(chained(caller.Session{Tags: map[string]string{"a": "1"}}), request(nil)); got != "AssumeRole" {
		t.Error(got)
	}
	none := request(func(in *stsapi.AssumeRoleRequest) { in.RoleArn = "arn:aws:iam::" + account + ":role/none" })
	if got, asks = actions(user(), none); got != "AssumeRole" || asks[0].ResourcePolicy != nil {
		t.Errorf("no such role: %+v", asks)
	}
	foreign := request(func(in *stsapi.AssumeRoleRequest) { in.RoleArn = "arn:aws:iam::999999999999:role/none" })
	if _, asks = actions(user(), foreign); asks[0].ResourceAccount != "999999999999" {
		t.Errorf("whose a role is tells whether it exists: %+v", asks)
	}
	for _, arn := range []string{"", "reader", "arn:aws:iam::" + account + ":user/bob", "arn:aws:iam::1:role/x", "arn:aws-cn:iam::" + account + ":role/x"} {
		if _, asks := actions(user(), request(func(in *stsapi.AssumeRoleRequest) { in.RoleArn = arn })); asks[0].ResourceAccount != "" || asks[0].ResourcePolicy != nil || !asks[0].Trust {
			t.Errorf("%q: %+v", arn, asks)
		}
	}
	_, err := h.AssumeRole(as(user()), none)
	fails(t, "a role that went away meanwhile", err, "AccessDenied", "User: "+user().ARN+" is not authorized to perform: sts:AssumeRole on resource: "+none.RoleArn)
	h.err = context.DeadlineExceeded
	if _, err := h.askAssumeRole(as(user()), full); err == nil {
		t.Error("a look-up that fails is taken for no role")
	}
	if _, err := h.AssumeRole(as(user()), request(nil)); err == nil || h.minted != nil {
		t.Error("a role was assumed without being found")
	}
}

func TestGetSessionToken(t *testing.T) {
	root := &caller.Principal{Kind: caller.Root, Account: account, UniqueID: account}
	for _, c := range []struct {
		p       *caller.Principal
		seconds *int
		want    time.Duration
	}{
		{user(), nil, 12 * time.Hour}, {user(), ptr(129600), 36 * time.Hour}, {user(), ptr(900), 15 * time.Minute},
		{root, nil, time.Hour}, {root, ptr(129600), time.Hour}, {root, ptr(900), 15 * time.Minute},
	} {
		h := newHouse()
		out, err := h.GetSessionToken(as(c.p), &stsapi.GetSessionTokenRequest{DurationSeconds: c.seconds})
		if err != nil || out.Credentials.Expiration.Sub(now) != c.want {
			t.Errorf("%s, %v: %v", c.p.Kind, c.seconds, err)
			continue
		}
		if s := h.minted.Session; h.minted.Kind != c.p.Kind || h.minted.UniqueID != c.p.UniqueID || !s.MFAAt.IsZero() || s.ChainDepth != 0 || !s.IssuedAt.Equal(now) {
			t.Errorf("%+v", h.minted)
		}
		if c.p.Session != nil {
			t.Error("the caller was changed")
		}
	}
}

func TestWhoAmI(t *testing.T) {
	h := newHouse()
	out, err := h.GetCallerIdentity(as(user()), nil)
	if err != nil || *out.Account != account || *out.Arn != user().ARN || *out.UserId != "AIDA" {
		t.Errorf("%+v, %v", out, err)
	}
	temporary, err := caller.NewAccessKeyID(strings.NewReader("0123456789"), "ASIA", account)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"AKIAIOSFODNN7EXAMPLE": "999999999999", temporary: account} {
		out, err := h.GetAccessKeyInfo(as(user()), &stsapi.GetAccessKeyInfoRequest{AccessKeyId: id})
		if err != nil || *out.Account != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	_, err = h.GetAccessKeyInfo(as(user()), &stsapi.GetAccessKeyInfoRequest{AccessKeyId: "AKIAIOSFODNN7NOTHING"})
	fails(t, "unknown key", err, "InvalidParameterValue", "")
	h.err = context.DeadlineExceeded
	if _, err := h.GetAccessKeyInfo(as(user()), &stsapi.GetAccessKeyInfoRequest{AccessKeyId: temporary}); err == nil {
		t.Error("a look-up that fails is taken for an unknown key")
	}
}

func TestBindings(t *testing.T) {
	for _, b := range newHouse().Operations() {
		if b.Method != b.Operation.Name {
			t.Errorf("%s is bound to %s", b.Operation.Name, b.Method)
		}
	}
}
