package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// person is a user of the client with a home of their own.
type person struct {
	t       *testing.T
	server  *mayflytest.Server
	home    string
	env     map[string]string
	calls   *calls
	typed   *typed
	pages   []string                // that a browser was shown
	confirm func(page string) error // what the person does in the browser; nil: nothing
	ahead   time.Duration           // of this machine's clock before the server's
}

// calls counts requests by operation.
type calls struct {
	mu   sync.Mutex
	n    map[string]int
	fail string // operation of a query service that the network loses
}

func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.n[r.Header.Get("X-Amz-Target")[strings.LastIndexByte(r.Header.Get("X-Amz-Target"), '.')+1:]]++
	c.mu.Unlock()
	if c.fail != "" && r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		if b, err := io.ReadAll(body); err != nil || strings.Contains(string(b), "Action="+c.fail+"&") {
			return nil, errors.Join(err, errors.New("the network is down"))
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (c *calls) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = map[string]int{}
	return n
}

// typed is a terminal at which the answers are typed already.
type typed struct {
	answers []string
	prompts []string
}

func (t *typed) Present() bool { return t != nil }

func (t *typed) Line(_ context.Context, prompt string) (string, error) {
	t.prompts = append(t.prompts, prompt)
	if len(t.answers) == 0 {
		return "", io.EOF
	}
	a := t.answers[0]
	t.answers = t.answers[1:]
	return a, nil
}

func (t *typed) Secret(ctx context.Context, prompt string) (string, error) {
	return t.Line(ctx, "(hidden) "+prompt)
}

func newPerson(t *testing.T) *person {
	t.Helper()
	home := t.TempDir()
	return &person{
		t: t, server: mayflytest.New(t, mayflytest.At(time.Now().Truncate(time.Second))), home: home, calls: &calls{n: map[string]int{}},
		env: map[string]string{"HOME": home, "XDG_STATE_HOME": filepath.Join(home, "state"), "MAYFLY_CONFIG": filepath.Join(home, "config")},
	}
}

func (p *person) browse(_ context.Context, page string) error {
	p.pages = append(p.pages, page)
	if p.confirm != nil {
		return p.confirm(page)
	}
	return nil
}

// run is one process of the client.
func (p *person) run(in string, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	var out, errs bytes.Buffer
	w := &IO{
		World: login.World{
			Err: &errs, Getenv: func(k string) string { return p.env[k] }, Environ: func() []string { return nil }, Now: func() time.Time { return p.server.Clock.Now().Add(p.ahead) },
			Terminal: p.typed, HTTP: &http.Client{Transport: p.calls}, Random: rand.Reader, Self: "mayfly",
		},
		In: strings.NewReader(in), Out: &out, Browse: p.browse, Exists: func(string) bool { return false }, Command: func() string { return "mayfly" },
	}
	root := &cobra.Command{Use: "mayfly", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(Commands(w)...)
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	err := root.ExecuteContext(p.t.Context())
	code = w.Finish(err)
	return out.String(), errs.String(), code
}

// ok is a process that has to succeed.
func (p *person) ok(args ...string) string {
	p.t.Helper()
	out, errs, code := p.run("", args...)
	if code != 0 {
		p.t.Fatalf("%v: exit code %d: %s", args, code, errs)
	}
	return out
}

func (p *person) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// login signs the server's API token in.
func (p *person) login() {
	p.t.Helper()
	p.ok("login", "--server", p.server.URL, "--username", p.server.APIAccessKey, "--password-file", p.file("secret", p.server.APISecretKey+"\n"))
	p.calls.take()
}
