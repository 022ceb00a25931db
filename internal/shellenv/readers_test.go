package shellenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mayfly-id/mayfly/credentials"
)

// reader is a program that evaluates the file named by FILE as people do, and prints the value of V and then that of GONE as a child has them.
type reader struct {
	shell   Shell
	program string
	args    []string
}

const (
	// The environment of a child, without the zero byte that ends an entry.
	posixTail  = `; exec /usr/bin/env -u OLDPWD sh -c 'printf %s "$V$GONE"'`
	pythonRead = `import dotenv, os, sys; sys.stdout.buffer.write(os.fsencode(dotenv.dotenv_values(os.environ["FILE"])["V"]))`
	nodeRead   = `process.loadEnvFile(process.env.FILE); process.stdout.write(process.env.V)`
)

func readers() []reader {
	return []reader{
		{Bash, "bash", []string{"--norc", "-c", `eval "$(cat "$FILE")"` + posixTail}},
		{Bash, "dash", []string{"-c", `eval "$(cat "$FILE")"` + posixTail}},
		{Zsh, "zsh", []string{"-f", "-c", `eval "$(cat "$FILE")"` + posixTail}},
		{Zsh, "zsh", []string{"-f", "-o", "RC_QUOTES", "-c", `eval "$(cat "$FILE")"` + posixTail}},
		{Fish, "fish", []string{"--no-config", "-c", `cat "$FILE" | source; exec sh -c 'printf %s "$V$GONE"'`}},
		{PowerShell, "pwsh", []string{"-NoProfile", "-Command", `& cat $Env:FILE | Out-String | Invoke-Expression; & sh -c 'printf %s "$V$GONE"'`}},
		{Dotenv, "bash", []string{"--norc", "-c", `set -a; . "$FILE"; set +a` + posixTail}},
		{Dotenv, "python3", []string{"-c", pythonRead}},
		{Dotenv, "node", []string{"-e", nodeRead}},
	}
}

// usable reports whether a reader is installed, with the library it needs.
func (r reader) usable() bool {
	if _, err := exec.LookPath(r.program); err != nil {
		return false
	}
	switch r.program {
	case "python3":
		return !testing.Short() && exec.Command(r.program, "-c", "import dotenv").Run() == nil
	case "node":
		return !testing.Short() && exec.Command(r.program, "-e", "if (!process.loadEnvFile) process.exit(1)").Run() == nil
	}
	return true
}

// back gives a value as the reader finds it. ok is false when the language has no form for it.
func (r reader) back(t *testing.T, folder, value string) (got string, ok bool) {
	t.Helper()
	var text strings.Builder
	if err := r.shell.Write(&text, map[string]credentials.Secret{"V": credentials.Secret(value)}, nil); err != nil {
		return "", false
	}
	file := filepath.Join(folder, "text")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(r.program, r.args...)
	cmd.Env = append(os.Environ(), "FILE="+file)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %q became %q: %v", r.program, value, text.String(), err)
	}
	return string(out), true
}

// TestReadBack: every reader that is installed finds the value that was written, byte for byte.
func TestReadBack(t *testing.T) {
	for _, r := range readers() {
		if !r.usable() {
			t.Logf("%s is not here to read %s", r.program, r.shell)
			continue
		}
		t.Run(string(r.shell)+" "+r.program, func(t *testing.T) {
			folder, read := t.TempDir(), 0
			for _, value := range samples() {
				got, ok := r.back(t, folder, value)
				if ok {
					read++
				} else if r.shell != Dotenv && r.shell != PowerShell {
					t.Errorf("there is no form for %q", value)
				}
				if ok && got != value {
					t.Errorf("%q came back as %q", value, got)
				}
			}
			if read < 15 {
				t.Errorf("only %d values were read", read)
			}
		})
	}
}

// FuzzReadBack: the same for any value, in bash, and in fish and pwsh where they are installed; and in PowerShell as a reader of its rules finds it.
func FuzzReadBack(f *testing.F) {
	for _, s := range samples() {
		f.Add(s)
	}
	var all []reader
	for _, r := range readers() {
		if (r.program == "bash" || r.program == "fish" || r.program == "pwsh") && r.usable() {
			all = append(all, r)
		}
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.Contains(value, "\x00") || len(value) > 10000 {
			return
		}
		folder := t.TempDir()
		for _, r := range all {
			if got, ok := r.back(t, folder, value); ok && got != value || !ok && r.shell != Dotenv && r.shell != PowerShell {
				t.Errorf("%s: %q came back as %q", r.program, value, got)
			}
		}
		if quoted, err := powerShell(value); err == nil && evaluated(t, quoted) != value {
			t.Errorf("powershell: %q became %s", value, quoted)
		}
		if quoted, err := dotenvValue(value); err == nil && strings.ContainsAny(quoted, "\r\n") {
			t.Errorf("dotenv: %q has more than one line", value)
		}
	})
}

// evaluated reads an expression of PowerShell: texts in single quotes and characters by number, added up. Nothing but printable ASCII is taken, so that no code
// page and none of the other characters that PowerShell takes for quotes can matter.
func evaluated(t *testing.T, expression string) string {
	t.Helper()
	var units []uint16
	rest := expression
	for first := true; rest != ""; first = false {
		if !first {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, " + "); !ok {
				t.Fatalf("no + at %q", rest)
			}
		}
		if number, ok := strings.CutPrefix(rest, "[char]0x"); ok && !first && len(number) >= 4 {
			n, err := strconv.ParseUint(number[:4], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			units, rest = append(units, uint16(n)), number[4:]
			continue
		}
		if rest[0] != '\'' {
			t.Fatalf("no text at %q", rest)
		}
		for rest = rest[1:]; ; rest = rest[1:] {
			if rest == "" || rest[0] < ' ' || rest[0] > '~' {
				t.Fatalf("the text does not end in %s", expression)
			}
			if rest[0] == '\'' {
				if rest = rest[1:]; rest == "" || rest[0] != '\'' {
					break
				}
			}
			units = append(units, uint16(rest[0]))
		}
	}
	return string(utf16.Decode(units))
}
