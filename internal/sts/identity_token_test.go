package sts

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// tokens keeps what is asked of it.
type tokens struct {
	got *IdentityToken
	err error
}

func (s *tokens) IssueIdentityToken(_ context.Context, t *IdentityToken) (string, error) {
	s.got = t
	return "a.b.c", s.err
}

func tokenRequest(edit func(*stsapi.GetWebIdentityTokenRequest)) *stsapi.GetWebIdentityTokenRequest {
	in := &stsapi.GetWebIdentityTokenRequest{Audience: []string{"https://api.example.com"}, SigningAlgorithm: "ES384"}
	if edit != nil {
		edit(in)
	}
	return in
}

func inRegion(p *caller.Principal) context.Context {
	return caller.WithRequest(caller.WithPrincipal(context.Background(), p), &caller.Request{Time: now, Region: "eu-west-1"})
}

func TestGetWebIdentityToken(t *testing.T) {
	bob := user()
	bob.Tags = map[string]string{"team": "blue"}
	session := &caller.Principal{
		Kind: caller.AssumedRole, Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/reader/s", EntityARN: roleARN,
		Tags: map[string]string{"Team": "blue", "cost": "1"},
		Session: &caller.Session{
			Expires: now.Add(5 * time.Minute), SourceIdentity: "jane", Provider: "accounts.google.com", Tags: map[string]string{"team": "red"},
		},
	}
	root := &caller.Principal{Kind: caller.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root"}
	for name, c := range map[string]struct {
		p    *caller.Principal
		in   *stsapi.GetWebIdentityTokenRequest
		want IdentityToken
	}{
		"user": {bob, tokenRequest(nil), IdentityToken{
			Algorithm: "ES384", Expires: now.Add(5 * time.Minute), Subject: bob.ARN, PrincipalTags: bob.Tags, RequestTags: map[string]string{},
		}},
		"account": {root, tokenRequest(nil), IdentityToken{
			Algorithm: "ES384", Expires: now.Add(5 * time.Minute), Subject: root.ARN, RequestTags: map[string]string{},
		}},
		"role, to the last second of its session": {session, tokenRequest(nil), IdentityToken{
			Algorithm: "ES384", Expires: now.Add(5 * time.Minute), Subject: roleARN, RequestTags: map[string]string{},
			PrincipalTags:  map[string]string{"team": "red", "cost": "1"},
			SessionExpires: now.Add(5 * time.Minute), SourceIdentity: "jane", Provider: "accounts.google.com",
		}},
		"an hour, with tags": {bob, tokenRequest(func(in *stsapi.GetWebIdentityTokenRequest) {
			in.DurationSeconds, in.SigningAlgorithm, in.Tags = ptr(3600), "RS256", []stsapi.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: ""}}
		}), IdentityToken{
			Algorithm: "RS256", Expires: now.Add(time.Hour), Subject: bob.ARN, PrincipalTags: bob.Tags, RequestTags: map[string]string{"a": "1", "b": ""},
		}},
	} {
		s := &tokens{}
		o := &Outbound{Tokens: s}
		out, err := o.GetWebIdentityToken(inRegion(c.p), c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.want.Audience, c.want.Issued, c.want.Account, c.want.Region = []string{"https://api.example.com"}, now, account, "eu-west-1"
		if diff := cmp.Diff(&c.want, s.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if *out.WebIdentityToken != "a.b.c" || !out.Expiration.Equal(c.want.Expires) {
			t.Errorf("%s: %q until %s", name, *out.WebIdentityToken, out.Expiration)
		}
	}
	if diff := cmp.Diff(map[string]string{"team": "red"}, session.Session.Tags); diff != "" {
		t.Errorf("the session's tags changed: %s", diff)
	}
}

func TestGetWebIdentityTokenRefuses(t *testing.T) {
	short := chained(caller.Session{Expires: now.Add(5*time.Minute - time.Second)})
	tag := func(keys ...string) *stsapi.GetWebIdentityTokenRequest {
		return tokenRequest(func(in *stsapi.GetWebIdentityTokenRequest) {
			for _, k := range keys {
				in.Tags = append(in.Tags, stsapi.Tag{Key: k})
			}
		})
	}
	broken := errors.New("no store")
	for name, c := range map[string]struct {
		p      *caller.Principal
		in     *stsapi.GetWebIdentityTokenRequest
		err    error
		code   string
		signed bool // it came as far as that
	}{
		"ES256":              {user(), tokenRequest(func(in *stsapi.GetWebIdentityTokenRequest) { in.SigningAlgorithm = "ES256" }), nil, "ValidationError", false},
		"lower case":         {user(), tokenRequest(func(in *stsapi.GetWebIdentityTokenRequest) { in.SigningAlgorithm = "es384" }), nil, "ValidationError", false},
		"reserved tag":       {user(), tag("AWS:x"), nil, "InvalidParameterValue", false},
		"tag twice":          {user(), tag("a", "A"), nil, "InvalidParameterValue", false},
		"short session":      {short, tokenRequest(nil), nil, stsapi.SessionDurationEscalationException.Code, false},
		"not enabled":        {user(), tokenRequest(nil), caller.ErrUnknown, stsapi.OutboundWebIdentityFederationDisabledException.Code, true},
		"too large":          {user(), tokenRequest(nil), ErrTokenTooLarge, stsapi.JWTPayloadSizeExceededException.Code, true},
		"something is wrong": {user(), tokenRequest(nil), broken, "", true},
	} {
		s := &tokens{err: c.err}
		out, err := (&Outbound{Tokens: s}).GetWebIdentityToken(inRegion(c.p), c.in)
		if err == nil || out != nil || (s.got != nil) != c.signed {
			t.Errorf("%s: %v, %v, signed %v", name, out, err, s.got != nil)
			continue
		}
		if e, ok := wire.AsError(err); ok != (c.code != "") || ok && e.Type.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func TestAskGetWebIdentityToken(t *testing.T) {
	o := &Outbound{}
	self := "arn:aws:sts::" + account + ":self"
	least := iampolicy.MapContext{"sts:signingalgorithm": {"ES384"}, "sts:durationseconds": {"300"}, "sts:identitytokenaudience": {"https://api.example.com"}}
	full := iampolicy.MapContext{
		"sts:signingalgorithm": {"ES384"}, "sts:durationseconds": {"60"}, "sts:identitytokenaudience": {"https://api.example.com"},
		"aws:requesttag/job": {"1"}, "aws:tagkeys": {"Job"},
	}
	for name, c := range map[string]struct {
		in   *stsapi.GetWebIdentityTokenRequest
		want []caller.Ask
	}{
		"least": {tokenRequest(nil), []caller.Ask{{Action: "sts:GetWebIdentityToken", Resource: self, Context: least}}},
		"tags": {tokenRequest(func(in *stsapi.GetWebIdentityTokenRequest) {
			in.DurationSeconds, in.Tags = ptr(60), []stsapi.Tag{{Key: "Job", Value: "1"}}
		}), []caller.Ask{
			{Action: "sts:GetWebIdentityToken", Resource: self, Context: full}, {Action: "sts:TagGetWebIdentityToken", Resource: self, Context: full},
		}},
	} {
		got, err := o.askGetWebIdentityToken(inRegion(user()), c.in)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}
