package front_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/rolesanywhereapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/front"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

const (
	keyID  = "AKIAQYLPMN5HAAAAAAAA"
	secret = "wJalrXUtnFEMI-canary-secret"
	stsAPI = "Version=2011-06-15&Action="
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// house is a server over fakes that note the order in which they are called. Signatures are verified by the real authenticator.
type house struct {
	front.Server
	mu      sync.Mutex
	steps   []string
	request *caller.Request // as the operation saw it
	log     bytes.Buffer
	auth    access.Authenticator
	keyErr  error
	deny    error               // answer of Authorize
	asksErr error               // answer of an operation's authorization entry
	operate func() (any, error) // instead of a good answer
}

func (h *house) step(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps = append(h.steps, fmt.Sprintf(format, args...))
}

func (h *house) AccessKey(_ context.Context, id string) (caller.Key, error) {
	if h.keyErr != nil {
		return caller.Key{}, h.keyErr
	}
	if id != keyID {
		return caller.Key{}, caller.ErrUnknown
	}
	return caller.Key{Secret: secret, Active: true, Principal: caller.Principal{Kind: caller.User, Name: "bob"}}, nil
}

func (h *house) Used(context.Context, string, string, string, time.Time) {}

func (h *house) OpenSession(context.Context, string, time.Time) (caller.Secret, caller.Principal, error) {
	return "", caller.Principal{}, caller.ErrExpired
}

func (h *house) SigV4(ctx context.Context, r *sigv4.Request, service, region string, at time.Time) (*caller.Principal, sigv4.Scope, error) {
	h.step("authenticate %s %s", service, region)
	return h.auth.SigV4(ctx, r, service, region, at)
}

func (h *house) Authorize(_ context.Context, p *caller.Principal, asks []caller.Ask) error {
	for _, a := range asks {
		h.step("authorize %s %s %s exempt=%v", p.Kind, a.Action, a.Resource, a.Exempt)
	}
	return h.deny
}

// perform is the method of every operation.
func perform[In, Out any](h *house) func(context.Context, *In) (*Out, error) {
	return func(ctx context.Context, _ *In) (*Out, error) {
		h.step("operate")
		h.request = caller.RequestFrom(ctx)
		if h.operate != nil {
			if _, err := h.operate(); err != nil {
				return nil, err
			}
		}
		return new(Out), nil
	}
}

func asks[In any](h *house) wire.Asks[In] {
	return func(context.Context, *In) ([]caller.Ask, error) {
		h.step("ask")
		return []caller.Ask{{}}, h.asksErr
	}
}

func bind[In, Out any](h *house, op wire.Op[In, Out]) wire.Binding {
	return wire.Bind(op, perform[In, Out](h), asks[In](h))
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{}
	h.auth = access.Authenticator{Keys: h, Sessions: h}
	r := wire.NewRegistry(cognitoidpapi.Service(), iamapi.Service(), stsapi.Service(), rolesanywhereapi.Service())
	r.Bind(
		bind(h, stsapi.GetAccessKeyInfo), bind(h, iamapi.CreateUser), bind(h, cognitoidpapi.ListUserPools), bind(h, cognitoidpapi.InitiateAuth),
		bind(h, rolesanywhereapi.GetTrustAnchor), bind(h, rolesanywhereapi.CreateProfile),
	)
	ids := 0
	h.Server = front.Server{
		Registry: r, Auth: h, Access: h, Region: "eu-central-1", Now: func() time.Time { return now },
		NewID: func() string { ids++; return fmt.Sprint("id-", ids) }, Log: slog.New(slog.NewJSONHandler(&h.log, nil)),
	}
	return h
}

// call describes a request.
type call struct {
	method, target, host, body string
	header                     map[string]string
	service                    string // signs for it; empty: unsigned
	region                     string // of the scope
	secret                     string // that signs; empty: the right one
}

func (c call) request() *http.Request {
	if c.method == "" {
		c.method = "POST"
	}
	if c.target == "" {
		c.target = "/"
	}
	if c.host == "" {
		c.host = "mayfly.example.org"
	}
	r := httptest.NewRequest(c.method, "http://"+c.host+c.target, strings.NewReader(c.body))
	r.RequestURI = c.target
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if c.service == "" {
		return r
	}
	if c.region == "" {
		c.region = "us-east-1"
	}
	if c.secret == "" {
		c.secret = secret
	}
	s := &sigv4.Request{Method: c.method, RequestURI: c.target, Host: c.host, Header: r.Header, Body: []byte(c.body)}
	sigv4.Sign(s, sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: c.secret}, c.region, c.service, now)
	return r
}

func (h *house) send(c call) *httptest.ResponseRecorder { return h.serve(c.request()) }

func (h *house) serve(r *http.Request) *httptest.ResponseRecorder {
	h.steps = nil
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Requests of the three protocols that are well.
var (
	form      = map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
	queryCall = call{header: form, body: stsAPI + "GetAccessKeyInfo&AccessKeyId=" + keyID, service: "sts"}
	jsonCall  = call{header: map[string]string{"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools", "Content-Type": "application/x-amz-json-1.1"},
		body: `{"MaxResults":1}`, service: "cognito-idp"}
	restCall = call{method: "GET", target: "/trustanchor/11111111-2222-3333-4444-555555555555", service: "rolesanywhere"}
	openCall = call{header: map[string]string{"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"},
		body: `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"abc","AuthParameters":{"PASSWORD":"canary-secret"}}`}
)

var errCause = errors.New("disk on canary-host failed")

func with(c call, change func(*call)) call {
	h := map[string]string{}
	for k, v := range c.header {
		h[k] = v
	}
	c.header = h
	change(&c)
	return c
}
