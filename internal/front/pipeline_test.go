package front_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestOrderOfStages(t *testing.T) {
	for _, c := range []struct {
		name  string
		call  call
		steps []string
	}{
		{"query", queryCall, []string{"authenticate sts ", "ask", "authorize User sts:GetAccessKeyInfo * exempt=false", "operate"}},
		{"json", jsonCall, []string{"authenticate cognito-idp ", "ask", "authorize User cognito-idp:ListUserPools * exempt=false", "operate"}},
		{"rest", restCall, []string{"authenticate rolesanywhere ", "ask", "authorize User rolesanywhere:GetTrustAnchor * exempt=false", "operate"}},
		{"unsigned", openCall, []string{"authorize Anonymous   exempt=true", "operate"}},
	} {
		h := newHouse(t)
		w := h.send(c.call)
		if w.Code != 200 {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if d := cmp.Diff(c.steps, h.steps); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		checkHeaders(t, c.name, w)
	}
}

func checkHeaders(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	h := w.Header()
	if h.Get("Content-Length") != strconv.Itoa(w.Body.Len()) || h.Get("Cache-Control") != "no-store" || h.Get("X-Amzn-Requestid") != "id-1" || h.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s: headers %v with %d bytes", name, h, w.Body.Len())
	}
}

// TestStrangersReachNothing: whoever is not who they say is told so before their input is looked at.
func TestStrangersReachNothing(t *testing.T) {
	broken := map[string]call{
		"query": with(queryCall, func(c *call) { c.body = stsAPI + "GetAccessKeyInfo&Nested.member.x=1" }),
		"json":  with(jsonCall, func(c *call) { c.body = `{"MaxResults":` }),
		"rest":  {target: "/profiles", body: `{`, service: "rolesanywhere"},
	}
	for name, c := range broken {
		for _, secret := range []string{"wrong", ""} {
			h := newHouse(t)
			c.secret = secret
			if secret == "" {
				c.service = ""
			}
			w := h.send(c)
			if want := map[string]int{"query": 403, "json": 400, "rest": 403}[name]; w.Code != want || strings.Contains(w.Body.String(), "Serialization") || strings.Contains(w.Body.String(), "Malformed") {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
			if len(h.steps) != 1 || !strings.HasPrefix(h.steps[0], "authenticate") {
				t.Errorf("%s: reached %q", name, h.steps)
			}
		}
	}
}

// TestAuthorizedBeforeValidated: a caller without permission learns nothing about the input.
func TestAuthorizedBeforeValidated(t *testing.T) {
	short := with(queryCall, func(c *call) { c.body = stsAPI + "GetAccessKeyInfo&AccessKeyId=x" })
	h := newHouse(t)
	h.deny = &access.Denied{Message: "no"}
	if w := h.send(short); w.Code != 403 || !strings.Contains(w.Body.String(), "<Code>AccessDenied</Code><Message>no</Message>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	h.deny = nil
	if w := h.send(short); w.Code != 400 || !strings.Contains(w.Body.String(), "<Code>ValidationError</Code>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, s := range h.steps {
		if s == "operate" {
			t.Error("an input beyond its bounds was acted on")
		}
	}
}

func TestUnboundOperations(t *testing.T) {
	for name, c := range map[string]call{
		"query": with(queryCall, func(c *call) { c.body = stsAPI + "AssumeRole" }),
		"json":  with(jsonCall, func(c *call) { c.header["X-Amz-Target"] = "AWSCognitoIdentityProviderService.CreateUserPool" }),
		"rest":  with(restCall, func(c *call) { c.target = "/profiles" }),
	} {
		h := newHouse(t)
		if w := h.send(c); w.Code != 501 || !strings.Contains(w.Body.String()+w.Header().Get("X-Amzn-Errortype"), "NotImplemented") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		c.secret = "wrong"
		if w := h.send(c); w.Code >= 500 {
			t.Errorf("%s: a stranger learns what is there: %d", name, w.Code)
		}
		if h.log.Len() > 0 {
			t.Errorf("%s: logged as a failure: %s", name, h.log.String())
		}
	}
}

// TestErrorCodes holds the code, status and shape of the pipeline's own errors in each protocol.
func TestErrorCodes(t *testing.T) {
	auth := func(p access.Problem) error { return &access.AuthError{Problem: p, Message: "m"} }
	for _, c := range []struct {
		err               error
		query, json, rest int
		queryCode, code   string
	}{
		{&access.Denied{Message: "m"}, 403, 400, 403, "AccessDenied", "AccessDeniedException"},
		{auth(access.Missing), 403, 400, 403, "MissingAuthenticationToken", "MissingAuthenticationTokenException"},
		{auth(access.Incomplete), 400, 400, 400, "IncompleteSignature", "IncompleteSignatureException"},
		{auth(access.UnknownKey), 403, 400, 403, "InvalidClientTokenId", "UnrecognizedClientException"},
		{auth(access.TokenEnded), 403, 400, 403, "ExpiredToken", "ExpiredTokenException"},
		{auth(access.Mismatch), 403, 400, 403, "SignatureDoesNotMatch", "InvalidSignatureException"},
		{auth(access.Unavailable), 503, 503, 503, "ServiceUnavailable", "ServiceUnavailableException"},
		{auth("unheard of"), 503, 503, 503, "ServiceUnavailable", "ServiceUnavailableException"},
	} {
		h := newHouse(t)
		h.deny = c.err
		w := h.send(queryCall)
		if w.Code != c.query || !strings.Contains(w.Body.String(), "<Code>"+c.queryCode+"</Code>") || !strings.Contains(w.Body.String(), "<RequestId>id-1</RequestId>") || w.Header().Get("Content-Type") != "text/xml" {
			t.Errorf("query, %v: %d %v %s", c.err, w.Code, w.Header(), w.Body)
		}
		w = h.send(jsonCall)
		if w.Code != c.json || !strings.Contains(w.Body.String(), `"__type":"`+c.code+`"`) || w.Header().Get("Content-Type") != "application/x-amz-json-1.1" {
			t.Errorf("json, %v: %d %v %s", c.err, w.Code, w.Header(), w.Body)
		}
		w = h.send(restCall)
		if w.Code != c.rest || w.Header().Get("X-Amzn-Errortype") != c.code || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("rest, %v: %d %v %s", c.err, w.Code, w.Header(), w.Body)
		}
	}
}

// TestOurFaults: the caller learns the request id, the log the cause.
func TestOurFaults(t *testing.T) {
	wrapped := cognitoidpapi.InternalErrorException.New("").Because(errCause)
	for name, set := range map[string]func(*house){
		"deciding":         func(h *house) { h.deny = errCause },
		"asking":           func(h *house) { h.asksErr = errCause },
		"operating":        func(h *house) { h.operate = func() (any, error) { return nil, errCause } },
		"a service's own":  func(h *house) { h.operate = func() (any, error) { return nil, wrapped } },
		"looking a key up": func(h *house) { h.keyErr = errCause },
		"a panic":          func(h *house) { h.operate = func() (any, error) { panic(errCause) } },
	} {
		for protocol, c := range map[string]call{"query": queryCall, "json": jsonCall, "rest": restCall} {
			h := newHouse(t)
			set(h)
			w := h.send(c)
			if w.Code != 500 && w.Code != 503 {
				t.Errorf("%s, %s: %d %s", name, protocol, w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "canary") {
				t.Errorf("%s, %s: the cause is in the answer: %s", name, protocol, w.Body)
			}
			if log := h.log.String(); !strings.Contains(log, "canary-host") || !strings.Contains(log, `"requestId":"id-1"`) || strings.Contains(log, secret) {
				t.Errorf("%s, %s: the log has %s", name, protocol, log)
			}
			checkHeaders(t, name, w)
		}
	}
}

func TestPanics(t *testing.T) {
	h := newHouse(t)
	h.operate = func() (any, error) { panic(map[string]string{"password": "canary-secret"}) }
	w := h.send(queryCall)
	if w.Code != 500 || !strings.Contains(w.Body.String(), "<RequestId>id-1</RequestId>") || !strings.Contains(w.Body.String(), "<Type>Receiver</Type>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if log := h.log.String(); strings.Contains(log, "canary-secret") || !strings.Contains(log, "map[string]string") || !strings.Contains(log, "pipeline_test.go") {
		t.Errorf("the log has %s", log)
	}
	h.operate = nil
	if w := h.send(queryCall); w.Code != 200 {
		t.Errorf("after the panic: %d", w.Code)
	}
	h.operate = func() (any, error) { panic(http.ErrAbortHandler) }
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("an aborted request ended with %v", v)
		}
	}()
	h.send(queryCall)
	t.Error("an aborted request was answered")
}

// halfWriter breaks in the middle of an answer.
type halfWriter struct{ *httptest.ResponseRecorder }

func (halfWriter) Write([]byte) (int, error) { panic("connection torn") }

func TestPanicWhileAnswering(t *testing.T) {
	h := newHouse(t)
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("half an answer ended with %v: it must be cut off", v)
		}
	}()
	h.ServeHTTP(halfWriter{httptest.NewRecorder()}, queryCall.request())
}

// TestCancelled: a request that was given up never gets an answer that looks like success.
func TestCancelled(t *testing.T) {
	h := newHouse(t)
	h.operate = func() (any, error) { return nil, context.Canceled }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w := h.serve(queryCall.request().WithContext(ctx)); w.Code != 503 || w.Body.Len() == 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if h.log.Len() > 0 {
		t.Errorf("a client that has gone is logged: %s", h.log.String())
	}
}

func TestBodies(t *testing.T) {
	const most = 2 << 20
	pad := func(n int) string { return queryCall.body + "&X=" + strings.Repeat("x", n-len(queryCall.body)-3) }
	h := newHouse(t)
	if w := h.send(with(queryCall, func(c *call) { c.body = pad(most) })); w.Code != 200 {
		t.Errorf("the largest: %d", w.Code)
	}
	for name, r := range map[string]*http.Request{
		"declared": with(queryCall, func(c *call) { c.body = pad(most + 1) }).request(),
		"chunked": func() *http.Request {
			r := with(queryCall, func(c *call) { c.body = pad(most + 1) }).request()
			r.ContentLength = -1
			return r
		}(),
		"only declared": func() *http.Request {
			r := queryCall.request()
			r.ContentLength = 1 << 40
			r.Body = io.NopCloser(iotest.ErrReader(errors.New("it was read")))
			return r
		}(),
	} {
		if w := h.serve(r); w.Code != 413 || len(h.steps) > 0 {
			t.Errorf("%s: %d %s %q", name, w.Code, w.Body, h.steps)
		}
	}
	r := queryCall.request()
	r.Body = io.NopCloser(iotest.ErrReader(errors.New("reset")))
	if w := h.serve(r); w.Code != 400 {
		t.Errorf("broken: %d %s", w.Code, w.Body)
	}
}

func TestPreflight(t *testing.T) {
	h := newHouse(t)
	w := h.send(call{method: "OPTIONS", header: map[string]string{"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}})
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Authorization") || w.Header().Get("Access-Control-Allow-Credentials") != "" || len(h.steps) > 0 {
		t.Errorf("%d %v %q", w.Code, w.Header(), h.steps)
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	h := newHouse(t)
	h.operate = func() (any, error) { return nil, errCause }
	h.send(openCall)
	h.send(with(queryCall, func(c *call) { c.body += "&Password=canary-secret" }))
	if log := h.log.String(); strings.Contains(log, "canary-secret") || strings.Contains(log, "Signature=") || !strings.Contains(log, "canary-host") {
		t.Errorf("the log has %s", log)
	}
}

func TestRequestFacts(t *testing.T) {
	h := newHouse(t)
	r := with(queryCall, func(c *call) { c.header["User-Agent"] = "aws-cli/2" }).request()
	r.RemoteAddr = "[::ffff:192.0.2.7]:1234"
	if w := h.serve(r); w.Code != 200 {
		t.Fatal(w.Body)
	}
	got := *h.request
	if got.SourceIP.String() != "192.0.2.7" {
		t.Errorf("it comes from %v", got.SourceIP)
	}
	got.SourceIP = caller.Request{}.SourceIP
	want := caller.Request{ID: "id-1", Time: now, Region: "us-east-1", Host: "mayfly.example.org", UserAgent: "aws-cli/2", Service: "sts", Operation: "GetAccessKeyInfo"}
	if got != want {
		t.Errorf("facts are %+v", got)
	}
}
