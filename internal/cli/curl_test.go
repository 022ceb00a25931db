package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/sigv4"
)

// gate verifies signatures over what comes over the wire, and remembers the last request that was good.
type gate struct {
	*httptest.Server
	refused error
	method  string
	host    string
	header  http.Header
	body    string
}

func newGate(t *testing.T, p *person) *gate {
	g := &gate{}
	var keys struct{ SecretAccessKey string }
	if err := json.Unmarshal([]byte(p.ok("process")), &keys); err != nil {
		t.Fatal(err)
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		g.method, g.host, g.header, g.body = r.Method, r.Host, r.Header, string(b)
		req := &sigv4.Request{Method: r.Method, RequestURI: r.RequestURI, Host: r.Host, Header: r.Header, Body: b}
		var s *sigv4.Signature
		if s, g.refused = sigv4.Parse(req); g.refused == nil {
			g.refused = s.Verify(req, sigv4.DeriveKey(keys.SecretAccessKey, s.Scope), p.server.Clock.Now())
		}
	}))
	t.Cleanup(g.Close)
	return g
}

// TestCurlSignsWhatItSends: whatever the path, the query, the headers and the body are.
func TestCurlSignsWhatItSends(t *testing.T) {
	p := newPerson(t)
	p.login()
	g := newGate(t, p)
	for _, c := range []struct {
		args               []string
		in, method, body   string
		host, content, own string
	}{
		{args: []string{"/"}, method: "GET"},
		{args: []string{""}, method: "GET"},
		{args: []string{"/a%20b/c/d;e=f,g?x=1&a=%2F&empty&b=é&a=+"}, method: "GET"},
		{args: []string{"/ü/%E2%82%AC/*~:@!$'()"}, method: "GET"},
		{args: []string{"/%2e%2e/%2F"}, method: "GET"},
		{args: []string{"/?#fragment"}, method: "GET"},
		{args: []string{"-d", "a=b", "/"}, method: "POST", body: "a=b", content: "application/x-www-form-urlencoded"},
		{args: []string{"-d", "", "/"}, method: "POST", content: "application/x-www-form-urlencoded"},
		{args: []string{"-d", "{}", "-H", "content-type: application/json", "/"}, method: "POST", body: "{}", content: "application/json"},
		{args: []string{"-d", "@-", "-X", "PUT", "/"}, in: "line\n\x00\xff", method: "PUT", body: "line\n\x00\xff", content: "application/x-www-form-urlencoded"},
		{args: []string{"-d", "@FILE", "-X", "PATCH", "/"}, method: "PATCH", body: "of a file\n", content: "application/x-www-form-urlencoded"},
		{args: []string{"-X", "DELETE", "/"}, method: "DELETE"},
		{args: []string{"-H", "Host: api.example.com", "/"}, method: "GET", host: "api.example.com"},
		{args: []string{"-H", "X-Own:  two   spaces ", "-H", "x-own: again", "/"}, method: "GET", own: "two   spaces|again"},
	} {
		args := append([]string{"curl"}, c.args...)
		for i, a := range args {
			args[i] = strings.ReplaceAll(a, "FILE", p.file("body", "of a file\n"))
		}
		args[len(args)-1] = g.URL + args[len(args)-1]
		_, errs, code := p.run(c.in, args...)
		if code != 0 || g.refused != nil {
			t.Errorf("%q: %d %s %v", c.args, code, errs, g.refused)
		}
		if g.method != c.method || g.body != c.body || g.header.Get("Content-Type") != c.content || strings.Join(g.header.Values("X-Own"), "|") != c.own || c.host != "" && g.host != c.host {
			t.Errorf("%q: %s %q %q %v", c.args, g.method, g.body, g.host, g.header)
		}
	}
}

// TestCurlWithoutAnswer: nothing of the URL's query is told, nor is half of a body sent.
func TestCurlWithoutAnswer(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("process")
	if _, errs, code := p.run("", "curl", "http://127.0.0.1:1/?key=canary"); code != ExitNoAnswer || !strings.Contains(errs, "127.0.0.1:1 cannot be reached: ") || strings.Contains(errs, "canary") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if _, errs, code := p.run(strings.Repeat("x", mostBody+1), "curl", "-d", "@-", p.server.URL); code != ExitUsage || !strings.Contains(errs, "longer than 64 MiB") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
