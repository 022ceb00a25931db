package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// around is what a process has in the place of what others have.
type around struct {
	transport http.RoundTripper
	browse    func(ctx context.Context, page string) error
	out, errs io.Writer
}

// live is a process of the client until its context ends, with a world of its own.
func (p *person) live(ctx context.Context, a around, args ...string) int {
	p.t.Helper()
	w := &IO{}
	w.In, w.Out, w.Err = strings.NewReader(""), a.out, a.errs
	w.Getenv, w.Environ = func(k string) string { return p.env[k] }, func() []string { return nil }
	w.Now, w.Random, w.Self = p.server.Clock.Now, rand.Reader, "mayfly"
	w.Terminal, w.HTTP, w.Browse = p.typed, &http.Client{Transport: a.transport}, a.browse
	w.Exists, w.Command = func(string) bool { return false }, func() string { return "mayfly" }
	root := &cobra.Command{Use: "mayfly", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(Commands(w)...)
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	return w.Finish(root.ExecuteContext(ctx))
}

// variables runs env for a language that can be read here, and gives the variables; nil for those that are removed.
func (p *person) variables(args ...string) map[string]*string {
	p.t.Helper()
	out := map[string]*string{}
	if err := json.Unmarshal([]byte(p.ok(append([]string{"env", "--json"}, args...)...)), &out); err != nil {
		p.t.Fatal(err)
	}
	return out
}

func TestEnv(t *testing.T) {
	p := newPerson(t)
	p.login()
	v := p.variables()
	var doc struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
	if err := json.Unmarshal([]byte(p.ok("process")), &doc); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"AWS_ACCESS_KEY_ID": doc.AccessKeyId, "AWS_SECRET_ACCESS_KEY": doc.SecretAccessKey, "AWS_SESSION_TOKEN": doc.SessionToken, "AWS_CREDENTIAL_EXPIRATION": doc.Expiration,
		"AWS_REGION": p.server.Region, "AWS_DEFAULT_REGION": p.server.Region, "AWS_ENDPOINT_URL": p.server.URL,
	} {
		if v[name] == nil || *v[name] != want {
			t.Errorf("%s is not that of process", name)
		}
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		if value, there := v[name]; !there || value != nil {
			t.Errorf("%s is not removed, and would hide the credentials", name)
		}
	}
	for _, c := range []struct{ shell, says, not string }{
		{"bash", "export AWS_ACCESS_KEY_ID='" + doc.AccessKeyId + "';\n", "set -gx"},
		{"zsh", "unset AWS_PROFILE;\n", "null"},
		{"fish", "set -gx AWS_REGION '" + p.server.Region + "';\n", "export"},
		{"powershell", "$Env:AWS_ACCESS_KEY_ID = '" + doc.AccessKeyId + "';\n", "export"},
		{"pwsh", "$Env:AWS_ACCESS_KEY_ID = '", "export"},
		{"dotenv", "AWS_ACCESS_KEY_ID=", "AWS_PROFILE"},
		{"json", `"AWS_PROFILE": null`, "export"},
	} {
		if out := p.ok("env", "--shell", c.shell); !strings.Contains(out, c.says) || strings.Contains(out, c.not) {
			t.Errorf("%s: no %q, or %q, in what is written", c.shell, c.says, c.not)
		}
	}
	p.env["SHELL"] = "/usr/bin/fish"
	if out := p.ok("env"); !strings.Contains(out, "set -gx") && !strings.Contains(out, "export") { // the test's parent may be a shell itself
		t.Error("no shell is found")
	}
}

// TestEnvUnset: what env sets is what --unset removes, without asking anybody.
func TestEnvUnset(t *testing.T) {
	p := newPerson(t)
	p.login()
	var set []string
	for name, value := range p.variables() {
		if value != nil {
			set = append(set, name)
		}
	}
	p.calls.take()
	var removed []string
	for name, value := range p.variables("--unset") {
		if value != nil {
			t.Errorf("%s is set", name)
		}
		removed = append(removed, name)
	}
	for _, name := range set {
		if !slices.Contains(removed, name) {
			t.Errorf("%s stays", name)
		}
	}
	if slices.Contains(removed, "AWS_PROFILE") || len(p.calls.take()) != 0 {
		t.Error("what env has not set is none of its business")
	}
	if out := newPerson(t).ok("env", "--unset", "--shell", "bash"); !strings.Contains(out, "unset AWS_SECRET_ACCESS_KEY;\n") {
		t.Error(out)
	}
}

func TestEnvRefusals(t *testing.T) {
	p := newPerson(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"env"}, ExitUsage, "there is no session default"},
		{[]string{"env", "--shell", "tcsh"}, ExitUsage, "one of bash, zsh"},
		{[]string{"env", "--json", "--shell", "bash"}, ExitUsage, "exclude each other"},
		{[]string{"env", "--unset", "--shell", "dotenv"}, ExitUsage, "cannot remove"},
		{[]string{"env", "a", "b"}, ExitUsage, "accepts at most 1"},
	} {
		if out, errs, code := p.run("", c.args...); code != c.code || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d: %q %q", c.args, code, out, errs)
		}
	}
	p.ok("configure", "default", "--region", "eu-west-1", "--user-pool-id", "eu-west-1_a", "--client-id", "c", "--identity-pool-id", "eu-west-1:0")
	if out, errs, code := p.run("", "env", "--shell", "bash"); code != ExitSignIn || out != "" || !strings.Contains(errs, "mayfly login default") {
		t.Errorf("exit code %d: %q %q", code, out, errs)
	}
}
