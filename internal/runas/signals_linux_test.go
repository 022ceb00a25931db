package runas

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// family starts a parent that runs a child that tells its signals, and gives the lines of both.
func family(t *testing.T, attributes *syscall.SysProcAttr, in *os.File, out func(*exec.Cmd) io.Reader) (*exec.Cmd, <-chan string) {
	t.Helper()
	cmd := exec.Command(self("").Name)
	cmd.Env = self("run signals").Environ
	cmd.SysProcAttr, cmd.Stderr = attributes, os.Stderr
	if in != nil {
		cmd.Stdin = in
	}
	r := out(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }) // the group of both: the parent leads a session
	lines := make(chan string, 64)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s.Text()), "^C"))
		}
	}()
	return cmd, lines
}

// TestSignals: those that come to the parent reach the child, once, and its code becomes the parent's.
func TestSignals(t *testing.T) {
	cmd, lines := family(t, &syscall.SysProcAttr{Setsid: true}, nil, func(cmd *exec.Cmd) io.Reader {
		r, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
	if l := within(t, lines); !strings.HasPrefix(l, "ready ") {
		t.Fatalf("it says %q", l)
	}
	for _, s := range []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGINT, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH, unix.SIGTERM} {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		if l := within(t, lines); l != s.String() {
			t.Errorf("%s came as %q", s, l)
		}
	}
	if l := within(t, lines); l != "end" {
		t.Errorf("after the end: %q", l)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("the parent ended with %d", cmd.ProcessState.ExitCode())
	}
}

// terminal opens a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals: %v", err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// TestKeysOfTheTerminal: an interrupt that is typed reaches the child once, although the parent gets it too.
func TestKeysOfTheTerminal(t *testing.T) {
	master, slave := terminal(t)
	cmd, lines := family(t, &syscall.SysProcAttr{Setsid: true, Setctty: true}, slave, func(cmd *exec.Cmd) io.Reader {
		cmd.Stdout = slave
		return master
	})
	if l := within(t, lines); !strings.HasPrefix(l, "ready ") {
		t.Fatalf("it says %q", l)
	}
	for range 20 {
		if _, err := master.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		if l := within(t, lines); l != "interrupt" {
			t.Fatalf("an interrupt came as %q", l)
		}
		// The parent hands signals on in their order: had it handed on the interrupt, that would come before this.
		if err := cmd.Process.Signal(unix.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		if l := within(t, lines); l != unix.SIGUSR1.String() {
			t.Fatalf("after one interrupt came %q", l)
		}
	}
	if err := cmd.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if l := within(t, lines); l != "terminated" {
		t.Errorf("it says %q", l)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("the parent ended with %d", cmd.ProcessState.ExitCode())
	}
}

// TestIgnoredSignals: what the parent was told to ignore, as nohup does, is not handed on.
func TestIgnoredSignals(t *testing.T) {
	cmd, lines := family(t, &syscall.SysProcAttr{Setsid: true}, nil, func(cmd *exec.Cmd) io.Reader {
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `trap "" HUP; exec "$0"`, cmd.Path}
		r, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
	if l := within(t, lines); !strings.HasPrefix(l, "ready ") {
		t.Fatalf("it says %q", l)
	}
	for _, s := range []syscall.Signal{unix.SIGHUP, unix.SIGUSR1, unix.SIGTERM} {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		if s == unix.SIGHUP {
			continue
		}
		if l := within(t, lines); l != s.String() {
			t.Errorf("%s came as %q", s, l)
		}
	}
}
