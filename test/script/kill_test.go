package script

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/sigv4"
)

const (
	killRounds  = 8 // MAYFLY_KILL_ROUNDS asks for more
	killWriters = 6
	killKey     = "AKIAKILLKILLKILLKILL"
	killSecret  = "a secret for a server that is killed"
)

// killed is a server that gets killed, and what it acknowledged in all its lives.
type killed struct {
	data     string
	server   *server
	endpoint string
	mu       sync.Mutex
	present  map[string]bool // user names: true when its creation was acknowledged, false when its deletion was
	unknown  map[string]bool // names whose last request got no answer: either outcome is right
}

// TestKill kills the real server with SIGKILL while it serves writes, again and again, and holds what it has after each new start against the log
// of what it acknowledged: no creation is lost, no deletion is undone.
func TestKill(t *testing.T) {
	rounds := killRounds
	if n, err := strconv.Atoi(os.Getenv("MAYFLY_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	k := &killed{data: filepath.Join(t.TempDir(), "data"), present: map[string]bool{}, unknown: map[string]bool{}}
	for round := range rounds {
		k.start(t)
		k.check(t, round)
		k.writeAndKill(t, round)
	}
	k.start(t)
	k.check(t, rounds)
	if err := k.server.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-k.server.ended; err != nil {
		t.Errorf("the last life did not end cleanly: %v\n%s", err, k.server.stderr.String())
	}
	t.Logf("%d acknowledged names over %d kills", len(k.present), rounds)
}

func (k *killed) start(t *testing.T) {
	t.Helper()
	k.server = &server{cmd: exec.Command(filepath.Join(binDir, "mayfly"), "up", "--data", k.data, "--listen", "127.0.0.1:0", "--output", "json"), first: make(chan string, 1), ended: make(chan error, 1)}
	k.server.cmd.Env = append(os.Environ(), "MAYFLY_ROOT_ACCESS_KEY_ID="+killKey, "MAYFLY_ROOT_SECRET_ACCESS_KEY="+killSecret)
	if err := k.server.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.server.cmd.Process.Kill() })
	line, err := k.server.ready()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(line, `"endpoint":"`)
	k.endpoint, _, _ = strings.Cut(rest, `"`)
}

// iam sends one signed request. ok is false when no answer came.
func (k *killed) iam(ctx context.Context, form url.Values) (status int, body []byte, ok bool) {
	form.Set("Version", "2010-05-08")
	text := form.Encode()
	r := &sigv4.Request{
		Method: http.MethodPost, RequestURI: "/", Host: strings.TrimPrefix(k.endpoint, "http://"), Body: []byte(text),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: killKey, SecretAccessKey: killSecret}, "us-east-1", "iam", time.Now())
	req, err := http.NewRequestWithContext(ctx, r.Method, k.endpoint+"/", bytes.NewReader(r.Body))
	if err != nil {
		return 0, nil, false
	}
	req.Header = r.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, false
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err == nil
}

// writeAndKill lets clients create and delete users until the server is gone.
func (k *killed) writeAndKill(t *testing.T, round int) {
	var wg sync.WaitGroup
	for w := range killWriters {
		wg.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("r%d-w%d-%d", round, w, i)
				if !k.write(t, "CreateUser", name, true) || i%3 == 2 && !k.write(t, "DeleteUser", name, false) {
					return
				}
			}
		})
	}
	time.Sleep(time.Duration(20+rand.IntN(200)) * time.Millisecond) // how long a life is: any length is a good one
	if err := k.server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-k.server.ended
	wg.Wait()
}

// write makes one request and notes what was acknowledged. It returns false when the server is gone.
func (k *killed) write(t *testing.T, action, name string, present bool) bool {
	status, body, ok := k.iam(t.Context(), url.Values{"Action": {action}, "UserName": {name}})
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case !ok:
		k.unknown[name] = true
	case status != http.StatusOK:
		t.Errorf("%s %s: %d %s", action, name, status, body)
	default:
		k.present[name] = present
	}
	return ok
}

// check holds the users that there are against the acknowledged ones.
func (k *killed) check(t *testing.T, round int) {
	t.Helper()
	have := map[string]bool{}
	form := url.Values{"Action": {"ListUsers"}, "MaxItems": {"1000"}}
	for {
		status, body, ok := k.iam(t.Context(), form)
		var page struct {
			Names  []string `xml:"ListUsersResult>Users>member>UserName"`
			More   bool     `xml:"ListUsersResult>IsTruncated"`
			Marker string   `xml:"ListUsersResult>Marker"`
		}
		if err := xml.Unmarshal(body, &page); !ok || status != http.StatusOK || err != nil {
			t.Fatalf("round %d: listing: %d %s %v", round, status, body, err)
		}
		for _, n := range page.Names {
			have[n] = true
		}
		if !page.More {
			break
		}
		form.Set("Marker", page.Marker)
	}
	for name, present := range k.present {
		if have[name] != present && !k.unknown[name] {
			t.Errorf("round %d: %s: there %v, acknowledged %v", round, name, have[name], present)
		}
	}
	for name := range have {
		if _, known := k.present[name]; !known && !k.unknown[name] {
			t.Errorf("round %d: %s was never asked for", round, name)
		}
	}
}
