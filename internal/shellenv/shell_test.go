package shellenv

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

func written(t *testing.T, s Shell, set map[string]credentials.Secret, remove ...string) string {
	t.Helper()
	var b strings.Builder
	if err := s.Write(&b, set, remove); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return b.String()
}

func TestForms(t *testing.T) {
	set := map[string]credentials.Secret{"B": "it's", "A": `C:\x "y" $z`, "E": ""}
	plain := map[string]credentials.Secret{"B": "a/b+c=", "A": `C:\x "y" $z #`, "E": ""}
	for _, c := range []struct {
		shell  Shell
		set    map[string]credentials.Secret
		remove []string
		want   string
	}{
		{Bash, set, []string{"D", "C"}, "unset C;\nunset D;\nexport A='C:\\x \"y\" $z';\nexport B='it'\\''s';\nexport E='';\n"},
		{Zsh, set, []string{"C"}, "unset C;\nexport A='C:\\x \"y\" $z';\nexport B='it'\\''s';\nexport E='';\n"},
		{Fish, set, []string{"C"}, "set -e C;\nset -gx A 'C:\\\\x \"y\" $z';\nset -gx B 'it\\'s';\nset -gx E '';\n"},
		{PowerShell, set, []string{"C"}, "Remove-Item -LiteralPath Env:C -ErrorAction SilentlyContinue;\n$Env:A = 'C:\\x \"y\" $z';\n$Env:B = 'it''s';\n$Env:E = '';\n"},
		{PowerShell, map[string]credentials.Secret{"A": "\né’\U0001F41Dx\t"}, nil, "$Env:A = '' + [char]0x000A + [char]0x00E9 + [char]0x2019 + [char]0xD83D + [char]0xDC1D + 'x' + [char]0x0009;\n"},
		{Dotenv, plain, nil, "A='C:\\x \"y\" $z #'\nB=a/b+c=\nE=\n"},
		{JSON, set, []string{"C"}, "{\n  \"A\": \"C:\\\\x \\\"y\\\" $z\",\n  \"B\": \"it's\",\n  \"C\": null,\n  \"E\": \"\"\n}\n"},
		{JSON, nil, nil, "{\n}\n"},
		{Bash, nil, nil, ""},
	} {
		if d := cmp.Diff(c.want, written(t, c.shell, c.set, c.remove...)); d != "" {
			t.Errorf("%s: %s", c.shell, d)
		}
	}
}

// TestWhatCannotBeWritten: it is an error that shows the name alone, and nothing is written.
func TestWhatCannotBeWritten(t *testing.T) {
	for _, c := range []struct {
		shell       Shell
		name, value string
		remove      string
		want        error
	}{
		{Bash, "A", "secret\x00", "", errZero},
		{Fish, "A", "secret\x00", "", errZero},
		{JSON, "A", "secret\x00", "", errZero},
		{JSON, "A", "secret\xff", "", errNotText},
		{PowerShell, "A", "secret\xff", "", errNotText},
		{Dotenv, "A", "secret\xff", "", errNotText},
		{Dotenv, "A", "secret'", "", errDotenv},
		{Dotenv, "A", "secret\n", "", errDotenv},
		{Dotenv, "A", "secret ${X}", "", errDotenv},
		{Dotenv, "A", `secret \`, "", errDotenv},
		{Dotenv, "A", `secret \\ x`, "", errDotenv},
		{Dotenv, "A", "secret\u0085x", "", errDotenv},
		{Dotenv, "A", "secret", "B", ErrNoRemoval},
		{Bash, "A", "secret", "A", errTwice},
		{JSON, "A", "secret", "A", errTwice},
		{Bash, "", "secret", "", errName},
		{Bash, "1A", "secret", "", errName},
		{Bash, "A;id", "secret", "", errName},
		{Fish, "A B", "secret", "", errName},
		{PowerShell, "A}", "secret", "", errName},
		{Dotenv, "A=", "secret", "", errName},
		{JSON, `A"`, "secret", "", errName},
		{Zsh, "É", "secret", "", errName},
		{Bash, "A", "secret", "B;id", errName},
		{JSON, "A", "secret", `B"`, errName},
		{PowerShell, "A", "secret", "B,C", errName},
		{"", "A", "secret", "", ErrShell},
		{"cmd", "A", "secret", "", ErrShell},
	} {
		var remove []string
		if c.remove != "" {
			remove = []string{c.remove}
		}
		var b strings.Builder
		err := c.shell.Write(&b, map[string]credentials.Secret{"AA": "x", c.name: credentials.Secret(c.value)}, remove)
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "secret") || b.Len() != 0 {
			t.Errorf("%s %q %q: %v, wrote %q", c.shell, c.name, c.remove, err, b.String())
		}
	}
}

func TestDetection(t *testing.T) {
	for _, c := range []struct {
		parent, shell, modules string
		want                   Shell
	}{
		{"fish", "/bin/bash", "", Fish},
		{"-zsh", "/bin/bash", "", Zsh},
		{"/usr/local/bin/bash", "/usr/bin/fish", "", Bash},
		{"pwsh", "/bin/bash", "", PowerShell},
		{"PowerShell.exe", "", `C:\m`, PowerShell},
		{`C:\Program Files\PowerShell\7\pwsh.EXE`, "", "", PowerShell},
		{"make", "/usr/bin/fish", "", Fish},
		{"", "/bin/zsh", "", Zsh},
		{"", "/bin/dash", "", Bash},
		{"explorer.exe", "", `C:\m`, PowerShell},
		{"bash.exe", "", `C:\m`, Bash},
		{"", "/opt/nu", `C:\m`, Bash},
		{"", "", "", Bash},
	} {
		getenv := func(name string) string { return map[string]string{"SHELL": c.shell, "PSModulePath": c.modules}[name] }
		if got := Detect(getenv, c.parent); got != c.want {
			t.Errorf("parent %q, SHELL %q: %s", c.parent, c.shell, got)
		}
	}
}

func TestParsing(t *testing.T) {
	for _, s := range Shells() {
		if got, err := Parse(string(s)); got != s || err != nil {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	for name, want := range map[string]Shell{"pwsh": PowerShell, "sh": Bash, "": "", "cmd": "", "bash;": ""} {
		if got, err := Parse(name); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

// TestParentOfThisTest: a shell that starts this program is its parent.
func TestParentOfThisTest(t *testing.T) {
	if os.Getenv("SHELLENV_PARENT") != "" {
		if got := Detect(func(string) string { return "/usr/bin/fish" }, Parent()); got != Bash {
			t.Fatalf("the parent is %q", Parent())
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	cmd := exec.Command(bash, "-c", `"$0" -test.run TestParentOfThisTest; exit $?`, self)
	cmd.Env = append(os.Environ(), "SHELLENV_PARENT=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// samples are values that quotes get wrong.
func samples() []string {
	var all strings.Builder
	for b := 1; b < 256; b++ {
		all.WriteByte(byte(b))
	}
	return []string{
		"", "plain", "a b", "'", "''", `\`, `\\`, `\'`, `'\''`, "\n", "a\n\nb\n", "\r\n", "\t", " lead", "trail ", "`id`", "$(id)", "$HOME", "${HOME}", "!!", "#x", "*", "~", "%",
		`"`, `"; id; "`, "'; id; '", "-n", "=x", "\x1b[31m", "é ’‘‚‛ 🐝", "\uf641\uf6ff", "\ufeff", "\u2028", "[char]65", all.String(), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY==",
	}
}

// TestJSONReads: another reader of JSON finds the values.
func TestJSONReads(t *testing.T) {
	for _, v := range samples() {
		if !strings.Contains(strings.ToValidUTF8(v, "\x00"), "\x00") {
			var got map[string]string
			if err := json.Unmarshal([]byte(written(t, JSON, map[string]credentials.Secret{"V": credentials.Secret(v)})), &got); err != nil || got["V"] != v {
				t.Errorf("%q: %q, %v", v, got["V"], err)
			}
		}
	}
}

// TestRemovals: real shells forget what is removed, in their own environment and that of their children.
func TestRemovals(t *testing.T) {
	for _, r := range readers() {
		path, err := exec.LookPath(r.program)
		if err != nil || r.shell == Dotenv {
			continue
		}
		file := filepath.Join(t.TempDir(), "text")
		if err := os.WriteFile(file, []byte(written(t, r.shell, map[string]credentials.Secret{"V": "set"}, "GONE", "NEVER_THERE")), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, r.args...)
		cmd.Env = append(os.Environ(), "FILE="+file, "GONE=still here")
		out, err := cmd.Output()
		if err != nil || string(out) != "set" {
			t.Errorf("%s: %q, %v", r.program, out, err)
		}
	}
}
