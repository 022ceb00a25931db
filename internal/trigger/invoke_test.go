package trigger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/outbound"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// world is a server with functions and an invoker that reaches it.
type world struct {
	*Invoker
	t     *testing.T
	pool  directory.Pool
	calls atomic.Int32
}

// open makes a world whose function foo is at the server; change may say more about it.
func open(t *testing.T, h http.HandlerFunc, change func(*Target), more func(*Config)) *world {
	t.Helper()
	w := &world{t: t, pool: directory.Pool{ID: "us-east-1_AAAAAAAAA", Region: "us-east-1"}}
	for _, name := range []*string{&w.pool.Triggers.PreSignUp, &w.pool.Triggers.DefineAuthChallenge, &w.pool.Triggers.PostConfirmation, &w.pool.Triggers.CustomSMSSender, &w.pool.Triggers.PreTokenGeneration} {
		*name = fooARN
	}
	s := httptest.NewServer(http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		w.calls.Add(1)
		h(a, r)
	}))
	t.Cleanup(s.Close)
	target := Target{URL: s.URL}
	if change != nil {
		change(&target)
	}
	client := outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	c := Config{Functions: map[string]Target{fooARN: target}, Client: client, Now: now}
	if more != nil {
		more(&c)
	}
	w.Invoker = New(c)
	return w
}

func (w *world) invoke(source hook.Source, request, response any) error {
	called, err := w.Invoke(w.t.Context(), hook.Call{Pool: &w.pool, ClientID: "client", Username: "ada", Source: source}, request, response)
	if !called {
		w.t.Error("not called")
	}
	return err
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		call     hook.Call
		version  string
		request  any
		response any
		want     string
	}{
		"pre sign-up": {
			hook.Call{ClientID: "client", Username: "ada", Source: hook.PreSignUpSignUp}, "1",
			hook.Request{UserAttributes: map[string]string{"email": "a@b"}, ValidationData: map[string]string{"k": "v"}}, &hook.SignUpResponse{},
			`{"version":"1","region":"us-east-1","userPoolId":"p","userName":"ada","callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"client"},
			"triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"email":"a@b"},"validationData":{"k":"v"}},
			"response":{"autoConfirmUser":false,"autoVerifyEmail":false,"autoVerifyPhone":false}}`,
		},
		"define": {
			hook.Call{Source: hook.DefineAuthChallenge}, "1", hook.DefineRequest{Session: []hook.ChallengeResult{}}, &hook.DefineResponse{},
			`{"version":"1","region":"us-east-1","userPoolId":"p","userName":"","callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"CLIENT_ID_NOT_APPLICABLE"},
			"triggerSource":"DefineAuthChallenge_Authentication","request":{"userAttributes":null,"session":[],"userNotFound":false},
			"response":{"challengeName":null,"issueTokens":null,"failAuthentication":null}}`,
		},
		"nothing to answer": {
			hook.Call{Source: hook.PostConfirmationSignUp}, "2", hook.Request{}, nil,
			`{"version":"2","region":"us-east-1","userPoolId":"p","userName":"","callerContext":{"awsSdkVersion":"aws-sdk-unknown-unknown","clientId":"CLIENT_ID_NOT_APPLICABLE"},
			"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":null},"response":{}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.call.Pool = &directory.Pool{ID: "p", Region: "us-east-1"}
			b, err := newEvent(c.call, c.version, c.request, c.response)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal(b, &got), json.Unmarshal([]byte(c.want), &want)); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNoFunction(t *testing.T) {
	i := New(Config{Now: now})
	called, err := i.Invoke(t.Context(), hook.Call{Pool: &directory.Pool{}, Source: hook.PreSignUpSignUp}, hook.Request{}, &hook.SignUpResponse{})
	if called || err != nil {
		t.Error(called, err)
	}
}

func TestAnswerIsDecoded(t *testing.T) {
	w := open(t, func(a http.ResponseWriter, r *http.Request) {
		var event map[string]any
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			t.Error(err)
		}
		event["response"].(map[string]any)["autoConfirmUser"] = true
		event["response"].(map[string]any)["somethingElse"] = 1
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get(signatureHeader) != "" {
			t.Error(r.Method, r.Header)
		}
		_ = json.NewEncoder(a).Encode(event)
	}, nil, nil)
	var got hook.SignUpResponse
	if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &got); err != nil || got != (hook.SignUpResponse{AutoConfirmUser: true}) {
		t.Error(got, err)
	}
}

func TestOutcomes(t *testing.T) {
	const sense = `{"response":{"autoConfirmUser":true}}`
	lambda := func(f *Target) { f.Lambda = true }
	for name, c := range map[string]struct {
		status int
		header string
		body   string
		lambda bool
		source hook.Source
		want   *wire.ErrorType // nil: fine
		text   string
		calls  int32
	}{
		"fine":                       {200, "", sense, false, hook.PreSignUpSignUp, nil, "", 1},
		"fine by Lambda":             {200, "", sense, true, hook.PreSignUpSignUp, nil, "", 1},
		"empty":                      {200, "", "", false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"null":                       {200, "", "null", false, hook.PostConfirmationSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"no response":                {200, "", "{}", false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"null response":              {200, "", `{"response":null}`, false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"wrong type":                 {200, "", `{"response":{"autoConfirmUser":"maybe"}}`, false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"said twice":                 {200, "", `{"response":{"autoConfirmUser":false,"autoConfirmUser":true}}`, false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"another case":               {200, "", `{"response":{"AutoConfirmUser":true}}`, false, hook.PreSignUpSignUp, api.InvalidLambdaResponseException, "Unrecognizable lambda output", 1},
		"nothing expected":           {200, "", `{"response":{}}`, false, hook.PostConfirmationSignUp, nil, "", 1},
		"senders may answer nothing": {200, "", "", false, hook.SMSSource("SignUp"), nil, "", 1},
		"error":                      {400, "", `{"errorMessage":"no such luck"}`, false, hook.PreSignUpSignUp, api.UserLambdaValidationException, "PreSignUp failed with error no such luck.", 1},
		"error with 200":             {200, "", `{"errorMessage":"no","errorType":"E"}`, false, hook.PreSignUpSignUp, api.UserLambdaValidationException, "PreSignUp failed with error no.", 1},
		"error by Lambda":            {200, "X-Amz-Function-Error: Unhandled", `{"errorMessage":"100% no"}`, true, hook.TokensAuthentication, api.UserLambdaValidationException, "PreTokenGeneration failed with error 100% no.", 1},
		"error without text":         {200, "X-Amz-Function-Error: Unhandled", `x`, true, hook.PreSignUpSignUp, api.UserLambdaValidationException, "PreSignUp failed with error Unhandled.", 1},
		"failed with a response":     {200, "X-Amz-Function-Error: Unhandled", sense, true, hook.PreSignUpSignUp, api.UserLambdaValidationException, "PreSignUp failed with error Unhandled.", 1},
		"4xx without a text":         {403, "", `forbidden`, false, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error ServiceException.", 1},
		"204":                        {204, "", "", false, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error ServiceException.", 1},
		"redirect":                   {302, "Location: /", sense, false, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error ServiceException.", 1},
		"5xx":                        {503, "", sense, false, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error ServiceException.", 3},
		"denied by Lambda":           {403, "X-Amzn-Errortype: AccessDeniedException:http://x", "{}", true, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error AccessDeniedException.", 1},
		"odd error of Lambda":        {403, "X-Amzn-Errortype: <b>", "{}", true, hook.PreSignUpSignUp, api.UnexpectedLambdaException, "PreSignUp invocation failed due to error ServiceException.", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var change func(*Target)
			if c.lambda {
				change = lambda
			}
			w := open(t, func(a http.ResponseWriter, _ *http.Request) {
				if k, v, ok := strings.Cut(c.header, ": "); ok {
					a.Header().Set(k, v)
				}
				a.WriteHeader(c.status)
				_, _ = io.WriteString(a, c.body)
			}, change, nil)
			var response any = &hook.SignUpResponse{}
			if c.source == hook.PostConfirmationSignUp {
				response = nil
			}
			err := w.invoke(c.source, hook.Request{}, response)
			if got := w.calls.Load(); got != c.calls {
				t.Errorf("%d calls", got)
			}
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if e, ok := wire.AsError(err); !ok || e.Type != c.want || e.Message != c.text {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLongErrorsAreCut(t *testing.T) {
	w := open(t, func(a http.ResponseWriter, _ *http.Request) {
		a.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(a).Encode(map[string]string{"errorMessage": "x" + strings.Repeat("é", maxMessage)})
	}, nil, nil)
	e, ok := wire.AsError(w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}))
	if want := "PreSignUp failed with error x" + strings.Repeat("é", (maxMessage-1)/2) + "."; !ok || e.Message != want {
		t.Error(e)
	}
}

func TestThirdTryCounts(t *testing.T) {
	var calls atomic.Int32
	w := open(t, func(a http.ResponseWriter, r *http.Request) {
		switch calls.Add(1) {
		case 1:
			a.WriteHeader(http.StatusInternalServerError)
		case 2:
			panic(http.ErrAbortHandler) // the connection breaks
		default:
			if b, err := io.ReadAll(r.Body); err != nil || len(b) == 0 {
				t.Error("the event did not come again: ", err)
			}
			_, _ = io.WriteString(a, `{"response":{}}`)
		}
	}, nil, nil)
	if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}); err != nil || calls.Load() != 3 {
		t.Error(err, calls.Load())
	}
}

func TestTimeout(t *testing.T) {
	end := make(chan struct{})
	w := open(t, func(http.ResponseWriter, *http.Request) { <-end }, nil, func(c *Config) { c.Try = 30 * time.Millisecond })
	t.Cleanup(func() { close(end) })
	err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{})
	if e, ok := wire.AsError(err); !ok || e.Error() != "UnexpectedLambdaException: PreSignUp invocation failed due to error Socket timeout while invoking Lambda function." {
		t.Error(err)
	}
	if w.calls.Load() != 3 {
		t.Error(w.calls.Load(), "calls")
	}
}

func TestCallerWhoLeavesIsNotTriedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan struct{})
	w := open(t, func(http.ResponseWriter, *http.Request) { cancel(); <-end }, nil, nil)
	t.Cleanup(func() { close(end) })
	_, err := w.Invoke(ctx, hook.Call{Pool: &w.pool, Source: hook.PreSignUpSignUp}, hook.Request{}, &hook.SignUpResponse{})
	if !errors.Is(err, api.UnexpectedLambdaException) || w.calls.Load() != 1 {
		t.Error(err, w.calls.Load())
	}
}

func TestWhichFunction(t *testing.T) {
	target := func(name string) Target { return Target{URL: "http://" + name} }
	i := New(Config{Functions: map[string]Target{fooARN: target("foo"), fooARN + ":1": target("foo1"), "arn:aws:lambda:us-east-1:000000000000:function:bar:x": target("barx")}})
	for arn, want := range map[string]string{
		fooARN: "foo", fooARN + ":1": "foo1", fooARN + ":2": "foo", fooARN + ":$LATEST": "foo",
		"arn:aws:lambda:us-east-1:000000000000:function:bar:x": "barx", "arn:aws:lambda:us-east-1:000000000000:function:bar:y": "",
		"arn:aws:lambda:us-east-1:000000000000:function:bar": "", "arn:aws:lambda:eu-west-1:000000000000:function:foo": "",
		"arn:aws:lambda:us-east-1:111111111111:function:foo": "", "*": "", "": "", fooARN + ":": "", fooARN + ":1:2": "",
	} {
		f := i.find(arn)
		if f == nil && want != "" || f != nil && f.URL != "http://"+want {
			t.Errorf("%q: %+v", arn, f)
		}
	}
	if f := New(Config{Functions: map[string]Target{"*": target("any"), fooARN: target("foo")}}).find(fooARN + "x"); f == nil || f.URL != "http://any" {
		t.Error(f)
	}
	_, err := i.Invoke(t.Context(), hook.Call{Pool: &directory.Pool{Triggers: directory.Triggers{PreSignUp: "arn:nowhere"}}, Source: hook.PreSignUpSignUp}, nil, nil)
	if e, ok := wire.AsError(err); !ok || e.Error() != "UnexpectedLambdaException: PreSignUp invocation failed due to error ResourceNotFoundException." {
		t.Error(err)
	}
}

func TestSignedByHMAC(t *testing.T) {
	w := open(t, func(a http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, []byte(longSecret))
		_, _ = fmt.Fprintf(mac, "%d.%s", now().Unix(), body)
		if got, want := r.Header.Get("Mayfly-Signature"), fmt.Sprintf("t=%d,v1=%s", now().Unix(), hex.EncodeToString(mac.Sum(nil))); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		_, _ = io.WriteString(a, `{"response":{}}`)
	}, func(f *Target) { f.Secret = longSecret }, nil)
	if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}); err != nil {
		t.Error(err)
	}
}

func TestLambdaProtocol(t *testing.T) {
	w := open(t, func(a http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.RequestURI != "/base/2015-03-31/functions/foo/invocations?Qualifier=%24LATEST" || r.Header.Get("X-Amz-Invocation-Type") != "RequestResponse" {
			t.Error(r.RequestURI, r.Header)
		}
		request := sigv4.FromHTTP(r, body)
		s, err := sigv4.Parse(request)
		if err != nil {
			t.Error(err)
			return
		}
		if s.AccessKeyID != "AKIAIOSFODNN7EXAMPLE" || s.Scope.Region != "us-east-1" || s.Scope.Service != "lambda" {
			t.Error(s)
		}
		if err := s.Verify(request, sigv4.DeriveKey("secret", s.Scope), now()); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(a, `{"response":{}}`)
	}, func(f *Target) {
		f.URL += "/base/"
		f.Lambda, f.Credentials = true, &sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}
	}, nil)
	w.pool.Triggers.PreSignUp = fooARN + ":$LATEST"
	if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}); err != nil {
		t.Error(err)
	}
}

func TestLambdaByOtherName(t *testing.T) {
	w := open(t, func(a http.ResponseWriter, r *http.Request) {
		if r.RequestURI != "/2015-03-31/functions/function/invocations" || r.Header.Get("Authorization") != "" {
			t.Error(r.RequestURI)
		}
		_, _ = io.WriteString(a, `{"response":{}}`)
	}, func(f *Target) { f.Lambda, f.Function = true, "function" }, nil)
	w.pool.Triggers.PreSignUp = fooARN + ":1"
	if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}); err != nil {
		t.Error(err)
	}
}

// TestBounded has more callers than places: no more calls than places are under way at once, and all callers are served.
func TestBounded(t *testing.T) {
	var busy, most atomic.Int32
	w := open(t, func(a http.ResponseWriter, _ *http.Request) {
		n := busy.Add(1)
		defer busy.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		_, _ = io.WriteString(a, `{"response":{}}`)
	}, nil, func(c *Config) { c.Parallel = 3 })
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > 3 {
		t.Error(most.Load(), "calls at once")
	}
}

func TestNoPlace(t *testing.T) {
	w := open(t, text(`{"response":{}}`), nil, func(c *Config) { c.Parallel, c.Try = 1, 20*time.Millisecond })
	w.functions[fooARN].places <- struct{}{}
	err := w.invoke(hook.PreSignUpSignUp, hook.Request{}, &hook.SignUpResponse{})
	if e, ok := wire.AsError(err); !ok || e.Message != "PreSignUp invocation failed due to error TooManyRequestsException." || w.calls.Load() != 0 {
		t.Error(err)
	}
}

// FuzzReadAnswer checks that an answer is taken only when it is one strict JSON object, and that an error never comes with a response.
func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{`{"response":{"autoConfirmUser":true}}`, `{"errorMessage":"x"}`, `{"response":{},"errorMessage":"x"}`, `null`, `{"response":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got hook.SignUpResponse
		failure, ok := readAnswer(b, &got)
		if !ok {
			return
		}
		var all map[string]any
		if err := json.Unmarshal(b, &all); err != nil {
			t.Errorf("%q is no object: %v", b, err)
		}
		if failure != nil && got != (hook.SignUpResponse{}) {
			t.Error("an error came with a response")
		}
		if response, is := all["response"].(map[string]any); is {
			if yes, _ := response["autoConfirmUser"].(bool); yes != got.AutoConfirmUser {
				t.Errorf("%q was read as %v", b, got)
			}
		}
	})
}
