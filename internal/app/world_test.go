package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// world is an ephemeral server behind a real listener, with a clock that a test moves.
type world struct {
	t    *testing.T
	app  *App
	url  string
	run  *FirstRun
	root sigv4.Credentials
	log  *safeBuffer
	mu   sync.Mutex
	at   time.Time
}

// safeBuffer is the server's log.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, log: &safeBuffer{}, at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.url = server.URL
	c := config.Config{Listen: "127.0.0.1:0", Region: "us-east-1", URL: w.url, Output: "json", Ephemeral: true, FixedCode: "123456", RotateKeys: 90 * 24 * time.Hour, Outside: config.Outside{RotateSigning: 90 * 24 * time.Hour}, StaleFor: time.Hour}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	a, err := open(context.Background(), c, slog.New(slog.NewTextHandler(w.log, nil)), w.now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	handler = a.Handler()
	w.app, w.run = a, a.firstRun
	w.root = sigv4.Credentials{AccessKeyID: w.run.AccessKeyID, SecretAccessKey: w.run.SecretAccessKey}
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// reply is what came back.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	code    string // of an error
	message string
}

// send makes one request of an operation. input is a tree of map[string]any, []any and scalars; who signs, or does not when the key id is empty.
func (w *world) send(e *wire.Entry, who sigv4.Credentials, input map[string]any) reply {
	w.t.Helper()
	r := &sigv4.Request{Method: http.MethodPost, RequestURI: "/", Host: strings.TrimPrefix(w.url, "http://"), Header: http.Header{}}
	switch e.Service.Protocol {
	case wire.Query:
		form := url.Values{"Action": {e.Operation.Name}, "Version": {e.Service.Version}}
		flatten(form, "", input)
		r.Body = []byte(form.Encode())
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	case wire.JSON:
		r.Body = marshal(w.t, input)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", e.Service.TargetPrefix+"."+e.Operation.Name)
	default:
		r.Method, r.RequestURI = e.Operation.Method, fillLabels(e.Operation.Path)
		r.Header.Set("Content-Type", "application/json")
	}
	if who.AccessKeyID != "" {
		sigv4.Sign(r, who, w.app.cfg.Region, e.Service.SigningName, w.now())
	}
	return w.roundTrip(e.Service.Protocol, r)
}

func (w *world) roundTrip(p wire.Protocol, r *sigv4.Request) reply {
	w.t.Helper()
	hr, err := http.NewRequestWithContext(w.t.Context(), r.Method, w.url+r.RequestURI, bytes.NewReader(r.Body))
	if err != nil {
		w.t.Fatal(err)
	}
	hr.Header = r.Header
	response, err := http.DefaultClient.Do(hr)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	out := reply{status: response.StatusCode, header: response.Header}
	if out.body, err = io.ReadAll(response.Body); err != nil {
		w.t.Fatal(err)
	}
	if out.status >= 400 {
		out.readError(w.t, p)
	}
	return out
}

// readError reads an error the way the SDKs of the protocol do.
func (r *reply) readError(t *testing.T, p wire.Protocol) {
	t.Helper()
	if p == wire.Query {
		var x struct {
			Error struct{ Code, Message string }
		}
		if err := xml.Unmarshal(r.body, &x); err != nil {
			t.Fatalf("%v in %s", err, r.body)
		}
		r.code, r.message = x.Error.Code, x.Error.Message
		return
	}
	x := map[string]any{}
	if err := json.Unmarshal(r.body, &x); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	r.code = r.header.Get("X-Amzn-Errortype")
	if p == wire.JSON && x["__type"] != r.code {
		t.Errorf("__type is %v, the header says %s", x["__type"], r.code)
	}
	for _, name := range []string{"message", "Message"} {
		if m, ok := x[name].(string); ok {
			r.message = m
		}
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fillLabels gives every label of a path a value.
func fillLabels(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "x"
		}
	}
	return strings.Join(parts, "/")
}
