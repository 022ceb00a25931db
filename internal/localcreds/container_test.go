package localcreds

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

// Requests for the container endpoint, as clients put them on the wire.
const (
	goContainer = `
GET / HTTP/1.1
Host: $HOST
User-Agent: aws-sdk-go-v2/1.47.6 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64
Accept: application/json
Amz-Sdk-Invocation-Id: 3f8d2e9c-6a5c-4d7e-9f0b-1c2d3e4f5a6b
Amz-Sdk-Request: attempt=1; max=3
Authorization: $TOKEN
Accept-Encoding: gzip`
	botocoreContainer = `
GET / HTTP/1.1
Host: $HOST
Accept-Encoding: identity
Accept: application/json
Authorization: $TOKEN
User-Agent: Botocore/1.43.11 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11.7
Connection: close`
)

func TestContainerCredentials(t *testing.T) {
	h := newHouse(t, nil)
	want := map[string]string{
		"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secretOfTheKey", "Token": "token/of+the=session", "Expiration": "2026-01-02T04:04:05Z", "AccountId": "123456789012",
	}
	for name, request := range map[string]string{"go": goContainer, "botocore": botocoreContainer} {
		a := h.send(t, request)
		if a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", name, a.status, a.header)
		}
		if d := cmp.Diff(want, a.members(t)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestContainerRefusals: whoever lacks something gets no credentials, and the provider is not asked.
func TestContainerRefusals(t *testing.T) {
	h := newHouse(t, nil)
	request := func(old, new string) string {
		if !strings.Contains(botocoreContainer, old) {
			t.Fatalf("the request has no %q", old)
		}
		return strings.Replace(botocoreContainer, old, new, 1)
	}
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"no token":          {request("\nAuthorization: $TOKEN", ""), 401},
		"empty token":       {request("$TOKEN", ""), 403},
		"half a token":      {request("$TOKEN", string(h.token)[:20]), 403},
		"a longer token":    {request("$TOKEN", "$TOKENx"), 403},
		"with a scheme":     {request("$TOKEN", "Bearer $TOKEN"), 403},
		"two tokens":        {request("Authorization: $TOKEN", "Authorization: $TOKEN\nAuthorization: $TOKEN"), 403},
		"another host":      {request("$HOST", "attacker.example"), 403},
		"host without port": {request("$HOST", "127.0.0.1"), 403},
		"host by name":      {request("$HOST", "localhost:"+fmt.Sprint(h.address.Port)), 403},
		"host of the line":  {request("GET / ", "GET http://attacker.example/ "), 403},
		"a proxy":           {request("Accept: ", "X-Forwarded-For: 127.0.0.1\nAccept: "), 403},
		"an empty proxy":    {request("Accept: ", "x-forwarded-for:\nAccept: "), 403},
		"post":              {request("GET", "POST"), 405},
		"options":           {request("GET / ", "OPTIONS / "), 405},
		"another path":      {request("GET / ", "GET /role "), 404},
		"two slashes":       {request("GET / ", "GET // "), 404},
		"no metadata":       {request("GET / ", "GET /latest/meta-data/iam/security-credentials/ "), 404},
		"no sessions":       {request("GET / ", "PUT /latest/api/token "), 404},
	} {
		a := h.send(t, c.request)
		if a.status != c.status || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if m := a.members(t); m["code"] == "" || m["message"] == "" || len(m) != 2 || strings.Contains(a.body, string(h.token)) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	if n := h.provider.asked.Load(); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

// TestUnavailable: why there are no credentials is told with 503, which clients retry, and errors of strangers are not repeated.
func TestUnavailable(t *testing.T) {
	partial := role()
	partial.SecretAccessKey = ""
	login := credentials.LoginRequired("work", "mayfly login work", nil)
	for name, c := range map[string]struct {
		keys          aws.Credentials
		err           error
		code, message string
	}{
		"login":    {err: fmt.Errorf("wrapped: %w", login), code: "LoginRequired", message: "sign-in is required for work: run mayfly login work"},
		"asked":    {err: &credentials.ChallengeError{Name: "SMS_MFA"}, code: "LoginRequired", message: "the sign-in asks for SMS_MFA"},
		"refused":  {err: &credentials.ServiceError{Service: "sts", Operation: "AssumeRole", Code: "AccessDenied"}, code: "CredentialsUnavailable", message: "sts AssumeRole: AccessDenied"},
		"silent":   {err: &credentials.UnreachableError{Service: "sts", Host: "sts.example"}, code: "CredentialsUnavailable", message: "sts at sts.example cannot be reached"},
		"late":     {err: context.DeadlineExceeded, code: "CredentialsUnavailable", message: "credentials did not come in time"},
		"stranger": {err: errors.New("password hunter2 is wrong"), code: "CredentialsUnavailable", message: "credentials cannot be had right now"},
		"partial":  {keys: partial, code: "CredentialsUnavailable", message: "localcreds: the provider gave no complete credentials"},
	} {
		h := newHouse(t, nil)
		h.provider.keys, h.provider.err = c.keys, c.err
		a := h.send(t, goContainer)
		if d := cmp.Diff(map[string]string{"code": c.code, "message": c.message}, a.members(t)); d != "" || a.status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", name, a.status, d)
		}
		if h.failures.Load() != 1 {
			t.Errorf("%s: told %d times", name, h.failures.Load())
		}
	}
}

// TestKeysThatDoNotEnd: clients ask again in an hour, and find all members that botocore reads.
func TestKeysThatDoNotEnd(t *testing.T) {
	h := newHouse(t, nil)
	h.provider.keys = aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "s"}
	want := map[string]string{"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "s", "Token": "", "Expiration": "2026-01-02T04:04:05Z"}
	if d := cmp.Diff(want, h.send(t, botocoreContainer).members(t)); d != "" {
		t.Error(d)
	}
}

// TestClockAhead: whether credentials have ended is for who gave them to say, and for the services that they open: this machine's clock may be wrong.
func TestClockAhead(t *testing.T) {
	h := newHouse(t, nil)
	h.provider.keys = role()
	h.provider.keys.Expires = fixed().Add(-time.Minute)
	if a := h.send(t, goContainer); a.status != http.StatusOK || a.members(t)["Expiration"] != "2026-01-02T03:03:05Z" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestPeers: nobody from another machine is answered, whatever the listener let in.
func TestPeers(t *testing.T) {
	h := newHouse(t, nil)
	own, err := loopback(h.address)
	if err != nil {
		t.Fatal(err)
	}
	for peer, want := range map[string]bool{
		"127.0.0.1:40000": true, "127.8.9.1:1": true, "[::1]:1": true, "[::ffff:127.0.0.1]:1": true,
		"192.0.2.1:40000": false, "[2001:db8::1]:1": false, "[::ffff:192.0.2.1]:1": false, "0.0.0.0:1": false, "": false, "@": false, "127.0.0.1": false,
	} {
		if f := stranger(&http.Request{RemoteAddr: peer, Host: own.String()}, own); (f == nil) != want {
			t.Errorf("%s: %v", peer, f)
		}
	}
}

func TestListenersThatOthersReach(t *testing.T) {
	h := newHouse(t, nil)
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Serve(t.Context(), l); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("served: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
	for _, a := range []net.Addr{l.Addr(), &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}, &net.UnixAddr{Name: "/run/s", Net: "unix"}} {
		if _, err := h.Env(a, ""); err == nil {
			t.Errorf("%s got an environment", a)
		}
	}
}

// TestEndsWithItsContext: after the end nobody is answered, and a request that waits for credentials does not hold it up.
func TestEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	s, err := New(Config{Random: rand.Reader, Now: time.Now, Provider: aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		close(asked)
		<-ctx.Done()
		return aws.Credentials{}, ctx.Err()
	})})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 loopback: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", l.Addr(), string(s.token))
		_, _ = io.ReadAll(c)
	}()
	go func() {
		<-asked
		cancel()
	}()
	if err := s.Serve(ctx, l); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		c.Close()
		t.Error("somebody still listens")
	}
}
