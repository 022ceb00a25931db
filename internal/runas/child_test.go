//go:build unix

package runas

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets this program stand for those that the tests run: RUNAS_TEST has the word that says which, and what follows it.
func TestMain(m *testing.M) {
	word, rest, _ := strings.Cut(os.Getenv("RUNAS_TEST"), " ")
	switch word {
	case "":
		os.Exit(m.Run())
	case "signals":
		tellSignals()
	case "exit":
		n, _ := strconv.Atoi(rest)
		os.Exit(n)
	case "killed":
		n, _ := strconv.Atoi(rest)
		_ = syscall.Kill(os.Getpid(), syscall.Signal(n))
		select {}
	case "environment":
		fmt.Print(strings.Join(os.Environ(), "\x00"))
	case "run":
		finish(Run(context.Background(), self(rest)))
	case "exec":
		finish(Exec(self(rest)))
	case "true": // as a command does that has its credentials at hand
		change, err := (&Variables{Credentials: role(), Region: "eu-west-1"}).Change()
		if err != nil {
			panic(err)
		}
		finish(Exec(&Command{Name: "/usr/bin/true", Environ: change.Apply(os.Environ())}))
	}
	os.Exit(0)
}

func finish(code int, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	os.Exit(code)
}

// self is this program, standing for another.
func self(word string) *Command {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return &Command{Name: path, Environ: []string{"RUNAS_TEST=" + word, "GOCOVERDIR=" + os.TempDir()}}
}

// tellSignals prints its own number and each signal that comes, and ends with code 7 on SIGTERM.
func tellSignals() {
	heard := make(chan os.Signal, 16)
	signal.Notify(heard, handed()...)
	fmt.Println("ready", os.Getpid())
	for s := range heard {
		fmt.Println(s)
		if s == syscall.SIGTERM {
			os.Exit(7)
		}
	}
}

// within takes what a test waits for, or fails.
func within(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case l, ok := <-lines:
		if !ok {
			return "end"
		}
		return l
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return ""
	}
}

func TestExitCodes(t *testing.T) {
	for word, want := range map[string]int{"exit 0": 0, "exit 1": 1, "exit 255": 255, "killed 9": 137, "killed 15": 143, "killed 2": 130} {
		if code, err := Run(t.Context(), self(word)); code != want || err != nil {
			t.Errorf("%s: %d, %v", word, code, err)
		}
		ran := exec.Command(self("").Name)
		ran.Env = self("run " + word).Environ
		_ = ran.Run()
		if got := ran.ProcessState.ExitCode(); got != want {
			t.Errorf("the parent of %s: %d", word, got)
		}
	}
}

func TestProgramsThatDoNotStart(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(folder+"/text", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/broken", []byte("\x7fELF"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	t.Setenv("PATH", ".:"+folder)
	for name, want := range map[string]struct {
		code int
		text string
	}{
		"no-such-program":         {127, "cannot run no-such-program: executable file not found in $PATH"},
		folder + "/none":          {127, "cannot run " + folder + "/none: no such file or directory"},
		folder + "/text":          {126, "cannot run " + folder + "/text: permission denied"},
		folder:                    {126, "cannot run " + folder + ": is a directory"},
		folder + "/broken":        {126, "cannot run " + folder + "/broken: exec format error"},
		"broken":                  {126, "cannot run broken: cannot run executable found relative to current directory"},
		folder + "/text/and/none": {126, "cannot run " + folder + "/text/and/none: not a directory"},
	} {
		for how, start := range map[string]func(*Command) (int, error){
			"run": func(c *Command) (int, error) { return Run(t.Context(), c) }, "exec": Exec,
		} {
			_, err := start(&Command{Name: name, Environ: []string{"AWS_SECRET_ACCESS_KEY=secret"}})
			var e *StartError
			if !errors.As(err, &e) || e.Code != want.code || err.Error() != want.text {
				t.Errorf("%s %s: %v", how, name, err)
			}
		}
	}
}

// TestEnvironmentOfTheChild: it is the one that was given and no other, by either way; none is none.
func TestEnvironmentOfTheChild(t *testing.T) {
	t.Setenv("AWS_PROFILE", "of this process")
	for word, want := range map[string]string{
		"environment":      "RUNAS_TEST=environment",
		"exec environment": "RUNAS_TEST=environment",
		"run environment":  "RUNAS_TEST=environment",
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c := self(word)
		c.Stdout = w
		if code, err := Run(t.Context(), c); code != 0 || err != nil {
			t.Errorf("%s: %d, %v", word, code, err)
		}
		w.Close()
		b := make([]byte, 4096)
		n, _ := r.Read(b)
		r.Close()
		if got := strings.Split(string(b[:n]), "\x00"); len(got) != 2 || got[0] != want {
			t.Errorf("%s: %q", word, got)
		}
	}
	if env := (&Command{}).environ(); env == nil || len(env) != 0 {
		t.Errorf("no environment is %q", env)
	}
}

// TestEndOfTheContext asks the child to end.
func TestEndOfTheContext(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := self("signals")
	c.Stdout = w
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = r.Read(make([]byte, 64)) // it is ready
		cancel()
	}()
	if code, err := Run(ctx, c); code != 7 || err != nil {
		t.Errorf("%d, %v", code, err)
	}
	r.Close()
	w.Close()
}

func BenchmarkAlone(b *testing.B) {
	for b.Loop() {
		if err := exec.Command("/usr/bin/true").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThroughExec(b *testing.B) {
	env := self("true").Environ
	for b.Loop() {
		cmd := exec.Command(self("").Name)
		cmd.Env = env
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		if code, err := Run(b.Context(), &Command{Name: "/usr/bin/true"}); code != 0 || err != nil {
			b.Fatal(code, err)
		}
	}
}
