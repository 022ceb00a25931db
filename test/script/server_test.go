package script

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mayfly-id/mayfly/sigv4"
)

// patience bounds every wait for the server. Nothing waits as long unless something is broken.
const patience = 60 * time.Second

// server is a running "mayfly up".
type server struct {
	cmd    *exec.Cmd
	first  chan string // the first line of its standard output
	ended  chan error
	mu     sync.Mutex
	stdout bytes.Buffer
	stderr bytes.Buffer
}

// firstRun is the JSON object that the server prints.
type firstRun struct {
	Endpoint, Region, Account, AccessKeyID, SecretAccessKey, UserPoolID, ClientID, IdentityPoolID, APIAccessKey, APISecretKey string
}

var readyAt = regexp.MustCompile(`(?:^# |^)Mayfly is ready at (\S+) `)

// cmdServer starts a server with these arguments, on a free port. It exports ENDPOINT, ADDRESS, REGION and ACCOUNT, the ids of the first tenant, and
// what secrets there are; and it names the root key "root".
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || w.server != nil {
		ts.Fatalf("usage: server ARGS..., with none running")
	}
	all := append([]string{"up", "--listen", "127.0.0.1:0"}, args...)
	if !slices.Contains(args, "--output") {
		all = append(all, "--output", "json")
	}
	s := &server{cmd: exec.Command(filepath.Join(binDir, "mayfly"), all...), first: make(chan string, 1), ended: make(chan error, 1)}
	s.cmd.Dir = ts.Getenv("WORK")
	for _, name := range []string{"HOME", "PATH", "TMPDIR", "MAYFLY_DATA", "MAYFLY_ACCOUNT", "MAYFLY_REGION", "MAYFLY_ROOT_ACCESS_KEY_ID", "MAYFLY_ROOT_SECRET_ACCESS_KEY", "MAYFLY_ROOT_KEY_FILE", "MAYFLY_FUNCTIONS", "MAYFLY_OUTBOUND_ALLOW"} {
		if v := ts.Getenv(name); v != "" {
			s.cmd.Env = append(s.cmd.Env, name+"="+v)
		}
	}
	ts.Check(s.start())
	w.server = s
	ts.Defer(func() {
		if w.server != nil {
			_ = w.server.cmd.Process.Kill()
			<-w.server.ended
		}
	})
	line, err := s.ready()
	ts.Check(err)
	ts.Check(w.export(ts, line))
}

func (s *server) start() error {
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	s.cmd.Stderr = &s.stderr
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		s.copy(out)
		s.ended <- s.cmd.Wait()
	}()
	return nil
}

// copy keeps the standard output and hands its first line over.
func (s *server) copy(out io.Reader) {
	r := bufio.NewReader(out)
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		s.mu.Lock()
		s.stdout.WriteString(line)
		s.mu.Unlock()
		if n == 0 {
			s.first <- line
		}
		if err != nil {
			return
		}
	}
}

func (s *server) ready() (string, error) {
	select {
	case line := <-s.first:
		if line != "" {
			return line, nil
		}
		err := <-s.ended
		s.ended <- err
		return "", errors.Join(errors.New("the server did not start: "+s.stderr.String()), err)
	case <-time.After(patience):
		return "", errors.New("the server said nothing")
	}
}

// export makes variables of what the server said.
func (w *world) export(ts *testscript.TestScript, line string) error {
	if m := readyAt.FindStringSubmatch(line); m != nil {
		ts.Setenv("ENDPOINT", m[1])
		ts.Setenv("ADDRESS", strings.TrimPrefix(m[1], "http://"))
		return nil
	}
	var r firstRun
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"ENDPOINT": r.Endpoint, "ADDRESS": strings.TrimPrefix(r.Endpoint, "http://"), "REGION": r.Region, "ACCOUNT": r.Account, "ROOT_KEY": r.AccessKeyID, "ROOT_SECRET": r.SecretAccessKey,
		"USER_POOL": r.UserPoolID, "CLIENT": r.ClientID, "IDENTITY_POOL": r.IdentityPoolID, "API_KEY": r.APIAccessKey, "API_SECRET": r.APISecretKey,
	} {
		if value != "" {
			ts.Setenv(name, value)
		}
	}
	if r.AccessKeyID != "" {
		w.creds["root"] = sigv4.Credentials{AccessKeyID: r.AccessKeyID, SecretAccessKey: r.SecretAccessKey}
	}
	return nil
}

// cmdStop interrupts the server, as Ctrl-C does. It must end with status 0. What it printed is left in server.out and server.err.
func cmdStop(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) > 0 || w.server == nil {
		ts.Fatalf("usage: stop, with a server running")
	}
	s := w.server
	ts.Check(s.cmd.Process.Signal(syscall.SIGINT))
	select {
	case err := <-s.ended:
		w.server = nil
		ts.Check(os.WriteFile(ts.MkAbs("server.out"), s.stdout.Bytes(), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs("server.err"), s.stderr.Bytes(), 0o600))
		if err != nil {
			ts.Fatalf("the server ended badly: %v\n%s", err, s.stderr.String())
		}
	case <-time.After(patience):
		ts.Fatalf("the server does not stop")
	}
}
