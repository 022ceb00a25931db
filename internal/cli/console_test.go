package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// federation answers as AWS's federation endpoint does; everything else goes to the server.
type federation struct {
	rest    http.RoundTripper
	status  int
	session string // what was sent last
}

const signinToken = "Canary-signin-token"

func (f *federation) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/federation" {
		return f.rest.RoundTrip(r)
	}
	f.session = r.URL.Query().Get("Session")
	body := `{"SigninToken":"` + signinToken + `"}`
	if f.status != 200 {
		body = "<html>" + f.session + "</html>"
	}
	return &http.Response{StatusCode: f.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// consoleOf runs the command of a person who is signed in.
func (p *person) consoleOf(f *federation, browse func(context.Context, string) error, args ...string) (out, errs string, code int) {
	p.t.Helper()
	var o, e bytes.Buffer
	f.rest = p.calls
	code = p.live(p.t.Context(), around{transport: f, browse: browse, out: &o, errs: &e}, append([]string{"console"}, args...)...)
	return o.String(), e.String(), code
}

func TestConsolePrints(t *testing.T) {
	p := newPerson(t)
	p.login()
	f := &federation{status: 200}
	const page = "https://console.aws.amazon.com/s3/home"
	never := func(context.Context, string) error { t.Error("a browser is opened"); return nil }
	out, errs, code := p.consoleOf(f, never, "--print", "--destination", page, "--duration", "1h")
	u, err := url.Parse(strings.TrimSpace(out))
	if code != 0 || errs != "" || err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, errs)
	}
	if q := u.Query(); q.Get("Action") != "login" || q.Get("Destination") != page || q.Get("SigninToken") != signinToken {
		t.Error("the link is not that of a sign-in")
	}
	var sent struct {
		ID string `json:"sessionId"`
	}
	if err := json.Unmarshal([]byte(f.session), &sent); err != nil || !strings.HasPrefix(sent.ID, "ASIA") {
		t.Error("the session's credentials were not sent")
	}
	var doc map[string]string
	asJSON, _, code := p.consoleOf(f, never, "--json", "--destination", page)
	if err := json.Unmarshal([]byte(asJSON), &doc); err != nil || code != 0 || !strings.Contains(doc["url"], signinToken) {
		t.Errorf("exit code %d, %v", code, err)
	}
}

var sendsTo = regexp.MustCompile(`content="0; url=(http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{43})"`)

// TestConsoleHandsOver: the browser gets the name of a private file, the file sends it to this process, and only from there it has the link, once. Afterwards the file
// is gone.
func TestConsoleHandsOver(t *testing.T) {
	p := newPerson(t)
	p.login()
	p.env["DISPLAY"], p.env["XDG_RUNTIME_DIR"] = ":0", filepath.Join(p.home, "run")
	if err := os.Mkdir(p.env["XDG_RUNTIME_DIR"], 0o700); err != nil {
		t.Fatal(err)
	}
	var file string
	browser := func(_ context.Context, page string) error {
		u, err := url.Parse(page)
		if err != nil || u.Scheme != "file" || !strings.HasPrefix(u.Path, p.env["XDG_RUNTIME_DIR"]) || strings.Contains(page, signinToken) {
			t.Fatalf("the browser is sent to %s, %v", page, err)
		}
		file = u.Path
		for path, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
			}
		}
		b, err := os.ReadFile(file)
		to := sendsTo.FindStringSubmatch(string(b))
		if err != nil || to == nil || strings.Contains(string(b), signinToken) {
			t.Fatalf("%v: %s", err, b)
		}
		fetch := func(target, host string) *http.Response {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			if host != "" {
				r.Host = host
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			return resp
		}
		guess := to[1][:len(to[1])-1] + "!"
		for _, r := range []*http.Response{fetch(guess, ""), fetch(to[1], "evil.example.com")} {
			if r.StatusCode != 404 || r.Header.Get("Location") != "" {
				t.Errorf("status %d for who should not know", r.StatusCode)
			}
		}
		if r := fetch(to[1], ""); r.StatusCode != 303 || !strings.Contains(r.Header.Get("Location"), "SigninToken="+signinToken) || r.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("status %d", r.StatusCode)
		}
		return nil
	}
	out, errs, code := p.consoleOf(&federation{status: 200}, browser, "--destination", "https://console.aws.amazon.com/")
	if code != 0 || out != "" || errs != "" {
		t.Errorf("exit code %d: %q %q", code, out, errs)
	}
	if _, err := os.Stat(filepath.Dir(file)); file == "" || !os.IsNotExist(err) {
		t.Error("the file stays:", err)
	}
}

func TestConsoleRefusals(t *testing.T) {
	p := newPerson(t)
	p.login()
	f := &federation{status: 200}
	broken := func(context.Context, string) error { return errors.New("no such program") }
	p.env["XDG_RUNTIME_DIR"] = t.TempDir()
	if _, errs, code := p.consoleOf(f, broken, "--destination", "https://x/"); code != ExitUsage || !strings.Contains(errs, "no browser on this machine: use --print") || f.session != "" {
		t.Errorf("no display: exit code %d: %s", code, errs)
	}
	p.env["DISPLAY"] = ":0"
	if _, errs, code := p.consoleOf(f, broken, "--destination", "https://x/"); code != ExitUsage || !strings.Contains(errs, "use --print") || strings.Contains(errs, "Canary") {
		t.Errorf("no browser: exit code %d: %s", code, errs)
	}
	if _, errs, code := p.consoleOf(f, broken, "--destination", "http://x/"); code != ExitFailed || !strings.Contains(errs, "https") {
		t.Errorf("no https: exit code %d: %s", code, errs)
	}
	f.status = 400
	_, errs, code := p.consoleOf(f, broken, "--print", "--destination", "https://x/")
	var sent map[string]string
	if err := json.Unmarshal([]byte(f.session), &sent); err != nil {
		t.Fatal(err)
	}
	if code != ExitFailed || !strings.Contains(errs, "GetSessionToken") || strings.Contains(errs, sent["sessionKey"]) || strings.Contains(errs, sent["sessionToken"]) {
		t.Errorf("refused: exit code %d: %s", code, errs)
	}
	if left, err := os.ReadDir(p.env["XDG_RUNTIME_DIR"]); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}
