package access_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/sigv4"
)

const (
	keyID  = "AKIAQYLPMN5HAAAAAAAA"
	tempID = "ASIAQYLPMN5HAAAAAAAA"
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	token  = "session-token"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

var errStore = errors.New("the store is gone: canary-cause")

// fakeKeys are long-term keys, with a note of each call.
type fakeKeys struct {
	keys   map[string]caller.Key
	err    error
	asked  []string
	used   []string
	usedAt time.Time
}

func (f *fakeKeys) AccessKey(_ context.Context, id string) (caller.Key, error) {
	f.asked = append(f.asked, id)
	if f.err != nil {
		return caller.Key{}, f.err
	}
	k, ok := f.keys[id]
	if !ok {
		return caller.Key{}, caller.ErrUnknown
	}
	return k, nil
}

func (f *fakeKeys) Used(_ context.Context, id, service, region string, at time.Time) {
	f.used, f.usedAt = append(f.used, id+" "+service+" "+region), at
}

// fakeSessions opens one token.
type fakeSessions struct {
	p     caller.Principal
	s     caller.Secret
	err   error
	asked []string
}

func (f *fakeSessions) OpenSession(_ context.Context, t string, _ time.Time) (caller.Secret, caller.Principal, error) {
	f.asked = append(f.asked, t)
	if f.err != nil {
		return "", caller.Principal{}, f.err
	}
	if t != token {
		return "", caller.Principal{}, caller.ErrUnknown
	}
	return f.s, f.p, nil
}

func newAuth() (*access.Authenticator, *fakeKeys, *fakeSessions) {
	k := &fakeKeys{keys: map[string]caller.Key{
		keyID:                  {Secret: secret, Active: true, Principal: caller.Principal{Kind: caller.User, Name: "bob", AccessKeyID: keyID}},
		"AKIAINACTIVEAAAAAAAA": {Secret: secret, Principal: caller.Principal{Kind: caller.User, Name: "eve"}},
		"AKIAEMPTYSECRETAAAAA": {Active: true, Principal: caller.Principal{Kind: caller.Root}},
		tempID:                 {Secret: secret, Active: true, Principal: caller.Principal{Kind: caller.Root}}, // must never be found through a token
	}}
	s := &fakeSessions{s: secret, p: caller.Principal{Kind: caller.AssumedRole, Name: "r", AccessKeyID: tempID, Session: &caller.Session{}}}
	return &access.Authenticator{Keys: k, Sessions: s}, k, s
}

func request() *sigv4.Request {
	return &sigv4.Request{
		Method: "POST", RequestURI: "/", Host: "sts.us-east-1.amazonaws.com", Body: []byte("Action=GetCallerIdentity"),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}
}

func signed(id, session string, edit func(*sigv4.Request)) *sigv4.Request {
	r := request()
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: session}, "us-east-1", "sts", now)
	if edit != nil {
		edit(r)
	}
	return r
}

func refused(t *testing.T, err error, problem access.Problem, message string) {
	t.Helper()
	var a *access.AuthError
	if !errors.As(err, &a) || a.Problem != problem || message != "" && a.Message != message {
		t.Errorf("answer is %v, want %s: %s", err, problem, message)
	}
}

func TestSigned(t *testing.T) {
	auth, keys, sessions := newAuth()
	p, scope, err := auth.SigV4(t.Context(), signed(keyID, "", nil), "sts", "us-east-1", now)
	if err != nil || p.Name != "bob" || scope.Service != "sts" || scope.Region != "us-east-1" {
		t.Errorf("%+v, %+v, %v", p, scope, err)
	}
	if len(keys.used) != 1 || keys.used[0] != keyID+" sts us-east-1" || !keys.usedAt.Equal(now) || len(sessions.asked) != 0 {
		t.Errorf("uses are %q, sessions %q", keys.used, sessions.asked)
	}
	keys.asked, keys.used = nil, nil
	p, _, err = auth.SigV4(t.Context(), signed(tempID, token, nil), "sts", "", now)
	if err != nil || p.Name != "r" {
		t.Errorf("%+v, %v", p, err)
	}
	if len(keys.asked) != 0 || len(keys.used) != 0 || len(sessions.asked) != 1 {
		t.Errorf("a session was looked up among %q and %q", keys.asked, sessions.asked)
	}
	if _, _, err := auth.SigV4(t.Context(), signed(keyID, "", nil), "", "", now); err != nil {
		t.Errorf("any service: %v", err)
	}
}

func TestPresigned(t *testing.T) {
	auth, _, _ := newAuth()
	r := request()
	r.Method, r.Body, r.Header = "GET", nil, http.Header{}
	r.RequestURI = "/?Action=GetCallerIdentity&Version=2011-06-15"
	sigv4.Presign(r, sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, "us-east-1", "sts", time.Minute, now)
	if _, _, err := auth.SigV4(t.Context(), r, "sts", "", now.Add(59*time.Second)); err != nil {
		t.Error(err)
	}
	_, _, err := auth.SigV4(t.Context(), r, "sts", "", now.Add(61*time.Second))
	if err == nil {
		t.Error("a link works for ever")
	}
}

func TestRefusedSignatures(t *testing.T) {
	const invalid = "The security token included in the request is invalid."
	for _, c := range []struct {
		name    string
		r       *sigv4.Request
		service string
		region  string
		at      time.Time
		problem access.Problem
		message string
		lookups int
	}{
		{"unsigned", request(), "sts", "", now, access.Missing, "Request is missing Authentication Token", 0},
		{"unknown key", signed("AKIAUNKNOWNAAAAAAAAA", "", nil), "sts", "", now, access.UnknownKey, invalid, 1},
		{"inactive key", signed("AKIAINACTIVEAAAAAAAA", "", nil), "sts", "", now, access.UnknownKey, invalid, 1},
		{"long-term key with a token", signed(keyID, token, nil), "sts", "", now, access.UnknownKey, invalid, 1},
		{"another session's key", signed("ASIAQYLPMN5HBBBBBBBB", token, nil), "sts", "", now, access.UnknownKey, invalid, 1},
		{"unknown token", signed(tempID, "other", nil), "sts", "", now, access.UnknownKey, invalid, 1},
		{"other service", signed(keyID, "", nil), "iam", "", now, access.Mismatch, "Credential should be scoped to correct service: 'iam'.", 0},
		{"other region", signed(keyID, "", nil), "sts", "eu-west-1", now, access.Mismatch, "Credential should be scoped to a valid region.", 0},
		{"late", signed(keyID, "", nil), "sts", "", now.Add(16 * time.Minute), access.Mismatch, "", 1},
		{"early", signed(keyID, "", nil), "sts", "", now.Add(-16 * time.Minute), access.Mismatch, "", 1},
		{"body", signed(keyID, "", func(r *sigv4.Request) { r.Body = []byte("Action=GetSessionToken") }), "sts", "", now, access.Mismatch, "", 1},
		{"host", signed(keyID, "", func(r *sigv4.Request) { r.Host = "sts.amazonaws.com" }), "sts", "", now, access.Mismatch, "", 1},
		{"token taken away", signed(tempID, token, func(r *sigv4.Request) { r.Header.Del("X-Amz-Security-Token") }), "sts", "", now, access.Mismatch, "", 1},
		{"half a header", signed(keyID, "", func(r *sigv4.Request) {
			r.Header.Set("Authorization", strings.Split(r.Header.Get("Authorization"), ",")[0])
		}), "sts", "", now, access.Incomplete, "", 0},
	} {
		auth, keys, sessions := newAuth()
		if c.name == "token taken away" {
			delete(keys.keys, tempID)
			c.problem = access.UnknownKey
		}
		p, _, err := auth.SigV4(t.Context(), c.r, c.service, c.region, c.at)
		if p != nil {
			t.Errorf("%s: it is %+v", c.name, p)
		}
		t.Run(c.name, func(t *testing.T) { refused(t, err, c.problem, c.message) })
		if n := len(keys.asked) + len(sessions.asked); n > c.lookups {
			t.Errorf("%s: %d look-ups", c.name, n)
		}
		if len(keys.used) > 0 {
			t.Errorf("%s: counted as a use", c.name)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the secret is in %q", c.name, err)
		}
	}
}

func TestEmptySecretSignsNothing(t *testing.T) {
	for name, empty := range map[string]func(*fakeKeys, *fakeSessions) *sigv4.Request{
		"key": func(*fakeKeys, *fakeSessions) *sigv4.Request {
			r := request()
			sigv4.Sign(r, sigv4.Credentials{AccessKeyID: "AKIAEMPTYSECRETAAAAA"}, "us-east-1", "sts", now)
			return r
		},
		"session": func(_ *fakeKeys, s *fakeSessions) *sigv4.Request {
			s.s = ""
			r := request()
			sigv4.Sign(r, sigv4.Credentials{AccessKeyID: tempID, SessionToken: token}, "us-east-1", "sts", now)
			return r
		},
	} {
		auth, keys, sessions := newAuth()
		p, _, err := auth.SigV4(t.Context(), empty(keys, sessions), "sts", "", now)
		if p != nil {
			t.Errorf("%s: signed in as %+v", name, p)
		}
		refused(t, err, access.Unavailable, "")
	}
}

func TestLookupFailures(t *testing.T) {
	for _, c := range []struct {
		err     error
		problem access.Problem
		message string
	}{
		{errStore, access.Unavailable, "The request could not be authenticated. Try again."},
		{context.Canceled, access.Unavailable, ""},
		{caller.ErrExpired, access.TokenEnded, "The security token included in the request is expired"},
		{caller.ErrUnknown, access.UnknownKey, ""},
		{errors.Join(caller.ErrUnknown, errStore), access.UnknownKey, ""},
	} {
		auth, keys, sessions := newAuth()
		keys.err, sessions.err = c.err, c.err
		for _, r := range []*sigv4.Request{signed(keyID, "", nil), signed(tempID, token, nil)} {
			p, _, err := auth.SigV4(t.Context(), r, "sts", "", now)
			if p != nil {
				t.Errorf("%v: it is %+v", c.err, p)
			}
			refused(t, err, c.problem, c.message)
			if !errors.Is(err, c.err) {
				t.Errorf("the cause is lost for the log: %v", err)
			}
			if strings.Contains(err.Error(), "canary-cause") {
				t.Errorf("the cause is in the message: %v", err)
			}
		}
	}
}
