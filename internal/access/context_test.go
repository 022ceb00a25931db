package access_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// TestConditionKeys asks for each key through a policy: what a policy sees is what counts.
func TestConditionKeys(t *testing.T) {
	bob := user()
	bob.Tags = map[string]string{"Team": "blue", "Cost": "1"}
	role := &caller.Principal{
		Kind: caller.AssumedRole, Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/r/s", EntityARN: "arn:aws:iam::" + account + ":role/p/r",
		UserID: "AROAAAAAAAAAAAAAAAAAA:s", UniqueID: "AROAAAAAAAAAAAAAAAAAA", Name: "r", Tags: map[string]string{"team": "role", "own": "x"},
		Session: &caller.Session{
			Name: "s", IssuedAt: now.Add(-time.Minute), MFAAt: now.Add(-90 * time.Second), SourceIdentity: "alice",
			Tags: map[string]string{"TEAM": "session"}, FederatedContext: map[string][]string{"cognito-identity.amazonaws.com:sub": {"id-1"}, "aws:username": {"forged"}},
		},
	}
	bare := *role
	bare.Session = &caller.Session{Name: "s", IssuedAt: now}
	web := *role // of a login elsewhere: who is let in there has no MFA that AWS knows of
	web.Session = &caller.Session{Name: "s", IssuedAt: now, MFAAt: now, Provider: "arn:aws:iam::" + account + ":oidc-provider/idp.example"}
	saml := *role
	saml.Session = &caller.Session{Name: "s", IssuedAt: now, Provider: "arn:aws:iam::" + account + ":saml-provider/corp"}
	vouched := user()
	vouched.Kind, vouched.Session = caller.FederatedUser, &caller.Session{Name: "f", IssuedAt: now, InlinePolicy: "{}"}
	anonymous := &caller.Principal{Kind: caller.Anonymous}
	root := &caller.Principal{Kind: caller.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root", EntityARN: "arn:aws:iam::" + account + ":root", UserID: account}
	const absent = "\x00"
	for _, c := range []struct {
		p    *caller.Principal
		key  string
		want string
	}{
		{bob, "aws:CurrentTime", "2026-05-04T03:02:01Z"}, {bob, "aws:EpochTime", "1777863721"}, {bob, "aws:SourceIp", "192.0.2.1"},
		{bob, "aws:SecureTransport", "true"}, {bob, "aws:UserAgent", "ua"}, {bob, "aws:RequestedRegion", "us-east-1"},
		{bob, "aws:PrincipalIsAWSService", "false"}, {bob, "aws:ViaAWSService", "false"}, {bob, "aws:ViaAWSMCPService", "false"},
		{bob, "aws:PrincipalArn", bob.ARN}, {role, "aws:PrincipalArn", "arn:aws:iam::123456789012:role/p/r"}, {anonymous, "aws:PrincipalArn", absent},
		{bob, "aws:PrincipalAccount", account}, {anonymous, "aws:PrincipalAccount", absent},
		{bob, "aws:PrincipalType", "User"}, {role, "aws:PrincipalType", "AssumedRole"}, {root, "aws:PrincipalType", "Account"}, {anonymous, "aws:PrincipalType", "Anonymous"},
		{bob, "aws:userid", bob.UserID}, {role, "aws:userid", "AROAAAAAAAAAAAAAAAAAA:s"}, {anonymous, "aws:userid", absent},
		{bob, "aws:username", "bob"}, {&bare, "aws:username", absent}, {root, "aws:username", absent},
		{bob, "aws:ResourceAccount", account}, {bob, "aws:TokenIssueTime", absent}, {role, "aws:TokenIssueTime", "2026-05-04T03:01:01Z"},
		{bob, "aws:MultiFactorAuthPresent", absent}, {role, "aws:MultiFactorAuthPresent", "true"}, {&bare, "aws:MultiFactorAuthPresent", "false"},
		{role, "aws:MultiFactorAuthAge", "90"}, {&bare, "aws:MultiFactorAuthAge", absent}, {bob, "aws:MultiFactorAuthAge", absent},
		{role, "aws:SourceIdentity", "alice"}, {&bare, "aws:SourceIdentity", absent}, {bob, "aws:SourceIdentity", absent},
		{&web, "aws:MultiFactorAuthPresent", absent}, {&web, "aws:MultiFactorAuthAge", absent}, {&saml, "aws:MultiFactorAuthPresent", absent},
		{vouched, "aws:MultiFactorAuthPresent", absent}, {vouched, "aws:TokenIssueTime", "2026-05-04T03:02:01Z"},
		{&web, "aws:FederatedProvider", "arn:aws:iam::123456789012:oidc-provider/idp.example"}, {&bare, "aws:FederatedProvider", absent}, {&saml, "aws:FederatedProvider", absent},
		{bob, "aws:PrincipalTag/team", "blue"}, {bob, "aws:PrincipalTag/TEAM", "blue"}, {bob, "aws:PrincipalTag/none", absent},
		{role, "aws:PrincipalTag/Team", "session"}, {role, "aws:PrincipalTag/own", "x"}, {&bare, "aws:PrincipalTag/Team", "role"},
		{role, "cognito-identity.amazonaws.com:sub", "id-1"}, {bob, "cognito-identity.amazonaws.com:sub", absent},
		{bob, "sts:ExternalId", "ask"}, {bob, "aws:Unheard", absent},
	} {
		condition := `"StringEquals":{"` + c.key + `":"` + c.want + `"}`
		if c.want == absent {
			condition = `"Null":{"` + c.key + `":"true"}`
		}
		a, p, _ := setup(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{`+condition+`}}`)
		ask := caller.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Context: iampolicy.MapContext{"sts:externalid": {"ask"}}}
		ctx := caller.WithRequest(context.Background(), &caller.Request{Time: now, Region: "us-east-1", SourceIP: netip.MustParseAddr("192.0.2.1"), UserAgent: "ua", Secure: true})
		if c.p.Kind == caller.Anonymous { // who has no account is let in by the resource alone
			ask.ResourceAccount = account
			ask.ResourcePolicy = &iampolicy.Named{ID: "r", Policy: parse(t, iampolicy.ResourcePolicy,
				`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{`+condition+`}}`)}
			p.set.Identity = nil
		}
		if c.p.Kind == caller.FederatedUser {
			p.set.Session = named(t, iampolicy.SessionPolicy, allowAll)
		}
		d, err := a.Decide(ctx, c.p, &ask)
		if err != nil || !d.Allowed {
			t.Errorf("%s of %s is not %q (%+v, %v)", c.key, c.p.Kind, c.want, d, err)
		}
	}
}

// TestNoKeysOfNothing: what a request does not have is absent, and not an empty value that a condition could meet.
func TestNoKeysOfNothing(t *testing.T) {
	for _, key := range []string{"aws:SourceIp", "aws:UserAgent", "aws:RequestedRegion"} {
		a, _, _ := setup(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"`+key+`":"false"}}}`)
		if d, err := a.Decide(context.Background(), user(), &caller.Ask{Action: "s3:GetObject", Resource: "*"}); err != nil || d.Allowed {
			t.Errorf("%s is there: %+v, %v", key, d, err)
		}
	}
}

func TestResourceAccount(t *testing.T) {
	a, _, _ := setup(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"`+account+`"}}}`)
	for account, want := range map[string]bool{"": true, account: true, "999999999999": false} {
		d, err := a.Decide(asking("s3", "GetObject"), user(), &caller.Ask{Action: "s3:GetObject", Resource: "*", ResourceAccount: account})
		if err != nil || d.Allowed != want {
			t.Errorf("account %q: %v, %v", account, d.Allowed, err)
		}
	}
}
