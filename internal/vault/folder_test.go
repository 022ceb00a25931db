package vault_test

import (
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/mayfly-id/mayfly/internal/vault"
)

func TestFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths of the table are those of Unix")
	}
	for _, c := range []struct {
		goos, want string
		env        map[string]string
	}{
		{"linux", "/home/a/.local/state/mayfly", map[string]string{"HOME": "/home/a"}},
		{"linux", "/s/mayfly", map[string]string{"HOME": "/home/a", "XDG_STATE_HOME": "/s"}},
		{"linux", "/home/a/.local/state/mayfly", map[string]string{"HOME": "/home/a", "XDG_STATE_HOME": "s"}},
		{"linux", "", map[string]string{"LocalAppData": "/x"}},
		{"linux", "", map[string]string{"HOME": "a"}},
		{"darwin", "/Users/a/Library/Application Support/mayfly", map[string]string{"HOME": "/Users/a"}},
		{"darwin", "/s/mayfly", map[string]string{"HOME": "/Users/a", "XDG_STATE_HOME": "/s"}},
		{"windows", "/c/local/mayfly", map[string]string{"LocalAppData": "/c/local", "HOME": "/home/a"}},
		{"windows", "", map[string]string{"HOME": "/home/a", "XDG_STATE_HOME": "/s"}},
	} {
		got, err := vault.Folder(c.goos, func(n string) string { return c.env[n] })
		if filepath.ToSlash(got) != c.want || errors.Is(err, vault.ErrNoHome) != (c.want == "") {
			t.Errorf("%s %v: %q, %v", c.goos, c.env, got, err)
		}
	}
}

func TestSystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere there is always one")
	}
	if vault.System(func(string) string { return "unix:path=/nowhere" }) == nil {
		t.Error("a session bus is not asked")
	}
}
