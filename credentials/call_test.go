package credentials_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// TestNoRedirect: what is for one server goes to no other, whatever HTTP client it is sent with. A client that says how it follows is believed.
func TestNoRedirect(t *testing.T) {
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, status) }))
		for name, h := range map[string]*http.Client{"none": nil, "plain": {}, "with a transport": {Transport: http.DefaultTransport}} {
			c := &credentials.Client{Region: "eu-west-1", Endpoint: server.URL, HTTP: h}
			p := &credentials.Password{Pool: &credentials.UserPool{Client: c, ID: "eu-west-1_x", ClientID: "c"}, Username: "u", Password: "canary"}
			var refused *credentials.ServiceError
			if _, err := p.Tokens(t.Context()); !errors.As(err, &refused) || refused.Status != status {
				t.Errorf("%d, client %s: %v", status, name, err)
			}
			if _, err := c.ListAccounts(t.Context(), "canary"); !errors.As(err, &refused) {
				t.Errorf("%d, client %s: %v", status, name, err)
			}
			if _, err := credentials.Discover(t.Context(), h, server.URL); err == nil {
				t.Errorf("%d, client %s: discovered", status, name)
			}
			if h != nil && h.CheckRedirect != nil {
				t.Error("the caller's client is changed")
			}
		}
		server.Close()
	}
	if n := stolen.Load(); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

// TestEndlessAnswers: an answer that no service gives is not read to its end, and not taken.
func TestEndlessAnswers(t *testing.T) {
	for _, status := range []int{200, 400} {
		asked := 0
		c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			asked++
			return said(status, nil, `{"a":"`+strings.Repeat("x", 2<<20)+`"}`), nil
		})}}
		var down *credentials.UnreachableError
		if _, err := c.ListAccounts(t.Context(), "canary"); !errors.As(err, &down) || asked != 1 {
			t.Errorf("%d: %v, asked %d times", status, err, asked)
		}
	}
}

// TestErrorsAreFit: what a service says goes to a terminal without what a terminal obeys, and without the request that some services repeat below.
func TestErrorsAreFit(t *testing.T) {
	const canonical = "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:token-canary"
	for name, body := range map[string]string{
		"signature": "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>" + canonical + "</Message></Error></ErrorResponse>",
		"JSON":      `{"__type":"SignatureDoesNotMatch","message":"` + strings.ReplaceAll(canonical, "\n", `\n`) + `"}`,
		"escapes":   `{"__type":"a#Co\u001b[2Jde:x","message":"m\u001b]0;t\u0007\u202e\u009b31m\r","error":"\u001bR"}`,
		"long":      `{"__type":"Code","message":"` + strings.Repeat("m", 1<<19) + `"}`,
		"no error":  "<html>token-canary</html>",
	} {
		c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			return said(403, http.Header{"X-Amzn-Requestid": {"id\x1b"}}, body), nil
		})}}
		_, err := c.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "token-canary"})
		var e *credentials.ServiceError
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v", name, err)
		}
		if text := fmt.Sprintf("%v%+v", err, *e); strings.Contains(text, "canary") || strings.ContainsAny(text, "\x1b\x07\r\n\u202e\u009b") || len(text) > 20<<10 {
			t.Errorf("%s: %.300q", name, text)
		}
	}
}

// TestOtherErrorsAreFit: what speaks no HTTP, or asks for nonsense, says no more to a terminal.
func TestOtherErrorsAreFit(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\x1b]0;title\x07\u009b31m\r\n\r\n")
			_ = conn.Close()
		}
	}()
	c := &credentials.Client{Region: "eu-west-1", Endpoint: "http://" + l.Addr().String()}
	_, err = c.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t"})
	var silent *credentials.UnreachableError
	if !errors.As(err, &silent) || strings.ContainsAny(err.Error(), "\x1b\x07\u009b") {
		t.Errorf("%q", err)
	}
	c = &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
		return said(200, nil, `{"ChallengeName":"\u001b[2J\u009bX"}`), nil
	})}}
	_, err = (&credentials.Password{Pool: &credentials.UserPool{Client: c}}).Tokens(t.Context())
	var asked *credentials.ChallengeError
	if !errors.As(err, &asked) || strings.ContainsAny(err.Error(), "\x1b\u009b") {
		t.Errorf("%q", err)
	}
}

// TestRegionIsNoHost: a Region that comes from somewhere does not choose the host.
func TestRegionIsNoHost(t *testing.T) {
	for _, region := range []string{"", "x.evil.example/", "evil.example#", "a b", "-", "eu-west-1.", "EU", "a@b", strings.Repeat("a", 64), "a\n"} {
		c := &credentials.Client{Region: region, HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			t.Errorf("%q: goes to %s", region, r.Host)
			return nil, errors.New("no")
		})}}
		if _, err := c.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}); err == nil {
			t.Errorf("%q is a Region", region)
		}
		if _, err := (&credentials.SSODevice{SSO: &credentials.SSO{Client: c, Store: &credentials.Memory{}}, Show: quiet}).Tokens(t.Context()); err == nil {
			t.Errorf("%q is a Region", region)
		}
	}
	for region, host := range map[string]string{"eu-west-1": "sts.eu-west-1.amazonaws.com", "cn-north-1": "sts.cn-north-1.amazonaws.com.cn", "eusc-de-east-1": "sts.eusc-de-east-1.amazonaws.eu"} {
		c := &credentials.Client{Region: region, HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			if r.Host != host {
				t.Errorf("%s: %s", region, r.Host)
			}
			return said(404, nil, ""), nil
		})}}
		if _, err := c.WhoAmI(t.Context(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}); err == nil {
			t.Error("nobody answered")
		}
	}
}

// always answers every challenge.
type always struct{ asked int }

func (a *always) Answer(context.Context, credentials.Challenge) (map[string]string, error) {
	a.asked++
	return map[string]string{"ANSWER": "x"}, nil
}

// TestSignInThatDoesNotEnd, or ends with nothing.
func TestSignInThatDoesNotEnd(t *testing.T) {
	for name, body := range map[string]string{
		"challenges": `{"ChallengeName":"CUSTOM_CHALLENGE","Session":"s"}`, "nothing": `{}`, "no tokens": `{"AuthenticationResult":{"ExpiresIn":3600}}`,
		"no life": `{"AuthenticationResult":{"AccessToken":"a"}}`, "an endless life": `{"AuthenticationResult":{"AccessToken":"a","ExpiresIn":9223372036854775807}}`,
	} {
		c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return said(200, nil, body), nil })}}
		steps := &always{}
		p := &credentials.Password{Pool: &credentials.UserPool{Client: c, ID: "eu-west-1_x", ClientID: "c"}, Username: "u", Password: "p", Steps: steps}
		if _, err := p.Tokens(t.Context()); err == nil || steps.asked > 50 {
			t.Errorf("%s: %v, answered %d times", name, err, steps.asked)
		}
	}
	for _, end := range []string{"0", "-1", "1e300", `"x"`} {
		c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			return said(200, nil, `{"IdentityId":"i","Credentials":{"AccessKeyId":"a","SecretKey":"s","SessionToken":"t","Expiration":`+end+`}}`), nil
		})}}
		if _, err := (&credentials.IdentityPool{Client: c, Tokens: given{ID: "id"}}).Retrieve(t.Context()); err == nil {
			t.Errorf("credentials until %s", end)
		}
	}
	if _, err := (&credentials.Refresh{Pool: &credentials.UserPool{Client: &credentials.Client{}}}).Tokens(t.Context()); !isLogin(err) {
		t.Errorf("no refresh token: %v", err)
	}
}

func isLogin(err error) bool {
	var ended *credentials.LoginRequiredError
	return errors.As(err, &ended)
}

// TestDiscoverKeepsPasswords out of its errors.
func TestDiscoverKeepsPasswords(t *testing.T) {
	for _, server := range []string{"https://user:canary@id.example.com", "https://user:canary@%zz", "id.example.com?canary", "ftp://canary", ""} {
		if _, err := credentials.Discover(t.Context(), nil, server); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", server, err)
		}
	}
}

// TestWrongClockAndCaches: with a clock that is an hour off, credentials and tokens serve for as long as they live, in this process and in the next one.
func TestWrongClockAndCaches(t *testing.T) {
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		s := mayflytest.New(t, mayflytest.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		now := func() time.Time { return s.Clock.Now().Add(off) }
		store := &credentials.Memory{}
		signIns, exchanges := 0, 0
		process := func() *credentials.Cached {
			c := s.Client()
			c.Now = now
			c.HTTP = &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
				switch target := r.Header.Get("X-Amz-Target"); {
				case strings.HasSuffix(target, ".InitiateAuth"), strings.HasSuffix(target, ".GetTokensFromRefreshToken"):
					signIns++
				case strings.HasSuffix(target, ".GetCredentialsForIdentity"):
					exchanges++
				}
				return http.DefaultTransport.RoundTrip(r)
			})}
			pool := &credentials.UserPool{Client: c, ID: s.UserPoolID, ClientID: s.ClientID}
			session := &credentials.Session{
				Store: store, Name: "tokens", Now: now, Login: &credentials.APIToken{Pool: pool, AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey)},
				Refresh: func(old *credentials.Tokens) credentials.TokenSource {
					return &credentials.Refresh{Pool: pool, Token: old.Refresh}
				},
			}
			return &credentials.Cached{Store: store, Name: "keys", Now: now, Provider: &credentials.IdentityPool{Client: c, ID: s.IdentityPoolID, UserPoolID: s.UserPoolID, Tokens: session}}
		}
		ask := func(wantSignIns, wantExchanges int) {
			t.Helper()
			for range 3 {
				if k, err := process().Retrieve(t.Context()); err != nil || !k.Expires.After(s.Clock.Now()) {
					t.Errorf("%s: until %s at %s, %v", off, k.Expires, s.Clock.Now(), err)
				}
			}
			if signIns != wantSignIns || exchanges != wantExchanges {
				t.Errorf("%s: %d sign-ins, %d exchanges", off, signIns, exchanges)
			}
		}
		ask(1, 1)
		s.Clock.Move(40 * time.Minute)
		ask(1, 1)
		s.Clock.Move(20 * time.Minute)
		ask(2, 2)
	}
}

// TestClockSetBack: when the clock of the machine is set back, nobody knows how old credentials are.
func TestClockSetBack(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	s := &source{now: now, life: time.Hour}
	c := &credentials.Cached{Provider: s, Store: &credentials.Memory{}, Name: "k", Now: now}
	for i, step := range []time.Duration{0, -4 * time.Minute, -2 * time.Minute, 0} {
		at = at.Add(step)
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := int64(1 + i/2); s.asked.Load() != want {
			t.Errorf("step %d: asked %d times, not %d", i, s.asked.Load(), want)
		}
	}
}

// TestDateOfAProxy: an answer out of a cache says nothing of the time.
func TestDateOfAProxy(t *testing.T) {
	h := http.Header{"Date": {time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}}
	c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return said(404, h, ""), nil })}}
	ask := func() {
		if _, err := c.ListAccounts(t.Context(), "t"); err == nil {
			t.Error("answered")
		}
	}
	h.Set("Age", "3600")
	if ask(); c.Skew() != 0 {
		t.Errorf("learned %s", c.Skew())
	}
	h.Del("Age")
	if ask(); (c.Skew() + time.Hour).Abs() > time.Minute {
		t.Errorf("learned %s", c.Skew())
	}
}

// TestFailureIsShared: those who wait for one who fails do not try one after the other.
func TestFailureIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now, life: time.Hour, slow: time.Minute, err: errors.New("the server is down")}
		c := &credentials.Cached{Provider: s, Store: &credentials.Memory{}, Name: "k"}
		began := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Retrieve(t.Context()); !errors.Is(err, s.err) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s.asked.Load() != 1 || time.Since(began) > 2*time.Minute {
			t.Errorf("asked %d times in %s", s.asked.Load(), time.Since(began))
		}
		wants := s.err
		s.err = nil
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Errorf("who comes later gets %v of before: %v", wants, err)
		}
	})
}

// TestDownServerAcrossProcesses: a failed renewal is left alone by other processes too, while the old credentials serve.
func TestDownServerAcrossProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now, life: time.Hour}
		store := &credentials.Memory{}
		ask := func() {
			t.Helper()
			if k, err := (&credentials.Cached{Provider: s, Store: store, Name: "k"}).Retrieve(t.Context()); err != nil || k.SessionToken != "b" {
				t.Errorf("%q, %v", k.SessionToken, err)
			}
		}
		ask()
		time.Sleep(50 * time.Minute)
		s.err = errors.New("the server is down")
		for range 20 {
			ask()
		}
		if s.asked.Load() != 2 {
			t.Errorf("asked %d times", s.asked.Load())
		}
		time.Sleep(time.Minute)
		if ask(); s.asked.Load() != 3 {
			t.Errorf("asked %d times", s.asked.Load())
		}
	})
}

// TestCachedThatCannotBeKept: credentials serve though nothing takes them, and somebody is told.
func TestCachedThatCannotBeKept(t *testing.T) {
	store := &flaky{}
	store.full.Store(true)
	s := &source{now: time.Now, life: time.Hour}
	var warned []error
	c := &credentials.Cached{Provider: s, Store: store, Name: "k", Warn: func(err error) { warned = append(warned, err) }}
	for range 3 {
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != "b" {
			t.Errorf("%q, %v", k.SessionToken, err)
		}
	}
	if s.asked.Load() != 1 || len(warned) != 1 {
		t.Errorf("asked %d times, warned %v", s.asked.Load(), warned)
	}
}

// TestFilesBeside: a name is no other name's lock, what killed processes have left goes, and no file is read without end.
func TestFilesBeside(t *testing.T) {
	dir := t.TempDir()
	f := &credentials.Files{Dir: dir}
	for _, name := range []string{"a.lock", "a.tmp-1", "a.tmp-"} {
		if err := f.Save(t.Context(), name, nil); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
	old, young, other := filepath.Join(dir, "a.tmp-1"), filepath.Join(dir, "a.tmp-2"), filepath.Join(dir, "b.tmp-3")
	for _, path := range []string{old, young, other} {
		if err := os.WriteFile(path, []byte("half of a secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{old, other} {
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Save(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	for path, there := range map[string]bool{old: false, young: true, other: true} {
		if _, err := os.Stat(path); (err == nil) != there {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "big"), bytes.Repeat([]byte("x"), 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Load(t.Context(), "big"); !errors.Is(err, credentials.ErrNotStored) {
		t.Errorf("a file without end: %v", err)
	}
}
