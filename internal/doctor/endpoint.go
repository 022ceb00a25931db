package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"os"
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
	r.Close = true // each request is to show all steps
	client := *w.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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

// stuckError says at which step a request got stuck, in words that repeat neither a URL nor the text of an error that is not known: the one of a proxy that
// cannot be read has its password.
type stuckError struct{ says, fix string }

// Error implements error.
func (e *stuckError) Error() string { return e.says }

// stuck finds the words.
func (w *Web) stuck(err error, at step, u *url.URL) *stuckError {
	var name *net.DNSError
	var op *net.OpError
	var record tls.RecordHeaderError
	isOp := errors.As(err, &op)
	if e := w.certificate(err); e != nil {
		return e
	}
	switch {
	case isOp && op.Op == "proxyconnect", isProxyRefusal(err):
		return &stuckError{"cannot be reached by the proxy that the environment names", "correct HTTPS_PROXY or HTTP_PROXY, or put " + u.Hostname() + " into NO_PROXY"}
	case errors.As(err, &name):
		return unnamed(name)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return &stuckError{"speaks no TLS at this port", "correct the port, or the scheme of the endpoint"}
	case errors.Is(err, context.DeadlineExceeded), isOp && op.Timeout():
		return overdue(at)
	case isOp && op.Op == "dial" && op.Err != nil:
		return &stuckError{"does not accept a connection at port " + portOf(u) + ": " + cause(op), "see that the server runs, and that no firewall is in between"}
	case isOp && op.Op == "remote error" && op.Err != nil:
		return &stuckError{"breaks off TLS: " + op.Err.Error(), "see whether the server wants another version of TLS, or a certificate of the client"}
	case at == stepTLS:
		return &stuckError{"breaks off TLS", "see that the server speaks TLS at this port"}
	case at == stepAnswer:
		return &stuckError{"takes the connection and does not answer as HTTP does", "see that the port is that of the server"}
	}
	return &stuckError{"cannot be reached", "see that the server runs, and what the environment says of proxies"}
}

// cause is the text of a system call's error.
func cause(op *net.OpError) string {
	var call *os.SyscallError
	if errors.As(op.Err, &call) {
		return call.Err.Error()
	}
	return "the system refuses"
}

func unnamed(e *net.DNSError) *stuckError {
	switch {
	case e.IsNotFound:
		return &stuckError{"has no address: the name " + e.Name + " is not known", "correct the endpoint or the Region, or see whether the name needs a VPN"}
	case e.IsTimeout:
		return &stuckError{"has no address: the name server does not answer", "see that this machine has a network"}
	}
	return &stuckError{"has no address: the name " + e.Name + " cannot be looked up", "see that this machine has a network and a name server"}
}

// overdue is a step that took too long.
func overdue(at step) *stuckError {
	const network = "see that this machine has a network, and that no firewall is in between"
	switch at {
	case stepStart, stepName:
		return &stuckError{"has no address in time: the name server does not answer", network}
	case stepConnect:
		return &stuckError{"does not accept a connection in time", network}
	case stepTLS:
		return &stuckError{"accepts a connection and does not go on to TLS in time", network}
	}
	return &stuckError{"takes the request and does not answer in time", "see how the server is"}
}

// isProxyRefusal knows the refusals that net/http gives as the text of a proxy's status line alone.
func isProxyRefusal(err error) bool {
	var u *url.Error
	if !errors.As(err, &u) {
		return false
	}
	for _, status := range []int{http.StatusProxyAuthRequired, http.StatusForbidden, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout} {
		if u.Err.Error() == http.StatusText(status) {
			return true
		}
	}
	return false
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
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
