package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// firstRun is what a first start prints with --output json.
type firstRun struct {
	Endpoint        string `json:"endpoint"`
	Region          string `json:"region"`
	Account         string `json:"account"`
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	UserPoolID      string `json:"userPoolId"`
	ClientID        string `json:"clientId"`
	IdentityPoolID  string `json:"identityPoolId"`
	APIAccessKey    string `json:"apiAccessKey"`
	APISecretKey    string `json:"apiSecretKey"`
}

// login is the key of the Logins map for the first tenant's user pool, as its clients build it.
func (f *firstRun) login() string {
	return "cognito-idp." + f.Region + ".amazonaws.com/" + f.UserPoolID
}

// limits on the life of the program: neither is ever waited for when all is well.
const (
	startWithin = 30 * time.Second
	stopWithin  = 20 * time.Second
)

// start runs an ephemeral server of its own for the test.
func start(t *testing.T, flags ...string) *firstRun {
	t.Helper()
	out := launch(t, append([]string{"--output", "json"}, flags...)...)
	var f firstRun
	if err := json.NewDecoder(out).Decode(&f); err != nil {
		t.Fatalf("the first run's block: %v", err)
	}
	if f.Endpoint == "" || f.SecretAccessKey == "" || f.APISecretKey == "" {
		t.Fatalf("the first run's block lacks members: endpoint %q, keys present: %t %t", f.Endpoint, f.SecretAccessKey != "", f.APISecretKey != "")
	}
	return &f
}

// launch starts the program and gives its standard output. At the test's end it is interrupted; it must then end cleanly, and its log
// must hold neither an error nor a secret.
func launch(t *testing.T, flags ...string) io.Reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	c := exec.CommandContext(ctx, binary, append([]string{"up", "--ephemeral", "--listen", "127.0.0.1:0"}, flags...)...)
	c.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	log, printed := new(shared), new(shared)
	r, w := io.Pipe()
	c.Stderr, c.Stdout = log, io.MultiWriter(printed, w)
	c.WaitDelay = time.Second
	if err := c.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := c.Wait()
		w.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		defer cancel()
		go io.Copy(io.Discard, r) // nothing that is still printed may hold up the end
		stop(t, c, ended)
		inspect(t, log.String(), printed.String())
	})
	timer := time.AfterFunc(startWithin, func() { w.CloseWithError(context.DeadlineExceeded) })
	t.Cleanup(func() { timer.Stop() })
	return r
}

func stop(t *testing.T, c *exec.Cmd, ended <-chan error) {
	t.Helper()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("interrupting the server: %v", err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server did not end cleanly: %v", err)
		}
	case <-time.After(stopWithin):
		t.Errorf("the server still ran %s after the interrupt", stopWithin)
		_ = c.Process.Kill()
		<-ended
	}
}

// secretMembers finds the secrets in what the first run printed, in either form.
var secretMembers = regexp.MustCompile(`(?:"secretAccessKey":"|"apiSecretKey":"|AWS_SECRET_ACCESS_KEY=|PASSWORD=)([A-Za-z0-9_-]+)`)

// inspect reads the server's log.
func inspect(t *testing.T, log, printed string) {
	t.Helper()
	for line := range strings.Lines(log) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") || strings.Contains(line, "DATA RACE") {
			t.Errorf("the server's log: %s", line)
		}
	}
	found := secretMembers.FindAllStringSubmatch(printed, -1)
	if len(found) == 0 {
		t.Errorf("no secret was found in what the server printed; the search of the log for them would prove nothing")
	}
	for _, m := range found {
		if strings.Contains(log, m[1]) {
			t.Errorf("the server's log holds a secret of the first run")
		}
	}
}

// shared is a buffer that one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
