package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// ring is a keyring of a test.
type ring struct {
	mu      sync.Mutex
	secrets map[string]credentials.Secret
	asked   atomic.Int64
	before  func() error // of each question
	forgets bool
}

func (r *ring) Get(account string) (credentials.Secret, error) {
	r.asked.Add(1)
	if r.before != nil {
		if err := r.before(); err != nil {
			return "", err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.secrets[account]
	if !ok {
		return "", vault.ErrNoKey
	}
	return s, nil
}

func (r *ring) Set(account string, secret credentials.Secret) error {
	r.asked.Add(1)
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.secrets == nil {
		r.secrets = map[string]credentials.Secret{}
	}
	if !r.forgets {
		r.secrets[account] = secret
	}
	return nil
}

// memo is memory of a test.
type memo struct{ secrets map[string]credentials.Secret }

func (m *memo) Remember(account string, secret credentials.Secret) {
	m.secrets = map[string]credentials.Secret{account: secret}
}
func (m *memo) Recall(account string) credentials.Secret { return m.secrets[account] }

// open opens a vault as a process does.
func open(t testing.TB, dir string, o vault.Options) *vault.Vault {
	t.Helper()
	o.Dir = dir
	v, err := vault.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if s := v.State(); s.Memory != nil {
		t.Fatal(s.Memory)
	}
	return v
}

// folder is one that is not there yet.
func folder(t testing.TB) string { return filepath.Join(t.TempDir(), "state", "mayfly") }

func save(t testing.TB, v *vault.Vault, name, value string) {
	t.Helper()
	if err := v.Save(t.Context(), name, []byte(value)); err != nil {
		t.Error(err)
	}
}

func has(t testing.TB, v *vault.Vault, name, value string) {
	t.Helper()
	if b, err := v.Load(t.Context(), name); err != nil || string(b) != value {
		t.Errorf("%s: %q, %v", name, b, err)
	}
}

func hasNot(t testing.TB, v *vault.Vault, name string) {
	t.Helper()
	if b, err := v.Load(t.Context(), name); !errors.Is(err, credentials.ErrNotStored) {
		t.Errorf("%s: %q, %v", name, b, err)
	}
}

func TestKeyFile(t *testing.T) {
	dir := folder(t)
	v := open(t, dir, vault.Options{})
	hasNot(t, v, "work")
	if _, err := os.Stat(filepath.Join(dir, "key")); !os.IsNotExist(err) {
		t.Error("a key is made before there is anything to seal")
	}
	save(t, v, "work", "canary-secret")
	has(t, v, "work", "canary-secret")
	has(t, open(t, dir, vault.Options{}), "work", "canary-secret")
	if s := v.State(); s.Key != vault.InFile || !errors.Is(s.Keyring, vault.ErrNoKeyring) || s.Dir != dir {
		t.Errorf("%+v", s)
	}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", path, info.Mode())
		}
		if info.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("canary")) {
			t.Errorf("%s has the secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} { // the key is below, behind pointers
		if text := fmt.Sprintf(verb, v); text != "vault.Vault in "+dir {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

// TestBoundToName: a file opens under no other name, nor in another folder.
func TestBoundToName(t *testing.T) {
	r := &ring{}
	dir, other := folder(t), folder(t)
	v, w := open(t, dir, vault.Options{Keyring: r}), open(t, other, vault.Options{Keyring: r})
	save(t, v, "work", "a")
	save(t, w, "work", "b")
	b, err := os.ReadFile(filepath.Join(dir, "sessions", "work"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "sessions", "home"), filepath.Join(other, "sessions", "work")} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hasNot(t, v, "home")
	hasNot(t, w, "work")
	has(t, v, "work", "a")
}

func TestKeyring(t *testing.T) {
	dir, r := folder(t), &ring{}
	o := vault.Options{Keyring: r}
	v, err := vault.Open(vault.Options{Dir: dir, Keyring: r})
	if err != nil {
		t.Fatal(err)
	}
	if hasNot(t, v, "work"); r.asked.Load() != 0 {
		t.Error("the keyring is asked for nothing")
	}
	save(t, v, "work", "a")
	asked := r.asked.Load()
	has(t, v, "work", "a")
	save(t, v, "work", "b")
	if r.asked.Load() != asked {
		t.Error("a process asks the keyring again")
	}
	has(t, open(t, dir, o), "work", "b")
	if _, err := os.Stat(filepath.Join(dir, "key")); !os.IsNotExist(err) {
		t.Error("the key is in a file too")
	}
	if s := v.State(); s.Key != vault.InKeyring || s.Keyring != nil {
		t.Errorf("%+v", s)
	}
	for account, secret := range r.secrets {
		if strings.Contains(fmt.Sprint(account, secret), string(secret)) {
			t.Error("the key is printed")
		}
	}
}

// TestSlowKeyring: one that hangs costs two seconds, once.
func TestSlowKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		r := &ring{before: func() error { <-end; return errors.New("late") }}
		dir, began := folder(t), time.Now()
		v, err := vault.Open(vault.Options{Dir: dir, Keyring: r})
		if err != nil {
			t.Fatal(err)
		}
		save(t, v, "work", "a")
		has(t, v, "work", "a")
		save(t, v, "home", "b")
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("it took %s", d)
		}
		if s := v.State(); s.Key != vault.InFile || !errors.Is(s.Keyring, vault.ErrSlowKeyring) {
			t.Errorf("%+v", s)
		}
		began = time.Now()
		has(t, open(t, dir, vault.Options{Keyring: r}), "work", "a")
		if d := time.Since(began); d != 0 {
			t.Errorf("the next process waits %s for a keyring that it does not need", d)
		}
	})
}

func TestBadKeyring(t *testing.T) {
	for name, r := range map[string]*ring{
		"fails":   {before: func() error { return errors.New("no bus") }},
		"panics":  {before: func() error { panic("a type it did not expect") }},
		"forgets": {forgets: true},
	} {
		dir := folder(t)
		save(t, open(t, dir, vault.Options{Keyring: r}), "work", "a")
		v := open(t, dir, vault.Options{Keyring: r})
		if has(t, v, "work", "a"); v.State().Key != vault.InFile {
			t.Errorf("%s: %+v", name, v.State())
		}
	}
}

// TestLostKey: what was sealed with a key that is lost is absent, and whoever signs in anew is not in the way of it.
func TestLostKey(t *testing.T) {
	for name, lose := range map[string]func(dir string, r *ring) error{
		"keyring emptied":  func(_ string, r *ring) error { clear(r.secrets); return nil },
		"keyring nonsense": func(_ string, r *ring) error { return spoil(r, "nonsense") },
		"keyring other key": func(_ string, r *ring) error {
			return spoil(r, credentials.Secret("mayfly-key-1:"+strings.Repeat("AAEC", 10)+"AAE="))
		},
		"keyring zero key": func(_ string, r *ring) error {
			return spoil(r, credentials.Secret("mayfly-key-1:"+strings.Repeat("AAAA", 10)+"AAA="))
		},
		"file gone":  func(dir string, _ *ring) error { return os.Remove(filepath.Join(dir, "key")) },
		"file empty": func(dir string, _ *ring) error { return os.WriteFile(filepath.Join(dir, "key"), nil, 0o600) },
		"file half":  func(dir string, _ *ring) error { return os.Truncate(filepath.Join(dir, "key"), 30) },
		"file later form": func(dir string, _ *ring) error {
			return os.WriteFile(filepath.Join(dir, "key"), []byte("mayfly-key-2:"), 0o600)
		},
	} {
		dir := folder(t)
		o := vault.Options{}
		r := &ring{}
		if strings.HasPrefix(name, "keyring") {
			o.Keyring = r
		}
		save(t, open(t, dir, o), "work", "a")
		if err := lose(dir, r); err != nil {
			t.Fatal(err)
		}
		v := open(t, dir, o)
		t.Run(name, func(t *testing.T) {
			hasNot(t, v, "work")
			save(t, v, "work", "b")
			has(t, open(t, dir, o), "work", "b")
		})
	}
}

func spoil(r *ring, text credentials.Secret) error {
	for account := range r.secrets {
		r.secrets[account] = text
	}
	return nil
}

// TestDesktopAndNot: a login without the keyring makes a key file; from then on both kinds read what both write, and the desktop still reads what it had.
func TestDesktopAndNot(t *testing.T) {
	dir, r := folder(t), &ring{}
	desktop := vault.Options{Keyring: r}
	save(t, open(t, dir, desktop), "work", "a")
	remote := open(t, dir, vault.Options{})
	hasNot(t, remote, "work")
	save(t, remote, "home", "b")
	v := open(t, dir, desktop)
	has(t, v, "work", "a")
	has(t, v, "home", "b")
	save(t, v, "work", "c")
	has(t, open(t, dir, vault.Options{}), "work", "c")
}

func TestMemo(t *testing.T) {
	dir, r, m := folder(t), &ring{}, &memo{}
	o := vault.Options{Dir: dir, Keyring: r, Memo: m}
	process := func() *vault.Vault {
		v, err := vault.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	save(t, process(), "work", "a")
	asked := r.asked.Load()
	has(t, process(), "work", "a")
	save(t, process(), "home", "b")
	if r.asked.Load() != asked {
		t.Errorf("the keyring is asked %d times more", r.asked.Load()-asked)
	}
	clear(m.secrets) // its time is over
	has(t, process(), "work", "a")
	has(t, process(), "home", "b")
	if r.asked.Load() != asked+1 {
		t.Errorf("the keyring is asked %d times more, not once", r.asked.Load()-asked)
	}
	if err := spoil(r, "mayfly-key-1:"+credentials.Secret(strings.Repeat("AAEC", 10))+"AAE="); err != nil {
		t.Fatal(err)
	}
	for account := range m.secrets {
		m.secrets[account] = "nonsense"
	}
	hasNot(t, process(), "work")
}

// TestFirstProcesses: of many that start at once, one makes the key.
func TestFirstProcesses(t *testing.T) {
	for name, o := range map[string]vault.Options{"file": {}, "keyring": {Keyring: &ring{}}, "broken keyring": {Keyring: &ring{before: func() error { return errors.New("no") }}}} {
		dir := folder(t)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { save(t, open(t, dir, o), "s"+strconv.Itoa(i), "v") })
		}
		all.Wait()
		v := open(t, dir, o)
		for i := range 100 {
			if has(t, v, "s"+strconv.Itoa(i), "v"); t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

// TestNoHome: where nothing can be written the vault is in memory, works, and says so.
func TestNoHome(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, home := range map[string]string{"none": "", "not absolute": "home", "a file": file} {
		v, err := vault.Open(vault.Options{Getenv: func(n string) string { return map[string]string{"HOME": home, "LocalAppData": home}[n] }})
		if err != nil {
			t.Fatal(err)
		}
		if s := v.State(); s.Memory == nil || s.Key != vault.NoKey {
			t.Errorf("%s: %+v", name, s)
		}
		save(t, v, "work", "a")
		has(t, v, "work", "a")
		unlock, err := v.Lock(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	}
}

func BenchmarkWarm(b *testing.B) {
	dir := folder(b)
	for name, o := range map[string]vault.Options{"file": {Dir: dir}, "memo": {Dir: folder(b), Keyring: &ring{}, Memo: vault.Kernel()}} {
		save(b, open(b, o.Dir, o), "work", strings.Repeat("x", 2000))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				v, err := vault.Open(o)
				if err != nil {
					b.Fatal(err)
				}
				has(b, v, "work", strings.Repeat("x", 2000))
			}
		})
	}
}
