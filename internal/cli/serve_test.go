package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// served is a process of serve that runs.
type served struct {
	env  map[string]string
	errs *log
	stop func() int
}

// log is what a process has written, while it still runs.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts one and waits for the line that it prints.
func (p *person) serve(args ...string) *served {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	r, w := io.Pipe()
	s := &served{errs: &log{}}
	code := make(chan int, 1)
	go func() {
		code <- p.live(ctx, around{transport: p.calls, out: w, errs: s.errs}, append([]string{"serve", "--json"}, args...)...)
		_ = w.Close()
	}()
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.env)
	}
	if err != nil {
		p.t.Fatalf("%v: %s", err, s.errs)
	}
	s.stop = func() int { cancel(); return <-code }
	p.t.Cleanup(cancel)
	return s
}

// ask is what a client does. It gives the status and the answer.
func ask(t *testing.T, method, url string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	r.Close = true
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

const fullURI, authorization = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"

// TestServe: who has the token gets credentials, renewed while it runs; an interrupt is a good end, after which nobody answers.
func TestServe(t *testing.T) {
	p := newPerson(t)
	p.login()
	s := p.serve()
	get := func() (creds struct{ AccessKeyId, Expiration string }) {
		t.Helper()
		status, body := ask(t, "GET", s.env[fullURI], "Authorization", s.env[authorization])
		if status != 200 || json.Unmarshal([]byte(body), &creds) != nil || !strings.HasPrefix(creds.AccessKeyId, "ASIA") {
			t.Fatalf("status %d", status)
		}
		return creds
	}
	first := get()
	if again := get(); again != first {
		t.Error("the same credentials serve as long as they are good")
	}
	p.server.Clock.Move(2 * time.Hour)
	if renewed := get(); renewed == first || renewed.Expiration <= first.Expiration {
		t.Error("credentials that have ended are served")
	}
	if status, body := ask(t, "GET", s.env[fullURI]); status != 401 || strings.Contains(body, "ASIA") {
		t.Errorf("without the token: status %d", status)
	}
	if s.env["AWS_REGION"] != p.server.Region || s.env["AWS_ENDPOINT_URL"] != p.server.URL || s.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] != "" {
		t.Errorf("the variables are not those of the session")
	}
	if code := s.stop(); code != 0 || s.errs.String() != "" {
		t.Errorf("exit code %d: %s", code, s.errs)
	}
	if c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.env[fullURI], "http://"), "/")); err == nil {
		_ = c.Close()
		t.Error("the endpoint still answers")
	}
}

// TestServeTokenFile: the token is in a private file and nowhere else, and the file goes with the process.
func TestServeTokenFile(t *testing.T) {
	p := newPerson(t)
	p.login()
	path := filepath.Join(p.home, "token")
	s := p.serve("--token-file", path)
	if s.env[authorization] != "" || s.env[authorization+"_FILE"] != path {
		t.Error("the variables do not name the file")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, "GET", s.env[fullURI], "Authorization", string(token)); status != 200 {
		t.Errorf("status %d", status)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the file stays:", err)
	}
}

// TestServeTellsWhyThereIsNothing: when the server has ended the session, the program is told to sign in, and so is the operator.
func TestServeTellsWhyThereIsNothing(t *testing.T) {
	p := newPerson(t)
	p.login()
	s := p.serve()
	p.server.Reset(t)
	p.server.Clock.Move(2 * time.Hour)
	status, body := ask(t, "GET", s.env[fullURI], "Authorization", s.env[authorization])
	if status != 503 || !strings.Contains(body, "mayfly login default") {
		t.Errorf("status %d: %s", status, body)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	var line struct {
		Time, Error, Run string
		Exit             int
	}
	if err := json.Unmarshal([]byte(s.errs.String()), &line); err != nil || line.Exit != ExitSignIn || line.Run != "mayfly login default" || line.Time == "" {
		t.Errorf("%v: %s", err, s.errs)
	}
	if strings.Contains(s.errs.String()+body, s.env[authorization]) {
		t.Error("the token is told")
	}
}

// TestServeMetadata: the metadata service is there when it is asked for, and asks for a session unless told otherwise.
func TestServeMetadata(t *testing.T) {
	p := newPerson(t)
	p.login()
	for _, c := range []struct {
		args []string
		v1   int
	}{{[]string{"--imds"}, 401}, {[]string{"--imds", "--imds-v1"}, 200}} {
		s := p.serve(c.args...)
		at := s.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
		status, session := ask(t, "PUT", at+"latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
		if status != 200 {
			t.Fatalf("status %d", status)
		}
		roles := at + "latest/meta-data/iam/security-credentials/"
		_, role := ask(t, "GET", roles, "X-aws-ec2-metadata-token", session)
		if status, body := ask(t, "GET", roles+role, "X-aws-ec2-metadata-token", session); status != 200 || !strings.Contains(body, `"ASIA`) {
			t.Errorf("status %d", status)
		}
		if status, _ := ask(t, "GET", roles); status != c.v1 {
			t.Errorf("%v: status %d without a session", c.args, status)
		}
		if code := s.stop(); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
}

func TestServeRefusals(t *testing.T) {
	p := newPerson(t)
	token := filepath.Join(p.home, "token")
	if _, errs, code := p.run("", "serve", "--token-file", token); code != ExitUsage || !strings.Contains(errs, "no session default") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	p.login()
	mine := p.file("mine", "my thesis")
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--imds-v1"}, ExitUsage, "needs --imds"},
		{[]string{"--port", "65536"}, ExitUsage, "up to 65535"},
		{[]string{"--port", "-1"}, ExitUsage, "up to 65535"},
		{[]string{"--shell", "tcsh"}, ExitUsage, "one of bash"},
		{[]string{"--token-file", mine}, ExitUsage, "is there already"},
		{[]string{"--token-file", filepath.Join(p.home, "no", "folder")}, ExitFailed, "no such file"},
		{[]string{"--port", port, "--token-file", token}, ExitFailed, "address already in use"},
	} {
		if out, errs, code := p.run("", append([]string{"serve"}, c.args...)...); code != c.code || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d: %q %q", c.args, code, out, errs)
		}
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "my thesis" {
		t.Error("a file of the user's is gone")
	}
	if _, err := os.Stat(token); !os.IsNotExist(err) {
		t.Error("a token's file is left behind")
	}
}
