package doctor

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Target is an endpoint that a client needs.
type Target struct {
	Service string // such as "sts"
	URL     string // base URL
	AWS     bool   // one of AWS's own, some of which answer a browser with a redirect
}

// host is the endpoint's name for people.
func (t Target) host() string {
	if u, err := url.Parse(t.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return t.Service
}

// Web is how endpoints are reached.
type Web struct {
	HTTP   *http.Client // that of the commands: its transport has the proxy and the certificates
	Getenv func(string) string
	GOOS   string // as runtime.GOOS names it
	Now    func() time.Time
}

// answer is what is of interest in one.
type answer struct {
	from, to time.Time
	date     time.Time
	cached   bool
	status   int
	location string
}

// mostAnswer is how much of an answer is read.
const mostAnswer = 64 << 10

// ask sends an unsigned GET over a connection of its own, and follows no redirect.
func (w *Web) ask(ctx context.Context, t Target) (*answer, error) {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &stuckError{says: "is no http(s) URL", fix: "correct the endpoint of the configuration"}
	}
	p := &progress{}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, p.trace()), http.MethodGet, u.Scheme+"://"+u.Host+"/", nil)
	if err != nil {
		return nil, &stuckError{says: "is no http(s) URL", fix: "correct the endpoint of the configuration"}
	}
	client := w.apart()
	a := &answer{from: w.Now()}
	resp, err := client.Do(r)
	if err != nil {
		return nil, w.stuck(err, p.now(), u)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, mostAnswer)) // what it says does not matter
	a.to, a.status, a.date, a.cached, a.location = w.Now(), resp.StatusCode, dateOf(resp.Header), resp.Header.Get("Age") != "", resp.Header.Get("Location")
	return a, nil
}

// apart is a client that has no connection yet, so that every request shows and takes all steps. It follows no redirect.
func (w *Web) apart() *http.Client {
	client := *w.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if t, ok := transport(w.HTTP).(*http.Transport); ok {
		own := t.Clone()
		own.DisableKeepAlives = true
		client.Transport = own
	}
	return &client
}

// lazy is a transport that is made for the first request.
type lazy interface {
	Open() (http.RoundTripper, error)
}

func transport(c *http.Client) http.RoundTripper {
	if c.Transport == nil {
		return http.DefaultTransport
	}
	if l, ok := c.Transport.(lazy); ok {
		if t, err := l.Open(); err == nil {
			return t
		}
	}
	return c.Transport
}

// step is how far a request has come.
type step int

const (
	stepStart step = iota
	stepName
	stepConnect
	stepTLS
	stepAnswer
)

// progress follows a request. Attempts to connect run side by side.
type progress struct {
	mu sync.Mutex
	at step
}

func (p *progress) reach(s step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = max(p.at, s)
}

func (p *progress) now() step {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { p.reach(stepName) },
		ConnectStart:      func(string, string) { p.reach(stepConnect) },
		TLSHandshakeStart: func() { p.reach(stepTLS) },
		GotConn:           func(httptrace.GotConnInfo) { p.reach(stepAnswer) },
	}
}

// Endpoint finds whether an endpoint can be reached, and if not, which step fails.
func Endpoint(ctx context.Context, w *Web, t Target) []Check {
	name := "endpoint " + t.Service
	a, err := w.ask(ctx, t)
	if err != nil {
		var e *stuckError
		if !errors.As(err, &e) {
			e = &stuckError{says: "cannot be reached"}
		}
		return []Check{fail(name, t.host()+" "+e.says, e.fix)}
	}
	switch {
	case a.status >= http.StatusInternalServerError:
		return []Check{fail(name, t.host()+" answers with status "+strconv.Itoa(a.status), "see how the server is")}
	case !t.AWS && a.status/100 == 3 && a.location != "":
		return []Check{warn(name, t.host()+" sends to another address, which clients do not follow", "make "+place(a.location)+" the endpoint of the session")}
	case strings.HasPrefix(t.URL, "http://") && !local(t.host()):
		return []Check{warn(name, t.host()+" answers without TLS: whoever is in between reads tokens and credentials", "give the server a certificate, and the session an https endpoint")}
	}
	return []Check{ok(name, t.host()+" answers")}
}

// place takes an address that a server gives down to scheme and host.
func place(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return "where it sends to"
	}
	return u.Scheme + "://" + u.Host
}

// local reports whether a host is this machine.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}
