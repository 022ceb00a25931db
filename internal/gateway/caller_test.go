package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/gateway"
	"github.com/mayfly-id/mayfly/sigv4"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

const secret = "wJalrXUtnFEMI-canary"

// house answers look-ups with fixed things; the authenticator over them is the real one.
type house struct {
	keyErr   error
	tokenErr error
	asked    []string // access tokens
	log      bytes.Buffer
}

func (h *house) AccessKey(_ context.Context, id string) (caller.Key, error) {
	if h.keyErr != nil {
		return caller.Key{}, h.keyErr
	}
	if id != "AKIAQYLPMN5HAAAAAAAA" {
		return caller.Key{}, caller.ErrUnknown
	}
	return caller.Key{Secret: secret, Active: true, Principal: caller.Principal{Kind: caller.User, Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/bob", UserID: "AIDA", AccessKeyID: id}}, nil
}

func (h *house) Used(context.Context, string, string, string, time.Time) {}

func (h *house) OpenSession(_ context.Context, token string, at time.Time) (caller.Secret, caller.Principal, error) {
	if token != "token" {
		return "", caller.Principal{}, caller.ErrUnknown
	}
	if at.After(now.Add(time.Hour)) {
		return "", caller.Principal{}, caller.ErrExpired
	}
	return secret, caller.Principal{
		Kind: caller.AssumedRole, Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/r/s", UserID: "AROA:s", AccessKeyID: "ASIAQYLPMN5HAAAAAAAA",
		Session: &caller.Session{Expires: now.Add(time.Hour), FederatedContext: map[string][]string{"cognito-identity.amazonaws.com:sub": {"us-east-1:x"}}},
	}, nil
}

func (h *house) VerifyAccessToken(_ context.Context, token string) (gateway.AccessToken, error) {
	h.asked = append(h.asked, token)
	if h.tokenErr != nil {
		return gateway.AccessToken{}, h.tokenErr
	}
	if token != "good" {
		return gateway.AccessToken{}, fmt.Errorf("expired: %w", gateway.ErrRefused)
	}
	return gateway.AccessToken{UserPoolID: "us-east-1_a", ClientID: "c", Subject: "s", Username: "u", Scope: "aws.cognito.signin.user.admin", Expires: 7}, nil
}

func (h *house) send(r *http.Request, at time.Time) *httptest.ResponseRecorder {
	c := &gateway.Caller{Signatures: &access.Authenticator{Keys: h, Sessions: h}, Tokens: h, Now: func() time.Time { return at }, Log: slog.New(slog.NewTextHandler(&h.log, nil))}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func plain() *http.Request {
	return httptest.NewRequest("GET", "http://api.example.org/_mayfly/caller?a=b", nil)
}

func signed(id, session string, method, body string) *http.Request {
	r := httptest.NewRequest(method, "http://api.example.org/_mayfly/caller?a=b", strings.NewReader(body))
	s := &sigv4.Request{Method: method, RequestURI: r.RequestURI, Host: r.Host, Header: r.Header, Body: []byte(body)}
	s.RequestURI = "/_mayfly/caller?a=b"
	r.RequestURI = s.RequestURI
	sigv4.Sign(s, sigv4.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: session}, "eu-west-1", "execute-api", now)
	return r
}

func presigned() *http.Request {
	s := &sigv4.Request{Method: "GET", RequestURI: "/_mayfly/caller", Host: "api.example.org", Header: http.Header{}}
	sigv4.Presign(s, sigv4.Credentials{AccessKeyID: "AKIAQYLPMN5HAAAAAAAA", SecretAccessKey: secret}, "eu-west-1", "execute-api", time.Minute, now)
	r := httptest.NewRequest("GET", "http://api.example.org"+s.RequestURI, nil)
	r.RequestURI = s.RequestURI
	return r
}

func bearer(values ...string) *http.Request {
	r := plain()
	for _, v := range values {
		r.Header.Add("Authorization", v)
	}
	return r
}

func TestCaller(t *testing.T) {
	key := `{"account":"123456789012","arn":"arn:aws:iam::123456789012:user/bob","userId":"AIDA","accessKeyId":"AKIAQYLPMN5HAAAAAAAA","service":"execute-api","region":"eu-west-1"}`
	session := `{"account":"123456789012","arn":"arn:aws:sts::123456789012:assumed-role/r/s","userId":"AROA:s","accessKeyId":"ASIAQYLPMN5HAAAAAAAA","service":"execute-api","region":"eu-west-1","expires":1777867321,"cognitoIdentityId":"us-east-1:x"}`
	token := `{"userPoolId":"us-east-1_a","clientId":"c","sub":"s","username":"u","scope":"aws.cognito.signin.user.admin","expires":7}`
	const unauthorized = `{"message":"Unauthorized"}`
	both := signed("AKIAQYLPMN5HAAAAAAAA", "", "GET", "")
	both.Header.Add("Authorization", "Bearer good")
	presignedBearer := presigned()
	presignedBearer.Header.Set("Authorization", "Bearer good")
	tampered := signed("AKIAQYLPMN5HAAAAAAAA", "", "POST", "x")
	tampered.Body = io.NopCloser(strings.NewReader("y"))
	for _, c := range []struct {
		name   string
		r      *http.Request
		at     time.Time
		status int
		body   string // empty: any
	}{
		{"signed", signed("AKIAQYLPMN5HAAAAAAAA", "", "GET", ""), now, 200, key},
		{"signed with a body", signed("AKIAQYLPMN5HAAAAAAAA", "", "POST", "x"), now, 200, key},
		{"signed by a session", signed("ASIAQYLPMN5HAAAAAAAA", "token", "GET", ""), now, 200, session},
		{"presigned", presigned(), now, 200, key},
		{"bearer", bearer("Bearer good"), now, 200, token},
		{"bare token", bearer("good"), now, 200, token},
		{"neither", plain(), now, 401, unauthorized},
		{"empty", bearer(""), now, 401, unauthorized},
		{"only Bearer", bearer("Bearer "), now, 401, unauthorized},
		{"bearer twice", bearer("Bearer Bearer good"), now, 401, unauthorized},
		{"bad token", bearer("Bearer bad"), now, 401, unauthorized},
		{"basic", bearer("Basic Z29vZA=="), now, 401, unauthorized},
		{"two tokens", bearer("Bearer good", "Bearer good"), now, 401, unauthorized},
		{"signed and token", both, now, 401, unauthorized},
		{"presigned and token", presignedBearer, now, 403, ""},
		{"unknown key", signed("AKIAQYLPMN5HBBBBBBBB", "", "GET", ""), now, 403, `{"message":"The security token included in the request is invalid."}`},
		{"expired session", signed("ASIAQYLPMN5HAAAAAAAA", "token", "GET", ""), now.Add(2 * time.Hour), 403, `{"message":"The security token included in the request is expired"}`},
		{"late", signed("AKIAQYLPMN5HAAAAAAAA", "", "GET", ""), now.Add(time.Hour), 403, ""},
		{"late link", presigned(), now.Add(2 * time.Minute), 403, ""},
		{"tampered", tampered, now, 403, ""},
	} {
		h := &house{}
		w := h.send(c.r, c.at)
		if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != c.status || c.body != "" && got != c.body {
			t.Errorf("%s: %d %s", c.name, w.Code, got)
		}
		checkAnswer(t, c.name, w)
		if h.log.Len() > 0 {
			t.Errorf("%s: logged %s", c.name, h.log.String())
		}
		if strings.HasPrefix(c.name, "signed") && len(h.asked) > 0 {
			t.Errorf("%s: taken for a token: %q", c.name, h.asked)
		}
	}
}

func checkAnswer(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	h := w.Header()
	if h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/json" || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%s: headers %v, body %s", name, h, w.Body)
	}
	if (w.Code == 401) != (h.Get("WWW-Authenticate") == "Bearer") {
		t.Errorf("%s: challenge %q with %d", name, h.Get("WWW-Authenticate"), w.Code)
	}
	if strings.Contains(w.Body.String(), "canary") {
		t.Errorf("%s: a secret is in %s", name, w.Body)
	}
}

func TestUnavailable(t *testing.T) {
	broken := errors.New("dial tcp: store at canary-host")
	for name, r := range map[string]*http.Request{"signed": signed("AKIAQYLPMN5HAAAAAAAA", "", "GET", ""), "token": bearer("Bearer good")} {
		h := &house{keyErr: broken, tokenErr: broken}
		w := h.send(r, now)
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, w.Code)
		}
		checkAnswer(t, name, w)
		if !strings.Contains(h.log.String(), "canary-host") {
			t.Errorf("%s: the log does not say why: %s", name, h.log.String())
		}
	}
}

func TestBodies(t *testing.T) {
	h := &house{}
	r := signed("AKIAQYLPMN5HAAAAAAAA", "", "POST", strings.Repeat("x", 1<<20))
	if w := h.send(r, now); w.Code != 200 {
		t.Errorf("the largest body: %d %s", w.Code, w.Body)
	}
	r = signed("AKIAQYLPMN5HAAAAAAAA", "", "POST", strings.Repeat("x", 1<<20+1))
	if w := h.send(r, now); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a larger one: %d %s", w.Code, w.Body)
	}
	r = signed("AKIAQYLPMN5HAAAAAAAA", "", "POST", "x")
	r.Body = io.NopCloser(iotest.ErrReader(errors.New("reset")))
	if w := h.send(r, now); w.Code != http.StatusBadRequest {
		t.Errorf("a broken one: %d %s", w.Code, w.Body)
	}
}
