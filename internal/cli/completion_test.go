package cli

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestCompletion: what shells are told of sessions, profiles and flags.
func TestCompletion(t *testing.T) {
	p := newPerson(t)
	p.env["AWS_CONFIG_FILE"] = p.file("aws", "[default]\nregion = eu-west-1\n[profile build]\nregion = eu-west-1\n[profile work]\nregion = eu-west-1\n")
	p.file("config", "[session work]\nkind = keys\nregion = eu-west-1\n\n[session sso]\nkind = sso\nregion = eu-west-1\nsso_start_url = https://example.com/start\nsso_region = eu-west-1\n")
	for words, want := range map[string]string{
		"login ":                 "work\tsession, keys|sso\tsession, sso|:4",
		"login work ":            ":4",
		"exec ":                  "work\tsession, keys|sso\tsession, sso|default\tprofile|build\tprofile|:0",
		"exec work ":             ":0",
		"exec work -- ":          ":0",
		"exec -- ":               "work\tsession, keys|sso\tsession, sso|default\tprofile|build\tprofile|:0",
		"setup profiles work ":   "sso\tsession, sso|:4",
		"key rotate ":            "work\tsession, keys|sso\tsession, sso|:4",
		"curl ":                  ":4",
		"curl --session ":        "work\tsession, keys|sso\tsession, sso|:4",
		"whoami --profile ":      "default|build|work|:4",
		"token --type ":          "access|id|:4",
		"env --shell ":           "bash|zsh|fish|powershell|dotenv|json|:4",
		"configure --kind ":      "user-pool|sso|web-identity|keys|:4",
		"login --password-file ": ":0",
		"completion ":            "bash|zsh|fish|powershell|:4",
	} {
		args := strings.Split("__complete "+words, " ")
		got := strings.TrimSpace(p.ok(args...))
		if got = strings.ReplaceAll(got, "\n", "|"); got != want {
			t.Errorf("%q: got %q, want %q", words, got, want)
		}
	}
	p.file("config", "[session broken\n")
	if got := p.ok("__complete", "login", ""); got != ":4\n" {
		t.Errorf("a broken file: %q", got)
	}
	if n := p.calls.take(); len(n) != 0 {
		t.Errorf("completion asked a server: %v", n)
	}
}

// TestCompletionScripts: each shell takes its script, and one that there is none for is told so.
func TestCompletionScripts(t *testing.T) {
	p := newPerson(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script := p.ok("completion", shell)
		var doc struct{ Shell, Script string }
		if err := json.Unmarshal([]byte(p.ok("completion", shell, "--json")), &doc); err != nil || doc.Shell != shell || doc.Script != script {
			t.Errorf("%s as JSON: %v, %q", shell, err, doc.Shell)
		}
		if !strings.Contains(script, "__complete") {
			t.Errorf("%s: %q", shell, script)
		}
		if path, err := exec.LookPath(shell); err == nil && shell != "powershell" {
			cmd := exec.CommandContext(t.Context(), path, "-n")
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s does not take its script: %v: %s", shell, err, out)
			}
		}
	}
	for _, args := range [][]string{{"completion", "tcsh"}, {"completion", "tcsh", "--json"}} {
		if out, errs, code := p.run("", args...); code != ExitUsage || out != "" || !strings.Contains(errs, "bash, zsh, fish, powershell") {
			t.Errorf("%v: %d %s%s", args, code, out, errs)
		}
	}
}
