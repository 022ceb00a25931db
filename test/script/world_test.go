package script

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mayfly-id/mayfly/sigv4"
)

type worldKey struct{}

// world is the state of one story.
type world struct {
	client *http.Client
	server *server
	last   *answer
	creds  map[string]sigv4.Credentials
	proof  map[string]string // the last answer to PASSWORD_VERIFIER that was sent, for a replay

	functions *functions // of triggers; nil before the story names some
	issuer    *issuer    // nil before the story starts one
}

func newWorld() *world {
	return &world{
		creds: map[string]sigv4.Credentials{},
		client: &http.Client{
			Timeout:       30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// answered keeps the answer and holds it against what the line of the story wants.
func (w *world) answered(ts *testscript.TestScript, neg bool, a *answer) {
	w.last = a
	fmt.Fprint(ts.Stdout(), a.String())
	switch {
	case neg && a.status < 400:
		ts.Fatalf("a refusal was wanted, not\n%s", a)
	case !neg && a.status >= 400:
		ts.Fatalf("refused:\n%s", a)
	case a.status == 500 || a.status > 501:
		ts.Fatalf("the server failed:\n%s", a)
	}
}

// cmdUse names credentials: use NAME KEY SECRET [TOKEN].
func cmdUse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: use NAME KEY SECRET [TOKEN]")
	}
	c := sigv4.Credentials{AccessKeyID: args[1], SecretAccessKey: args[2]}
	if len(args) == 4 {
		c.SessionToken = args[3]
	}
	worldOf(ts).creds[args[0]] = c
}

// cmdMode holds the permissions of a file: mode FILE 0700.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE OCTAL")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	if got := info.Mode().Perm(); got != os.FileMode(want) {
		ts.Fatalf("%s has mode %04o, want %04o", args[0], got, want)
	}
}

// cmdEqual compares two texts: equal A B.
func cmdEqual(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: equal A B")
	}
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q: equal is %t", args[0], args[1], !neg)
	}
}

// cmdTamper changes one character in the middle of a text: tamper VAR TEXT.
func cmdTamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || len(args[1]) < 2 {
		ts.Fatalf("usage: tamper VAR TEXT")
	}
	ts.Setenv(args[0], flip(args[1], len(args[1])/2))
}

// flip replaces the character at i by another one of every alphabet in use here.
func flip(s string, i int) string {
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

var envName = regexp.MustCompile(`\$[A-Z][A-Z0-9_]*`)

// cmdContent puts a file's text into a variable, with $NAMES filled in: content VAR FILE. Policy variables, ${…}, stay.
func cmdContent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: content VAR FILE")
	}
	ts.Setenv(args[0], filled(ts, args[1]))
}

func filled(ts *testscript.TestScript, file string) string {
	return strings.TrimSpace(envName.ReplaceAllStringFunc(ts.ReadFile(file), func(name string) string { return ts.Getenv(name[1:]) }))
}
