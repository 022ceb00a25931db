package clients

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary is the program under test, built once by TestMain.
var binary string

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(runChild())
	}
	code, err := build(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// build makes the program, as its module does, and runs the tests. MAYFLY_TEST_BUILD gives further flags, such as -race.
func build(run func() int) (code int, err error) {
	for _, v := range os.Environ() { // what the machine tells AWS clients is none of theirs
		if n, _, _ := strings.Cut(v, "="); strings.HasPrefix(n, "AWS_") {
			os.Unsetenv(n)
		}
	}
	dir, err := os.MkdirTemp("", "mayfly-clients-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary = filepath.Join(dir, "mayfly")
	args := append([]string{"build", "-o", binary}, strings.Fields(os.Getenv("MAYFLY_TEST_BUILD"))...)
	c := exec.Command("go", append(args, "./cmd/mayfly")...)
	c.Dir = filepath.Join("..", "..")
	if out, err := c.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return run(), nil
}

// installed skips a test that needs programs from outside Go, unless the run is the one that has installed them: then they must be there.
func installed(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("MAYFLY_TEST_CLIENTS") == "" {
		t.Skipf("MAYFLY_TEST_CLIENTS is not set: this test needs %v; test/clients/run.sh runs it", programs)
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatalf("MAYFLY_TEST_CLIENTS is set and %s is missing: %v", p, err)
		}
	}
}
