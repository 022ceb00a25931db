package sts

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestMFA(t *testing.T) {
	session := user()
	session.Session = &caller.Session{}
	for _, c := range []struct {
		name         string
		p            *caller.Principal
		serial, code *string
		mfa          error
		message      string // of AccessDenied; empty: it proves something
		asked        bool
	}{
		{"right", user(), ptr("arn:mfa/x"), ptr("123456"), nil, "", true},
		{"account", accountRoot(), ptr("arn:mfa/x"), ptr("123456"), nil, "", true},
		{"no serial", user(), nil, ptr("123456"), nil, mfaIncomplete, false},
		{"no code", user(), ptr("arn:mfa/x"), nil, nil, mfaIncomplete, false},
		{"another's device", user(), ptr("arn:mfa/x"), ptr("123456"), ErrNoDevice, mfaNoDevice, true},
		{"wrong code", user(), ptr("arn:mfa/x"), ptr("123456"), ErrWrongCode, mfaWrongCode, true},
		{"a user's session", session, ptr("arn:mfa/x"), ptr("123456"), nil, mfaNoDevice, false},
		{"a role", chained(caller.Session{}), ptr("arn:mfa/x"), ptr("123456"), nil, mfaNoDevice, false},
	} {
		h := newHouse()
		h.mfa = c.mfa
		_, err := h.GetSessionToken(as(c.p), &stsapi.GetSessionTokenRequest{SerialNumber: c.serial, TokenCode: c.code})
		asks, askErr := h.askAssumeRole(as(c.p), request(func(in *stsapi.AssumeRoleRequest) { in.SerialNumber, in.TokenCode = c.serial, c.code }))
		if (h.proved != "") != c.asked {
			t.Errorf("%s: asked %q", c.name, h.proved)
		}
		if c.message != "" {
			fails(t, c.name, err, "AccessDenied", c.message)
			fails(t, c.name, askErr, "AccessDenied", c.message)
			if len(h.refused) != 2 || !strings.HasSuffix(h.refused[1], c.message) {
				t.Errorf("%s: recorded %q", c.name, h.refused)
			}
			if h.minted != nil {
				t.Errorf("%s: minted all the same", c.name)
			}
			continue
		}
		if err != nil || askErr != nil || !h.minted.Session.MFAAt.Equal(now) || asks[0].Context["aws:multifactorauthpresent"][0] != "true" || asks[0].Context["aws:multifactorauthage"][0] != "0" {
			t.Errorf("%s: %v %v", c.name, err, askErr)
		}
	}
	h := newHouse()
	h.mfa = context.DeadlineExceeded
	if _, err := h.GetSessionToken(as(user()), &stsapi.GetSessionTokenRequest{SerialNumber: ptr("x"), TokenCode: ptr("1")}); err == nil || h.minted != nil {
		t.Error("a failure is taken for a proof")
	}
	h.mfa, h.deaf = ErrWrongCode, errors.New("disk full")
	if _, err := h.askAssumeRole(as(user()), request(func(in *stsapi.AssumeRoleRequest) { in.SerialNumber, in.TokenCode = ptr("x"), ptr("1") })); !errors.Is(err, h.deaf) {
		t.Errorf("a refusal that cannot be recorded: %v", err)
	}
	asks, err := newHouse().askAssumeRole(as(user()), request(nil))
	if _, set := asks[0].Context["aws:multifactorauthpresent"]; err != nil || set {
		t.Error("a request without MFA speaks of it")
	}
}

func accountRoot() *caller.Principal {
	return &caller.Principal{Kind: caller.Root, Account: account, UniqueID: account, ARN: "arn:aws:iam::" + account + ":root"}
}

func TestGetFederationToken(t *testing.T) {
	h := newHouse()
	in := &stsapi.GetFederationTokenRequest{
		Name: "bob", Policy: ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`), DurationSeconds: ptr(900),
		PolicyArns: []stsapi.PolicyDescriptorType{{Arn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, Tags: []stsapi.Tag{{Key: "Team", Value: "blue"}},
	}
	out, err := h.GetFederationToken(as(user()), in)
	if err != nil {
		t.Fatal(err)
	}
	if *out.FederatedUser != (stsapi.FederatedUser{Arn: "arn:aws:sts::" + account + ":federated-user/bob", FederatedUserId: account + ":bob"}) || *out.PackedPolicySize == 0 {
		t.Errorf("%+v", out.FederatedUser)
	}
	want := &caller.Session{
		Name: "bob", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(15 * time.Minute), Tags: map[string]string{"Team": "blue"}, InlinePolicy: *in.Policy,
		PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
	}
	if d := cmp.Diff(want, h.minted.Session); d != "" || h.minted.Kind != caller.FederatedUser || h.minted.UniqueID != "AIDA" {
		t.Errorf("%+v %s", h.minted, d)
	}
	for _, c := range []struct {
		p       *caller.Principal
		seconds *int
		want    time.Duration
	}{{user(), nil, 12 * time.Hour}, {user(), ptr(129600), 36 * time.Hour}, {accountRoot(), nil, time.Hour}, {accountRoot(), ptr(7200), time.Hour}, {accountRoot(), ptr(900), 15 * time.Minute}} {
		out, err := h.GetFederationToken(as(c.p), &stsapi.GetFederationTokenRequest{Name: "bob", DurationSeconds: c.seconds})
		if err != nil || out.Credentials.Expiration.Sub(now) != c.want || out.PackedPolicySize != nil {
			t.Errorf("%s %v: %v", c.p.Kind, c.seconds, err)
		}
	}
	for name, edit := range map[string]func(*stsapi.GetFederationTokenRequest){
		"MalformedPolicyDocument": func(in *stsapi.GetFederationTokenRequest) { in.Policy = ptr("{}") },
		"InvalidParameterValue":   func(in *stsapi.GetFederationTokenRequest) { in.Tags = []stsapi.Tag{{Key: "a"}, {Key: "A"}} },
	} {
		h := newHouse()
		in := &stsapi.GetFederationTokenRequest{Name: "bob"}
		edit(in)
		_, err := h.GetFederationToken(as(user()), in)
		if fails(t, name, err, name, ""); h.minted != nil {
			t.Errorf("%s: minted all the same", name)
		}
	}
	asks, err := h.askGetFederationToken(as(user()), in)
	if err != nil || len(asks) != 2 || asks[0].Resource != "arn:aws:sts::"+account+":federated-user/bob" || asks[1].Action != "sts:TagSession" || asks[0].Context["aws:requesttag/team"][0] != "blue" {
		t.Errorf("%+v %v", asks, err)
	}
	if asks, _ := h.askGetFederationToken(as(user()), &stsapi.GetFederationTokenRequest{Name: "bob"}); len(asks) != 1 {
		t.Errorf("%+v", asks)
	}
}

func TestAssumeRoot(t *testing.T) {
	const member = "999999999999"
	task := stsapi.PolicyDescriptorType{Arn: ptr(taskPolicies + "IAMAuditRootUserCredentials")}
	for _, principal := range []string{member, "arn:aws:iam::" + member + ":root"} {
		h := newHouse()
		out, err := h.AssumeRoot(as(chained(caller.Session{SourceIdentity: "alice", RootIssuedAt: now.Add(-time.Hour)})), &stsapi.AssumeRootRequest{TargetPrincipal: principal, TaskPolicyArn: task})
		if err != nil || *out.SourceIdentity != "alice" || h.proved != account+" "+member+" IAMAuditRootUserCredentials" {
			t.Fatalf("%v, asked %s", err, h.proved)
		}
		want := &caller.Principal{Kind: caller.Root, Account: member, UniqueID: member, Session: &caller.Session{
			IssuedAt: now, RootIssuedAt: now.Add(-time.Hour), Expires: now.Add(15 * time.Minute), ChainDepth: 1, SourceIdentity: "alice", PolicyARNs: []string{*task.Arn},
		}}
		if d := cmp.Diff(want, h.minted); d != "" {
			t.Error(d)
		}
	}
	for _, c := range []struct {
		name   string
		in     stsapi.AssumeRootRequest
		member error
		global bool
		code   string
	}{
		{"no member", stsapi.AssumeRootRequest{TargetPrincipal: member, TaskPolicyArn: task}, caller.ErrUnknown, false, "AccessDenied"},
		{"global endpoint", stsapi.AssumeRootRequest{TargetPrincipal: member, TaskPolicyArn: task}, nil, true, "AccessDenied"},
		{"no account", stsapi.AssumeRootRequest{TargetPrincipal: "arn:aws:iam::" + member + ":user/x", TaskPolicyArn: task}, nil, false, "ValidationError"},
		{"a number too short", stsapi.AssumeRootRequest{TargetPrincipal: "99", TaskPolicyArn: task}, nil, false, "ValidationError"},
		{"no task", stsapi.AssumeRootRequest{TargetPrincipal: member}, nil, false, "ValidationError"},
		{"another policy", stsapi.AssumeRootRequest{TargetPrincipal: member, TaskPolicyArn: stsapi.PolicyDescriptorType{Arn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, nil, false, "ValidationError"},
		{"an unknown task", stsapi.AssumeRootRequest{TargetPrincipal: member, TaskPolicyArn: stsapi.PolicyDescriptorType{Arn: ptr(taskPolicies + "X")}}, nil, false, "ValidationError"},
	} {
		h := newHouse()
		h.member = c.member
		ctx := as(user())
		caller.RequestFrom(ctx).Global = c.global
		_, err := h.AssumeRoot(ctx, &c.in)
		if fails(t, c.name, err, c.code, ""); h.minted != nil {
			t.Errorf("%s: minted all the same", c.name)
		}
		if denied := c.code == "AccessDenied"; denied != (len(h.refused) == 1) || denied && !strings.Contains(h.refused[0], " arn:aws:iam::"+member+":root ") {
			t.Errorf("%s: recorded %q", c.name, h.refused)
		}
	}
	asks, err := newHouse().askAssumeRoot(as(user()), &stsapi.AssumeRootRequest{TargetPrincipal: member, TaskPolicyArn: task})
	want := []caller.Ask{{Action: "sts:AssumeRoot", Resource: "arn:aws:iam::" + member + ":root", Context: iampolicy.MapContext{"aws:resourceaccount": {member}, "sts:taskpolicyarn": {*task.Arn}}}}
	if d := cmp.Diff(want, asks); d != "" || err != nil {
		t.Error(d, err)
	}
	if asks, _ := newHouse().askAssumeRoot(as(user()), &stsapi.AssumeRootRequest{TargetPrincipal: "x"}); len(asks) != 1 || asks[0].Exempt {
		t.Errorf("%+v", asks)
	}
}

func TestDecodeAuthorizationMessage(t *testing.T) {
	h := newHouse()
	out, err := h.DecodeAuthorizationMessage(as(user()), &stsapi.DecodeAuthorizationMessageRequest{EncodedMessage: "encoded for " + account})
	if err != nil || *out.DecodedMessage != "decoded" {
		t.Errorf("%v", err)
	}
	_, err = h.DecodeAuthorizationMessage(as(user()), &stsapi.DecodeAuthorizationMessageRequest{EncodedMessage: "encoded for 999999999999"})
	fails(t, "another account's", err, "InvalidAuthorizationMessageException", "Invalid Authorization Message")
}

// TestTokenVersion: tokens of the global endpoint are of the version that their account prefers; those of other endpoints are good everywhere.
func TestTokenVersion(t *testing.T) {
	for _, c := range []struct {
		global  bool
		version int
		want    bool
	}{{true, 1, true}, {true, 2, false}, {false, 1, false}, {false, 2, false}} {
		h := newHouse()
		h.version = c.version
		ctx := as(user())
		caller.RequestFrom(ctx).Global = c.global
		if _, err := h.GetSessionToken(ctx, &stsapi.GetSessionTokenRequest{}); err != nil || h.minted.Session.DefaultRegions != c.want {
			t.Errorf("%+v: %v", c, err)
		}
		if _, err := h.AssumeRole(ctx, request(nil)); err != nil || h.minted.Session.DefaultRegions != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
