package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mayfly-id/mayfly/mayflytest"
)

// longest bounds every wait. Nothing waits as long unless something is broken.
const longest = time.Minute

// screen is what came from a process, or over a terminal.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed at each change
}

func newScreen() *screen { return &screen{changed: make(chan struct{})} }

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(b)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(b), nil
}

func (s *screen) now() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.changed
}

// wait waits for a text and gives all that there is then.
func (s *screen) wait(t *testing.T, want string) string {
	t.Helper()
	end := time.After(longest)
	for {
		text, changed := s.now()
		if strings.Contains(text, want) {
			return text
		}
		select {
		case <-changed:
		case <-end:
			t.Fatalf("%q does not come, but %q", want, text)
		}
	}
}

// sitting is a person at a pseudo-terminal that runs the program under a shell. The shell leads the terminal's session: had the program been the leader, the kernel
// would set the terminal right whatever the program left.
type sitting struct {
	t             *testing.T
	cmd           *exec.Cmd
	master, slave *os.File
	tty, out, err *screen
	input         *os.File // the other end of the standard input
}

const leader = `trap : INT TERM; "$@"; echo "ended with $?"; exec cat`

func sit(t *testing.T, home, program string, args ...string) *sitting {
	t.Helper()
	s := &sitting{t: t, tty: newScreen(), out: newScreen(), err: newScreen()}
	s.master, s.slave = pseudoTerminal(t)
	in, input, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.input = input
	s.cmd = exec.Command("/bin/sh", append([]string{"-c", leader, "sh", program}, args...)...)
	s.cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = in, s.out, s.err, []*os.File{s.slave}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := s.master.Read(b)
			_, _ = s.tty.Write(b[:n])
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = s.input.Close()
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		_ = s.cmd.Wait()
	})
	return s
}

func pseudoTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// types answers a prompt that has to come first.
func (s *sitting) types(prompt, answer string) {
	s.t.Helper()
	s.tty.wait(s.t, prompt)
	if _, err := s.master.WriteString(answer); err != nil {
		s.t.Fatal(err)
	}
}

// shows tells whether the terminal shows what is typed.
func (s *sitting) shows() bool {
	s.t.Helper()
	state, err := unix.IoctlGetTermios(int(s.slave.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// ended waits for the end of the program, after which the terminal has to be as before, and gives all that was on it.
func (s *sitting) ended(code int) string {
	s.t.Helper()
	out := s.out.wait(s.t, "ended with ")
	if want := fmt.Sprintf("ended with %d\n", code); !strings.Contains(s.out.wait(s.t, "\n"), want) {
		errs, _ := s.err.now()
		s.t.Errorf("want %q, but: %s%s", want, out, errs)
	}
	if !s.shows() {
		s.t.Error("the terminal does not show any more what is typed")
	}
	text, _ := s.tty.now()
	return text
}

// TestPseudoTerminal has the real program ask at a terminal.
func TestPseudoTerminal(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mayfly")
	build := exec.Command("go", "build", "-o", program, "github.com/mayfly-id/mayfly/cmd/mayfly")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	server := mayflytest.New(t)
	t.Run("sign-in", func(t *testing.T) { signsIn(t, program, server) })
	t.Run("end", func(t *testing.T) { ends(t, program, server) })
	t.Run("challenges", func(t *testing.T) { challenged(t, program) })
	t.Run("no terminal", func(t *testing.T) { nobodyThere(t, program, server) })
}

// signsIn: the questions go to the terminal although the standard input is something else, which stays unread. The password is not shown, not even when it is typed at once.
func signsIn(t *testing.T, program string, server *mayflytest.Server) {
	s := sit(t, t.TempDir(), program, "login", "--server", server.URL)
	if _, err := s.input.WriteString("not for the program\n"); err != nil {
		t.Fatal(err)
	}
	s.types("Username: ", server.APIAccessKey+"\n")
	s.tty.wait(t, "Password of "+server.APIAccessKey+": ")
	if s.shows() {
		t.Error("a password would be shown")
	}
	s.types("Password of ", server.APISecretKey+"\n")
	screen := s.ended(0)
	if strings.Contains(screen, server.APISecretKey) || !strings.Contains(screen, "Username: "+server.APIAccessKey) {
		t.Errorf("on the terminal: %q", screen)
	}
	out := s.out.wait(t, "not for the program")
	errs, _ := s.err.now()
	if !strings.Contains(out, "as "+server.APIAccessKey) || strings.Contains(out+errs, server.APISecretKey) || strings.Contains(out+errs, "Password") {
		t.Errorf("printed: %q, %q", out, errs)
	}
}

// ends: an interrupt that is typed, or a signal, ends the program at any prompt, and nobody is signed in.
func ends(t *testing.T, program string, server *mayflytest.Server) {
	for _, c := range []struct {
		name   string
		prompt string
		end    func(s *sitting) error
	}{
		{"interrupt at a name", "Username: ", func(s *sitting) error { _, err := s.master.WriteString("\x03"); return err }},
		{"interrupt at a password", "Password of ", func(s *sitting) error { _, err := s.master.WriteString("half\x03"); return err }},
		{"end of a name", "Username: ", func(s *sitting) error { _, err := s.master.WriteString("\x04"); return err }},
		{"end of a password", "Password of ", func(s *sitting) error { _, err := s.master.WriteString("\x04"); return err }},
		{"signal", "Password of ", func(s *sitting) error { return syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sit(t, t.TempDir(), program, "login", "--server", server.URL)
			if c.prompt != "Username: " {
				s.types("Username: ", server.APIAccessKey+"\n")
			}
			s.tty.wait(t, c.prompt)
			if err := c.end(s); err != nil {
				t.Fatal(err)
			}
			if screen := s.ended(1); strings.Contains(screen, "half") {
				t.Errorf("on the terminal: %q", screen)
			}
			if out, _ := s.out.now(); strings.Contains(out, "signed in") {
				t.Errorf("printed: %q", out)
			}
		})
	}
}

// steering is what a server might say to have a terminal do something: a title, a colour, and the same by the controls of ISO 6429 in one character.
const steering = "\x1b]0;title\x07\x1b[31m\u009b31m\r"

// challenged: each challenge of a server is asked for, in the server's words without what would steer the terminal, and a new password is not shown.
func challenged(t *testing.T, program string) {
	given := make(chan map[string]string, 4)
	server := httptest.NewServer(challenges(t, given))
	defer server.Close()
	home := t.TempDir()
	configure := exec.Command(program, "configure", "--server", server.URL, "--flow", "password")
	configure.Env = []string{"HOME=" + home}
	if out, err := configure.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := sit(t, home, program, "login", "--username", "ann")
	s.types("Password of ann: ", "first-Canary-1\n")
	s.types("New password: ", "new-Canary-2\n")
	s.types("New password, again: ", "new-Canary-2\n")
	s.types("*1: ", " 123456 \n")
	screen := s.ended(0)
	if !strings.Contains(screen, "Code sent to +4**") {
		t.Errorf("on the terminal: %q", screen)
	}
	out, _ := s.out.now()
	errs, _ := s.err.now()
	for _, c := range "\x1b\x07\u009b" {
		if strings.ContainsRune(screen+out+errs, c) {
			t.Errorf("%U got through: %q %q %q", c, screen, out, errs)
		}
	}
	if strings.Contains(screen+out+errs, "Canary") {
		t.Errorf("a password is shown: %q %q %q", screen, out, errs)
	}
	if a := <-given; a["NEW_PASSWORD"] != "new-Canary-2" || a["USERNAME"] != "ann" {
		t.Errorf("first answer: %v", a)
	}
	if a := <-given; a["SMS_MFA_CODE"] != "123456" {
		t.Errorf("second answer: %v", a)
	}
	refused := sit(t, home, program, "login", "--username", "eve")
	refused.types("Password of eve: ", "any\n")
	screen = refused.ended(1)
	if errs := refused.err.wait(t, "\n"); !strings.Contains(errs, "NotAuthorizedException: No") || strings.ContainsAny(screen+errs, "\x1b\x07\u009b") {
		t.Errorf("a refusal: %q %q", screen, errs)
	}
}

// challenges is a server that wants a new password and then a code.
func challenges(t *testing.T, given chan<- map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			ChallengeName                      string
			AuthParameters, ChallengeResponses map[string]string
		}
		var out any
		switch target := r.Header.Get("X-Amz-Target"); {
		case r.URL.Path == "/20190206/public/config":
			out = map[string]any{"ApiAuth": map[string]string{"region": "us-east-1", "userPoolId": "us-east-1_Abcdefghi", "userPoolWebClientId": "client"}}
		case strings.HasSuffix(target, ".InitiateAuth"):
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			if in.AuthParameters["USERNAME"] == "eve" {
				w.WriteHeader(http.StatusBadRequest)
				out = map[string]string{"__type": "NotAuthorizedException", "message": "No" + steering}
				break
			}
			out = map[string]any{"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "one", "ChallengeParameters": map[string]string{"userAttributes": steering}}
		case strings.HasSuffix(target, ".RespondToAuthChallenge"):
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			given <- in.ChallengeResponses
			if in.ChallengeName == "NEW_PASSWORD_REQUIRED" {
				out = map[string]any{"ChallengeName": "SMS_MFA", "Session": "two", "ChallengeParameters": map[string]string{"CODE_DELIVERY_DESTINATION": "+4**" + steering + "*1"}}
				break
			}
			out = map[string]any{"AuthenticationResult": map[string]any{"IdToken": "i", "AccessToken": "a", "RefreshToken": "r", "ExpiresIn": 3600}}
		default:
			t.Errorf("asked for %s %s", r.URL.Path, target)
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	})
}

// nobodyThere: without a terminal nothing is asked for. Each command that would have to says what to do.
func nobodyThere(t *testing.T, program string, server *mayflytest.Server) {
	home := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"login", "--server", server.URL}, ExitUsage, "nobody is named: use --username where there is no terminal"},
		{[]string{"login", "--username", server.APIAccessKey}, ExitUsage, "no password: use --password-file or --password-stdin"},
		{[]string{"process"}, ExitSignIn, "run mayfly login default"},
		{[]string{"exec", "--", "true"}, ExitSignIn, "run mayfly login default"},
	} {
		cmd := exec.Command(program, c.args...)
		cmd.Env = []string{"HOME=" + home}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // which leaves the terminal of who runs the tests
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("%v: %v, %s", c.args, err, out)
		}
	}
}
