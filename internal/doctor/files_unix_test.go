//go:build unix

package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// tree is a snapshot of everything below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			out[path] = info.Mode().String() + info.ModTime().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFiles(t *testing.T) {
	getenv := environment(t, "[default]\n", "[default]\naws_secret_access_key = "+canary+"\n")
	home := getenv("HOME")
	aws := filepath.Join(home, ".aws")
	token := write(t, filepath.Join(aws, "sso", "cache", "it's.json"), "{}")
	login := write(t, filepath.Join(aws, "login", "cache", "b.json"), "{}")
	own := write(t, filepath.Join(home, "own"), "")
	places := Places(shared(getenv), own, "", filepath.Join(home, "none"))
	if got := one(t, Files("linux", places)); got.State != OK || got.Says != "8 files and folders with secrets are the user's alone" {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct {
		path  string
		mode  fs.FileMode
		state State
		says  string
		fix   string
	}{
		{filepath.Join(aws, "config"), 0o644, Warn, "can be read by others (mode 0644)", "chmod 0600 '" + aws + "/config'"},
		{filepath.Join(aws, "credentials"), 0o640, Warn, "can be read by others (mode 0640)", "chmod 0600 '" + aws + "/credentials'"},
		{filepath.Join(aws, "config"), 0o664, Warn, "can be written by others", "chmod 0600 '" + aws + "/config'"},
		{filepath.Join(aws, "config"), 0o602, Fail, "can be written by everybody (mode 0602)", "chmod 0600 '" + aws + "/config'"},
		{token, 0o604, Warn, "can be read by others", `it'\''s.json'`},
		{login, 0o666, Fail, "can be written by everybody", "chmod 0600 '" + login + "'"},
		{own, 0o644, Warn, "can be read by others", "chmod 0600 '" + own + "'"},
		{filepath.Join(aws, "sso", "cache"), 0o755, OK, "the user's alone", ""},
		{filepath.Join(aws, "sso", "cache"), 0o775, Warn, "can be written by others", "chmod 0700 '" + aws + "/sso/cache'"},
		{aws, 0o777, Fail, "can be written by everybody", "chmod 0700 '" + aws + "'"},
		{aws, 0o777 | fs.ModeSticky, Warn, "can be written by others", "chmod 0700 '" + aws + "'"},
	} {
		before, err := os.Stat(c.path)
		if err != nil || os.Chmod(c.path, c.mode) != nil {
			t.Fatal(c.path, err)
		}
		got := one(t, Files("linux", places))
		if got.State != c.state || len(got.Fix) < len(c.fix) || got.Fix[len(got.Fix)-len(c.fix):] != c.fix {
			t.Errorf("%s: %+v", c.path, got)
		}
		wants(t, []Check{got}, c.state, c.says)
		if err := os.Chmod(c.path, before.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, Files("linux", []string{"", filepath.Join(home, "none"), os.DevNull}), OK, "no files with secrets yet")
	if got := one(t, Files("windows", places)); got.State != Skipped {
		t.Errorf("%+v", got)
	}
	moved := environment(t, "", "", "AWS_LOGIN_CACHE_DIRECTORY", filepath.Join(home, "elsewhere"))
	if list := Places(shared(moved)); list[len(list)-1] != filepath.Join(home, "elsewhere") {
		t.Error(list)
	}
}

// owned is a file of another user.
type owned struct {
	fs.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestFilesOfOthers(t *testing.T) {
	info, err := os.Stat(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	wants(t, mode("/f", owned{info, uint32(os.Geteuid()) + 1}), Warn, "belongs to another user")
	if got := mode("/f", owned{info, 0}); len(got) != 0 {
		t.Errorf("root's: %+v", got)
	}
}

// ring is a keyring of one key.
type ring struct {
	secret credentials.Secret
	err    error
}

func (r *ring) Get(string) (credentials.Secret, error) {
	if r.err == nil && r.secret == "" {
		return "", vault.ErrNoKey
	}
	return r.secret, r.err
}
func (r *ring) Set(_ string, s credentials.Secret) error { r.secret = s; return r.err }

// TestVaultChangesNothing: whatever state it is in, the vault is told, and nothing below the home has changed.
func TestVaultChangesNothing(t *testing.T) {
	filled := func(t *testing.T, dir string, r vault.Keyring) {
		v, err := vault.Open(vault.Options{Dir: dir, Keyring: r})
		if err != nil || v.Save(t.Context(), "x", []byte("x")) != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		made  func(t *testing.T, dir string, r vault.Keyring)
		ring  vault.Keyring
		state State
		says  string
		fix   string
	}{
		{"none", func(*testing.T, string, vault.Keyring) {}, nil, OK, "nothing is kept yet", ""},
		{"no key", func(t *testing.T, dir string, _ vault.Keyring) { _ = os.MkdirAll(dir, 0o700) }, nil, OK, "has no key yet", ""},
		{"no key, no keyring", func(t *testing.T, dir string, _ vault.Keyring) { _ = os.MkdirAll(dir, 0o700) }, &ring{err: errors.New("locked " + canary)}, Warn, "keyring of the system does not serve", "unlock"},
		{"file", filled, nil, OK, "a key in a file", ""},
		{"file, because of the keyring", filled, &ring{err: errors.New(canary)}, OK, "a key in a file", ""},
		{"keyring", filled, &ring{}, OK, "a key in the keyring", ""},
		{"open", func(t *testing.T, dir string, _ vault.Keyring) { _ = os.MkdirAll(dir, 0o700); _ = os.Chmod(dir, 0o755) }, nil, Fail, "is open to others (mode 0755)", "chmod go= '"},
		{"open key", func(t *testing.T, dir string, r vault.Keyring) {
			filled(t, dir, r)
			_ = os.Chmod(filepath.Join(dir, "key"), 0o640)
		}, nil, Fail, "key is open to others (mode 0640)", "key'"},
	} {
		home := t.TempDir()
		dir := filepath.Join(home, "mayfly")
		c.made(t, dir, c.ring)
		before := tree(t, home)
		got := Vault("linux", func(name string) string { return map[string]string{"XDG_STATE_HOME": home}[name] }, c.ring)
		wants(t, got, c.state, c.says)
		secretive(t, got)
		if fix := one(t, got).Fix; (c.fix == "") != (fix == "") || len(fix) < len(c.fix) {
			t.Errorf("%s: fix %q", c.name, fix)
		}
		if d := cmp.Diff(before, tree(t, home)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	wants(t, Vault("linux", none, nil), Warn, "names no home")
	wants(t, []Check{kept(vault.State{Dir: "/d", Memory: &fs.PathError{Op: "write to", Path: "/d", Err: syscall.EROFS}})}, Warn, "read-only file system (/d)")
}

// TestKeyringThatHangs: a keyring that hangs does not hold up the other probes.
func TestKeyringThatHangs(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "mayfly")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	hang := make(chan struct{})
	defer close(hang)
	v, err := vault.Open(vault.Options{Dir: dir, Keyring: hanging(hang), Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, []Check{kept(v.State())}, Warn, "the keyring of the system does not serve")
}

type hanging chan struct{}

func (h hanging) Get(string) (credentials.Secret, error) { <-h; return "", vault.ErrNoKey }
func (h hanging) Set(string, credentials.Secret) error   { <-h; return nil }
