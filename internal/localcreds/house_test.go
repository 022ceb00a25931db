package localcreds

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// fixed is a time with a fraction of a second, which no answer may show.
func fixed() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC) }

// given is a provider whose answer a test sets.
type given struct {
	asked atomic.Int64
	keys  aws.Credentials
	err   error
}

func (g *given) Retrieve(context.Context) (aws.Credentials, error) {
	g.asked.Add(1)
	return g.keys, g.err
}

func role() aws.Credentials {
	return aws.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secretOfTheKey", SessionToken: "token/of+the=session", AccountID: "123456789012", CanExpire: true,
		Expires: fixed().Add(time.Hour),
	}
}

// house is a server on a real listener.
type house struct {
	*Server
	provider *given
	failures atomic.Int64
	address  *net.TCPAddr
	end      func() error // ends the server and gives what Serve gave
}

func newHouse(t *testing.T, metadata *Metadata) *house {
	t.Helper()
	h := &house{provider: &given{keys: role()}}
	var err error
	h.Server, err = New(Config{Provider: h.provider, Region: "eu-west-1", Metadata: metadata, Now: fixed, Random: rand.Reader, Failed: func(error) { h.failures.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = l.Addr().(*net.TCPAddr)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, l) }()
	h.end = func() error {
		cancel()
		err := <-served
		served <- err
		return err
	}
	t.Cleanup(func() {
		if err := h.end(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return h
}

// answer is a response whose body has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

// send puts a request on the wire as it is written: "$HOST" stands for the listener's address and "$TOKEN" for the bearer token.
func (h *house) send(t *testing.T, request string) answer {
	t.Helper()
	c, err := net.DialTCP("tcp", nil, h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	request = strings.NewReplacer("$HOST", h.address.String(), "$TOKEN", string(h.token)).Replace(strings.TrimLeft(request, "\n"))
	if _, err := io.WriteString(c, strings.ReplaceAll(request, "\n", "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{r.StatusCode, r.Header, string(b)}
}

// members reads a JSON object of texts.
func (a answer) members(t *testing.T) map[string]string {
	t.Helper()
	if kind := a.header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type is %q", kind)
	}
	out := map[string]string{}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("%q: %v", a.body, err)
	}
	return out
}
