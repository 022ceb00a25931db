package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/sigv4"
)

// between stands between clients and a server. It counts what they ask for by operation, can hold answers back, and can shorten lives.
type between struct {
	*httptest.Server
	first firstRun // of the server behind

	mu    sync.Mutex
	asked map[string]int
	held  map[string]*gate
	short bool
	keys  time.Duration // life of credentials from now on; 0: as the server has it
}

// gate holds the answers of one operation: the server has acted, and the client does not know yet.
type gate struct {
	arrived chan struct{} // one for each answer that is held
	open    chan struct{}
}

// newBetween starts a server of the real binary and stands before it.
func newBetween(t *testing.T) *between {
	t.Helper()
	s := &server{cmd: exec.Command(filepath.Join(binDir, "mayfly"), "up", "--ephemeral", "--listen", "127.0.0.1:0", "--output", "json"), first: make(chan string, 1), ended: make(chan error, 1)}
	s.cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(os.Interrupt)
		if err := <-s.ended; err != nil {
			t.Errorf("the server did not end cleanly: %v\n%s", err, s.stderr.String())
		}
	})
	line, err := s.ready()
	if err != nil {
		t.Fatal(err)
	}
	b := &between{asked: map[string]int{}, held: map[string]*gate{}}
	if err := json.Unmarshal([]byte(line), &b.first); err != nil {
		t.Fatal(err)
	}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

// ServeHTTP hands a request on, with the Host that it was signed for.
func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := r.Header.Get("X-Amz-Target")
	operation = operation[strings.LastIndexByte(operation, '.')+1:]
	b.mu.Lock()
	b.asked[operation]++
	held, short, keys := b.held[operation], b.short, b.keys
	b.mu.Unlock()

	out, err := http.NewRequestWithContext(r.Context(), r.Method, b.first.Endpoint+r.RequestURI, r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out.Header, out.Host, out.ContentLength = r.Header, r.Host, r.ContentLength
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if held != nil {
		held.arrived <- struct{}{}
		select {
		case <-held.open:
		case <-r.Context().Done(): // whoever asked is gone
			return
		}
	}
	if keys > 0 {
		body = keyLife.ReplaceAll(body, fmt.Appendf(nil, `"Expiration":%d`, time.Now().Add(keys).Unix()))
	}
	if short {
		body = ended(body)
	}
	for name, values := range resp.Header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(body)
}

var (
	tokenLife = regexp.MustCompile(`"ExpiresIn":[0-9]+`)
	keyLife   = regexp.MustCompile(`"Expiration":[0-9.E]+`)
)

// ended makes credentials of an answer end at once, and tokens after a second, which is the shortest life they have.
func ended(body []byte) []byte {
	return keyLife.ReplaceAll(tokenLife.ReplaceAll(body, []byte(`"ExpiresIn":1`)), []byte(`"Expiration":1`))
}

// hold has answers of an operation wait until the gate is opened.
func (b *between) hold(operation string) *gate {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := &gate{arrived: make(chan struct{}, 1000), open: make(chan struct{})}
	b.held[operation] = g
	return g
}

// pass ends hold for further requests.
func (b *between) pass(operation string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.held, operation)
}

// shorten has everything that is handed out from now on end as soon as it can, or not.
func (b *between) shorten(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.short = on
}

// keysFor gives credentials that are handed out from now on another life.
func (b *between) keysFor(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keys = d
}

// take gives what was asked for since the last time.
func (b *between) take() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.asked
	b.asked = map[string]int{}
	return n
}

// want holds what was asked for against what has to have been.
func (b *between) want(t *testing.T, operations ...string) {
	t.Helper()
	want := map[string]int{}
	for _, o := range operations {
		want[o]++
	}
	if got := b.take(); fmt.Sprint(got) != fmt.Sprint(want) { // package fmt sorts maps
		t.Errorf("asked for %v, want %v", got, want)
	}
}

// root performs an operation of the user pools as the account's root.
func (b *between) root(t *testing.T, operation, input string) {
	t.Helper()
	r := &sigv4.Request{Method: http.MethodPost, RequestURI: "/", Host: strings.TrimPrefix(b.first.Endpoint, "http://"), Body: []byte(input), Header: http.Header{
		"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {services()["cognito-idp"].target + "." + operation},
	}}
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: b.first.AccessKeyID, SecretAccessKey: b.first.SecretAccessKey}, b.first.Region, "cognito-idp", time.Now())
	req, err := http.NewRequestWithContext(t.Context(), r.Method, b.first.Endpoint+"/", bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", operation, resp.StatusCode, text)
	}
}

// home is a user's folder on the machine of the tests, with the real binary at hand.
type home struct {
	t   *testing.T
	dir string
}

// newHome makes a home in which the server's API token has signed in.
func (b *between) newHome(t *testing.T) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(h.dir, "secret"), []byte(b.first.APISecretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.login(b)
	return h
}

func (h *home) login(b *between) {
	h.t.Helper()
	h.ok("login", "--server", b.URL, "--username", b.first.APIAccessKey, "--password-file", filepath.Join(h.dir, "secret"))
	b.take()
}

// command is a process of the client, which has no terminal.
func (h *home) command(args ...string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	cmd, out, errs = exec.Command(filepath.Join(binDir, "mayfly"), args...), new(bytes.Buffer), new(bytes.Buffer)
	cmd.Env = []string{"HOME=" + h.dir, "PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = out, errs
	alone(cmd)
	return cmd, out, errs
}

// newEndedHome makes a home in which the server's API token has signed in, and the tokens have ended.
func (b *between) newEndedHome(t *testing.T) *home {
	t.Helper()
	b.shorten(true)
	h := b.newHome(t)
	b.shorten(false)
	h.ended()
	return h
}

// ended waits until the tokens that are kept have ended.
func (h *home) ended() {
	h.t.Helper()
	for end := time.Now().Add(patience); ; {
		out, errs, code := h.run("status", "--json")
		var kept struct{ Expires time.Time }
		if err := json.Unmarshal([]byte(out), &kept); err != nil || code != 0 || time.Now().After(end) {
			h.t.Fatalf("the tokens do not end: %d %s%v", code, errs, err)
		}
		if !time.Now().Before(kept.Expires) {
			return
		}
	}
}

// run is a process that is waited for: one that hangs, as on a lock that nobody gives back, is a failure.
func (h *home) run(args ...string) (out, errs string, code int) {
	h.t.Helper()
	cmd, o, e := h.command(args...)
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

func (h *home) ok(args ...string) string {
	h.t.Helper()
	out, errs, code := h.run(args...)
	if code != 0 {
		h.t.Fatalf("mayfly %s: exit code %d: %s", args[0], code, errs)
	}
	return out
}

// credentials runs process, which has to give some.
func (h *home) credentials() string {
	h.t.Helper()
	out := h.ok("process")
	var doc struct {
		Version                                    int
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.Version != 1 || doc.AccessKeyId == "" || doc.SecretAccessKey == "" || doc.SessionToken == "" {
		h.t.Fatalf("process gives no credentials: %v", err)
	}
	return out
}
