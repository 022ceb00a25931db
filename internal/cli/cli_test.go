package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/decode"
)

// TestNoStorm: however many processes find the session's tokens and credentials ended, one renews each of them.
func TestNoStorm(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("process")
	p.calls.take()
	p.server.Clock.Move(2 * time.Hour) // tokens and credentials live for one
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, errs, code := p.run("", "process"); code != 0 {
				t.Errorf("exit code %d: %s", code, errs)
			}
		})
	}
	wg.Wait()
	n := p.calls.take()
	if n["GetTokensFromRefreshToken"] != 1 || n["GetCredentialsForIdentity"] != 1 || n["InitiateAuth"] != 0 {
		t.Errorf("%v", n)
	}
}

// TestWarmProcessAsksNobody: credentials that are kept are given without a request, and the same ones.
func TestWarmProcessAsksNobody(t *testing.T) {
	p := newPerson(t)
	p.login()
	first := p.ok("process")
	p.calls.take()
	if again := p.ok("process"); again != first || len(p.calls.take()) != 0 {
		t.Error("warm credentials were asked for again")
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(first), &doc); err != nil || doc["Version"] != 1.0 || strings.Count(first, "\n") != 1 {
		t.Errorf("%s, %v", first, err)
	}
}

// TestSecretsAreSealed: no token, key or password is in any file of the home but the one that the test wrote.
func TestSecretsAreSealed(t *testing.T) {
	p := newPerson(t)
	p.login()
	var keys struct{ SecretAccessKey, SessionToken string }
	if err := json.Unmarshal([]byte(p.ok("process")), &keys); err != nil {
		t.Fatal(err)
	}
	secrets := []string{p.server.APISecretKey, keys.SecretAccessKey, keys.SessionToken, strings.TrimSpace(p.ok("token")), strings.TrimSpace(p.ok("token", "--type", "id"))}
	files := 0
	err := filepath.WalkDir(p.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "secret" {
			return err
		}
		files++
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		b, err := os.ReadFile(path)
		for i, s := range secrets {
			if s == "" || strings.Contains(string(b), s) {
				t.Errorf("%s holds secret %d", path, i)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestTerminal: what is missing is asked for, the password without showing it, and challenges one after the other.
func TestTerminal(t *testing.T) {
	p := newPerson(t)
	p.typed = &typed{answers: []string{p.server.APIAccessKey, p.server.APISecretKey}}
	p.ok("login", "--server", p.server.URL)
	if len(p.typed.prompts) != 2 || p.typed.prompts[0] != "Username: " || p.typed.prompts[1] != "(hidden) Password of "+p.server.APIAccessKey+": " {
		t.Errorf("asked %q", p.typed.prompts)
	}
	if out := p.ok("status"); !strings.Contains(out, "as "+p.server.APIAccessKey) {
		t.Error(out)
	}
}

// TestNobodyElsesPassword: the one that the environment has goes with the user of the environment alone.
func TestNobodyElsesPassword(t *testing.T) {
	p := newPerson(t)
	p.ok("configure", "default", "--server", p.server.URL)
	p.env["MAYFLY_ACCESS_KEY"], p.env["MAYFLY_SECRET_KEY"] = p.server.APIAccessKey, p.server.APISecretKey
	p.calls.take()
	if _, errs, code := p.run("", "login", "--username", "somebody"); code != ExitUsage || !strings.Contains(errs, "no password") || len(p.calls.take()) != 0 {
		t.Errorf("exit code %d: %s", code, errs)
	}
	p.ok("login", "--username", p.server.APIAccessKey)
	p.ok("login")
	p.env["MAYFLY_ACCESS_KEY"] = ""
	p.ok("login", "--username", p.server.APIAccessKey)
}

// TestInterruption: who stops the program is told no cause that they know better.
func TestInterruption(t *testing.T) {
	p := newPerson(t)
	p.login()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := p.live(ctx, around{transport: p.calls, out: &out, errs: &errs}, "whoami"); code != ExitFailed || errs.String() != "mayfly: interrupted\n" {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	p.typed = &typed{answers: []string{" "}}
	if _, errs, code := p.run("", "login"); code != ExitUsage || !strings.Contains(errs, "nobody is named") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestExitCodes(t *testing.T) {
	p := newPerson(t)
	secret := p.file("secret", p.server.APISecretKey)
	for _, c := range []struct {
		name string
		args []string
		in   string
		code int
		says string
	}{
		{"no session", []string{"process"}, "", ExitUsage, "there is no session default"},
		{"unknown flag", []string{"status", "--nothing"}, "", ExitFailed, "unknown flag"},
		{"no terminal", []string{"login", "--server", p.server.URL}, "", ExitUsage, "use --username where there is no terminal"},
		{"two sources", []string{"login", "--server", p.server.URL, "--username", "u", "--password-stdin", "--password-file", secret}, "x", ExitUsage, "exclude each other"},
		{"wrong password", []string{"login", "--server", p.server.URL, "--username", p.server.APIAccessKey, "--password-stdin"}, "wrong-Canary-1\n", ExitFailed, "NotAuthorizedException"},
		{"empty password", []string{"login", "--username", "u", "--password-stdin"}, "\n", ExitUsage, "empty or too long"},
		{"nobody signed in", []string{"process"}, "", ExitSignIn, "run mayfly login default"},
		{"status of nobody", []string{"status"}, "", ExitSignIn, ""},
		{"right password", []string{"login", "--username", p.server.APIAccessKey, "--password-stdin"}, p.server.APISecretKey + "\r\nmore", 0, ""},
		{"status", []string{"status"}, "", 0, ""},
		{"ends within", []string{"status", "--expires-within", "2h"}, "", 0, ""}, // it is renewed
		{"no such type", []string{"token", "--type", "refresh"}, "", ExitUsage, "id or access"},
		{"no server", []string{"login", "--server", "http://127.0.0.1:1"}, "", ExitNoAnswer, "cannot be reached"},
		{"bad name", []string{"configure", "Bad Name", "--region", "us-east-1"}, "", ExitUsage, "is no name of a session"},
		{"nothing to decode", []string{"decode"}, "", ExitUsage, "nothing to decode"},
	} {
		out, errs, code := p.run(c.in, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) || strings.Contains(out+errs, "Canary") {
			t.Errorf("%s: exit code %d, says %q", c.name, code, errs)
		}
	}
}

// TestLogoutReachesTheServer: a token that somebody has kept opens nothing after it.
func TestLogoutReachesTheServer(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("token")
	p.ok("logout")
	if n := p.calls.take(); n["RevokeToken"] != 1 {
		t.Errorf("%v", n)
	}
	p.server.Reset(t)
	if _, errs, code := p.run("", "token"); code != ExitSignIn {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestSettingsChangeWhatIsKept: credentials that were got with other settings are not taken for those of these.
func TestSettingsChangeWhatIsKept(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.ok("process")
	p.ok("configure", "default", "--role-arn", "arn:aws:iam::"+p.server.Account+":role/other")
	if _, errs, code := p.run("", "process"); code != ExitFailed || !strings.Contains(errs, "AssumeRole: AccessDenied") {
		t.Errorf("under a role: exit code %d: %s", code, errs)
	}
	p.ok("configure", "default", "--role-arn", "", "--username", "somebody-else")
	if _, errs, code := p.run("", "process"); code != ExitSignIn {
		t.Errorf("as somebody else: exit code %d: %s", code, errs)
	}
}

func TestDecode(t *testing.T) {
	p := newPerson(t)
	p.login()
	for in, want := range map[string]string{
		p.ok("token", "--type", "id"): "id token (JWT), not verified",
		p.ok("token"):                 "access token (JWT), not verified",
		`{"allowed":false,"context":{"action":"iam:X"},"failures":{}}`: "decoded authorization message",
		"AQAAAAF5D5qfoGhKDmVEbw6RCMyzm8xfkzDt":                         "sealed by its issuer",
		"IQoJb3JpZ2lu/+aa":                                             "a session token of AWS",
		"hello world":                                                  "nothing that is known here",
	} {
		out, errs, code := p.run(in, "decode")
		var d decode.Decoded
		if err := json.Unmarshal([]byte(out), &d); err != nil || code != 0 || !strings.HasPrefix(d.What, want) {
			t.Errorf("%.20s…: %s %s", in, out, errs)
		}
	}
}
