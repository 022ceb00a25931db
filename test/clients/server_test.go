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
	return launch(t, append([]string{"--ephemeral", "--output", "json"}, flags...)...).begun(t)
}

// startBeside runs an ephemeral server that may reach what else the test runs on loopback.
func startBeside(t *testing.T) *firstRun {
	t.Helper()
	return launchWith(t, []string{"MAYFLY_OUTBOUND_ALLOW=127.0.0.1"}, "--ephemeral", "--output", "json").begun(t)
}

// begun reads the first run's block, which must hold the keys.
func (s *server) begun(t *testing.T) *firstRun {
	t.Helper()
	f := s.firstRun(t)
	if f.Endpoint == "" || f.SecretAccessKey == "" || f.APISecretKey == "" {
		t.Fatalf("the first run's block lacks members: endpoint %q, keys present: %t %t", f.Endpoint, f.SecretAccessKey != "", f.APISecretKey != "")
	}
	return f
}

// server is the running program.
type server struct {
	cmd     *exec.Cmd
	out     *io.PipeReader // its standard output
	log     *shared        // its standard error
	printed *shared        // all of its standard output
	ended   chan error
	stopped sync.Once
}

// launch starts the program on a free port of the loopback address. It is stopped at the test's end at the latest.
func launch(t *testing.T, flags ...string) *server {
	t.Helper()
	return launchWith(t, nil, flags...)
}

// launchWith is launch with further variables in the program's environment.
func launchWith(t *testing.T, environment []string, flags ...string) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	r, w := io.Pipe()
	s := &server{
		cmd: exec.CommandContext(ctx, binary, append([]string{"up", "--listen", "127.0.0.1:0"}, flags...)...),
		out: r, log: new(shared), printed: new(shared), ended: make(chan error, 1),
	}
	s.cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, environment...)
	s.cmd.Stderr, s.cmd.Stdout = s.log, io.MultiWriter(s.printed, w)
	s.cmd.WaitDelay = time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(startWithin, func() { w.CloseWithError(context.DeadlineExceeded) })
	go func() {
		err := s.cmd.Wait()
		timer.Stop()
		w.CloseWithError(io.EOF)
		s.ended <- err
	}()
	t.Cleanup(func() { s.stop(t) })
	return s
}

// firstRun reads the block that --output json prints.
func (s *server) firstRun(t *testing.T) *firstRun {
	t.Helper()
	var f firstRun
	if err := json.NewDecoder(s.out).Decode(&f); err != nil {
		t.Fatalf("the first run's block: %v\n%s", err, s.log)
	}
	return &f
}

// stop interrupts the program, which must then end cleanly, and reads its log, which must hold neither an error nor a secret.
func (s *server) stop(t *testing.T) {
	t.Helper()
	s.stopped.Do(func() {
		go io.Copy(io.Discard, s.out) // nothing that is still printed may hold up the end
		if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Errorf("interrupting the server: %v", err)
		}
		select {
		case err := <-s.ended:
			if err != nil {
				t.Errorf("the server did not end cleanly: %v", err)
			}
		case <-time.After(stopWithin):
			t.Errorf("the server still ran %s after the interrupt", stopWithin)
			_ = s.cmd.Process.Kill()
			<-s.ended
		}
		inspect(t, s.log.String(), s.printed.String())
	})
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
	for _, m := range secretMembers.FindAllStringSubmatch(printed, -1) {
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
