package doctor

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// canary is in every secret of the tests, and may be in no check.
const canary = "Canary"

// secretive fails when a check shows a secret.
func secretive(t *testing.T, checks []Check) {
	t.Helper()
	b, err := json.Marshal(checks)
	if err != nil || strings.Contains(string(b), canary) {
		t.Errorf("a secret is told: %s, %v", b, err)
	}
}

// one gives the only check there is to be.
func one(t *testing.T, checks []Check) Check {
	t.Helper()
	if len(checks) != 1 {
		t.Fatalf("%d checks, want one: %+v", len(checks), checks)
	}
	return checks[0]
}

// wants fails unless a check of a state says a text.
func wants(t *testing.T, checks []Check, state State, says string) {
	t.Helper()
	for _, c := range checks {
		if c.State == state && strings.Contains(c.Says, says) {
			return
		}
	}
	t.Errorf("no check is %s and says %q: %+v", state, says, checks)
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// environment makes a home with both shared files.
func environment(t *testing.T, config, creds string, more ...string) func(string) string {
	t.Helper()
	env := map[string]string{"HOME": t.TempDir()}
	write(t, filepath.Join(env["HOME"], ".aws", "config"), config)
	write(t, filepath.Join(env["HOME"], ".aws", "credentials"), creds)
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return func(name string) string { return env[name] }
}

func shared(getenv func(string) string) *awsfile.Shared { return awsfile.Load(getenv, "linux") }

func none(string) string { return "" }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

// web reaches endpoints by a transport.
func web(rt http.RoundTripper) *Web {
	return &Web{HTTP: &http.Client{Transport: rt}, Getenv: none, GOOS: "linux", Now: time.Now}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: http.NoBody}
}
