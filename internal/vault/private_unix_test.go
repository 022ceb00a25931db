//go:build unix

package vault_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// TestOpenToOthers: what others can read or own is refused, with what to do.
func TestOpenToOthers(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		mode os.FileMode
	}{
		"folder of all": {"", 0o755}, "folder of the group": {"", 0o710}, "key of all": {"key", 0o644}, "key of the group": {"key", 0o640}, "key that others write": {"key", 0o602},
	} {
		dir := folder(t)
		v := open(t, dir, vault.Options{})
		save(t, v, "work", "a")
		path := filepath.Join(dir, c.path)
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		var refused *vault.OpenError
		if _, err := vault.Open(vault.Options{Dir: dir}); !errors.As(err, &refused) || refused.Path != path || !strings.Contains(err.Error(), "chmod") {
			t.Errorf("%s: %v", name, err)
		}
		if c.path == "" {
			continue
		}
		if err := v.Save(t.Context(), "work", []byte("b")); !errors.As(err, &refused) { // a process that runs already
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForeign(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	for _, path := range []string{"", "key"} {
		dir := folder(t)
		save(t, open(t, dir, vault.Options{}), "work", "a")
		if err := os.Chown(filepath.Join(dir, path), 12345, -1); err != nil {
			t.Fatal(err)
		}
		var refused *vault.OpenError
		if _, err := vault.Open(vault.Options{Dir: dir}); !errors.As(err, &refused) || !refused.Foreign || !strings.Contains(err.Error(), "another user") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// TestNoRegularKey: a link, a pipe and a folder are no key file, and nothing waits for one.
func TestNoRegularKey(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"link":   func(path string) error { return os.Symlink("/etc/hostname", path) },
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		dir := folder(t)
		open(t, dir, vault.Options{})
		if err := put(filepath.Join(dir, "key")); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(vault.Options{Dir: dir}); err == nil {
			t.Errorf("%s: taken for a key file", name)
		}
	}
}

// TestReadOnly: /proc stands for a file system that nobody can write to, whoever they are.
func TestReadOnly(t *testing.T) {
	dir := folder(t)
	if os.Geteuid() != 0 {
		open(t, dir, vault.Options{})
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
	} else {
		dir = "/proc/self/mayfly"
	}
	v, err := vault.Open(vault.Options{Dir: dir})
	if err != nil || v.State().Memory == nil {
		t.Fatalf("%+v, %v", v, err)
	}
	save(t, v, "work", "a")
	has(t, v, "work", "a")
}

// TestKernel: what is remembered comes back to another process of the user, where the kernel has keyrings and the container lets it be asked.
func TestKernel(t *testing.T) {
	m := vault.Kernel()
	if m == nil {
		t.Skip("this system has no such memo")
	}
	const account = "test" // one name for all runs: it stays for a while
	m.Remember(account, "canary")
	if got := m.Recall(account); got == "" {
		t.Skip("the kernel's keyring is out of reach")
	} else if got != credentials.Secret("canary") {
		t.Errorf("%q came back", string(got))
	}
	m.Remember(account, "another")
	if got := m.Recall(account); string(got) != "another" {
		t.Errorf("%q came back", string(got))
	}
	if m.Recall(account+"x") != "" {
		t.Error("something was remembered for another account")
	}
}
