//go:build unix

package script

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSessionEndedAtTheServer: whatever ends a session there, the next renewal says that a person has to sign in, once it is known, and nothing of it is kept from them.
func TestSessionEndedAtTheServer(t *testing.T) {
	user := func(operation string) func(t *testing.T, b *between) {
		return func(t *testing.T, b *between) {
			b.root(t, operation, fmt.Sprintf(`{"UserPoolId":%q,"Username":%q}`, b.first.UserPoolID, b.first.APIAccessKey))
		}
	}
	for _, c := range []struct {
		name string
		end  func(t *testing.T, b *between)
		code int // of process
		says string
		in   int // code of login afterwards
	}{
		{"signed out everywhere", user("AdminUserGlobalSignOut"), 3, "sign-in is required for default: run mayfly login default", 0},
		{"disabled", user("AdminDisableUser"), 3, "sign-in is required for default: run mayfly login default", 1},
		{"deleted", user("AdminDeleteUser"), 3, "sign-in is required for default: run mayfly login default", 1},
		{"to reset the password", func(t *testing.T, b *between) {
			b.root(t, "AdminUpdateUserAttributes", fmt.Sprintf(`{"UserPoolId":%q,"Username":%q,"UserAttributes":[{"Name":"email","Value":"a@example.com"},{"Name":"email_verified","Value":"true"}]}`,
				b.first.UserPoolID, b.first.APIAccessKey))
			user("AdminResetUserPassword")(t, b)
		}, 3, "sign-in is required for default: run mayfly login default", 1},
		{"app client deleted", func(t *testing.T, b *between) {
			b.root(t, "DeleteUserPoolClient", fmt.Sprintf(`{"UserPoolId":%q,"ClientId":%q}`, b.first.UserPoolID, b.first.ClientID))
		}, 1, "ResourceNotFoundException", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBetween(t)
			h := b.newEndedHome(t)
			c.end(t, b)
			for range 2 { // the second one knows no more than the first
				out, errs, code := h.run("process")
				if code != c.code || out != "" || !strings.Contains(errs, c.says) {
					t.Errorf("exit code %d: %s%s", code, out, errs)
				}
			}
			if n := b.take(); n["InitiateAuth"] != 0 || n["GetCredentialsForIdentity"] != 0 {
				t.Errorf("asked for %v", n)
			}
			out, errs, code := h.run("login", "--username", b.first.APIAccessKey, "--password-file", filepath.Join(h.dir, "secret"))
			if code != c.in {
				t.Errorf("login: exit code %d: %s%s", code, out, errs)
			}
		})
	}
}

// TestEndedElsewhere: a session that one of two homes ends, with the tokens of both, has ended in the other.
func TestEndedElsewhere(t *testing.T) {
	b := newBetween(t)
	h := b.newEndedHome(t)
	twin := &home{t: t, dir: t.TempDir()}
	if out, err := exec.Command("cp", "-a", h.dir+"/.", twin.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	twin.credentials()
	twin.ok("logout")
	if out, errs, code := h.run("process"); code != 3 || out != "" || !strings.Contains(errs, "run mayfly login default") {
		t.Errorf("exit code %d, %d bytes: %s", code, len(out), errs)
	}
}

// nobody is a user with no rights, for tests that run as root: root writes everywhere.
const nobody = 65534

// TestHomeOfOnlyReading: where nothing can be written that is said, and nothing hangs or is half done.
func TestHomeOfOnlyReading(t *testing.T) {
	b := newBetween(t)
	h := b.newHome(t)
	h.credentials()
	var as *syscall.Credential
	if os.Geteuid() == 0 {
		as = &syscall.Credential{Uid: nobody, Gid: nobody}
		for _, dir := range []string{binDir, filepath.Dir(h.dir)} { // which nobody else can enter
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.each(func(path string, mode os.FileMode) error {
		if as != nil {
			if err := os.Lchown(path, nobody, nobody); err != nil {
				return err
			}
		}
		return os.Chmod(path, mode&^0o222)
	})
	t.Cleanup(func() { h.each(func(path string, mode os.FileMode) error { return os.Chmod(path, mode|0o700) }) })
	b.take()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"process"}, 0, "nothing is kept from one command to the next"}, // what was kept while it could be is still read
		{[]string{"process"}, 0, "permission denied"},
		{[]string{"status"}, 0, "nothing is kept"},
		{[]string{"login", "--username", b.first.APIAccessKey, "--password-file", filepath.Join(h.dir, "secret")}, 0, "nothing is kept"},
		{[]string{"configure", "other", "--server", b.URL}, 1, "permission denied"},
		{[]string{"login", "--server", b.URL, "--username", b.first.APIAccessKey, "--password-file", filepath.Join(h.dir, "secret")}, 0, "nothing is kept"}, // it is configured
	} {
		cmd, out, errs := h.command(c.args...)
		cmd.SysProcAttr.Credential = as
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(errs.String(), c.says) || strings.Contains(out.String()+errs.String(), b.first.APISecretKey) {
			t.Errorf("%v: exit code %d: %s%s", c.args[:1], code, out, errs)
		}
	}
}

// each goes over the home, folders last: one that nothing can be written to is one whose files can still be changed.
func (h *home) each(do func(path string, mode os.FileMode) error) {
	h.t.Helper()
	var paths []string
	err := filepath.WalkDir(h.dir, func(path string, _ os.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	for i := len(paths) - 1; i >= 0 && err == nil; i-- {
		var info os.FileInfo
		if info, err = os.Lstat(paths[i]); err == nil {
			err = do(paths[i], info.Mode().Perm())
		}
	}
	if err != nil {
		h.t.Error(err)
	}
}
