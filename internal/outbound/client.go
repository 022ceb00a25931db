package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Why a request was not made, or its answer not taken. Errors match one of these, or are a failure of the network.
var (
	ErrURL     = errors.New("outbound: want an http or https URL with a host and without a user")
	ErrAddress = errors.New("outbound: the address may not be reached")
	ErrTooLong = errors.New("outbound: the answer is too long")
	ErrStatus  = errors.New("outbound: the answer is not 200")
)

// Bounds where Config states none.
const (
	defaultTimeout = 10 * time.Second
	defaultMaxBody = 1 << 20
	maxHeader      = 64 << 10
)

// Config is what a client needs. The zero value reaches public addresses over TLS.
type Config struct {
	Allow    []netip.Prefix   // addresses beside the public ones, which may also be reached without TLS
	Timeout  time.Duration    // of one request with its answer; 0 is ten seconds
	MaxBody  int64            // bytes of an answer; 0 is 1 MiB
	RootCAs  *x509.CertPool   // nil: the system's
	Resolver *net.Resolver    // nil: the system's
	Now      func() time.Time // clock that certificates are judged by; nil: the system's
}

// Client makes requests. It is safe for concurrent use.
type Client struct {
	timeout time.Duration
	maxBody int64
	plain   *http.Transport
	secure  *http.Transport
}

// New makes a client. It opens nothing.
func New(c Config) *Client {
	r := newRules(c.Allow)
	client := &Client{timeout: c.Timeout, maxBody: c.MaxBody}
	if client.timeout <= 0 {
		client.timeout = defaultTimeout
	}
	if client.maxBody <= 0 {
		client.maxBody = defaultMaxBody
	}
	client.plain = c.transport(&r, false, client.timeout)
	client.secure = c.transport(&r, true, client.timeout)
	return client
}

// transport makes the door for one scheme. Whether TLS is spoken decides about addresses, so each scheme has its own connections. Connecting has time
// limits of its own, because the transport goes on with a connection after the request that wanted it was given up: whoever accepts connections and then
// says nothing would otherwise hold every one of them for good.
func (c *Config) transport(r *rules, secure bool, timeout time.Duration) *http.Transport {
	dialer := &net.Dialer{
		Timeout:  timeout,
		Resolver: c.Resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !r.may(at.Addr(), secure) {
				return ErrAddress
			}
			return nil
		},
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    timeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs, Time: c.Now},
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        30 * time.Second,
	}
}

// Close closes connections that are kept for further requests.
func (c *Client) Close() {
	c.plain.CloseIdleConnections()
	c.secure.CloseIdleConnections()
}

// Do makes one request and reads its whole answer, whatever the status; a redirect is an answer like any other. The time limit is the client's
// or the end of ctx, whichever is earlier: then the error matches context.DeadlineExceeded.
func (c *Client) Do(ctx context.Context, r *http.Request) (status int, header http.Header, body []byte, err error) {
	if r.URL == nil || r.URL.Host == "" || r.URL.Hostname() == "" || r.URL.User != nil {
		return 0, nil, nil, ErrURL
	}
	door := c.secure
	switch r.URL.Scheme {
	case "https":
	case "http":
		door = c.plain
	default:
		return 0, nil, nil, ErrURL
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r = r.WithContext(ctx)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	answer, err := door.RoundTrip(r) // a Client of net/http would follow redirects, and its errors hold the URL
	if err != nil {
		return 0, nil, nil, failure(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }() // what was read is complete, or its error is returned
	body, err = io.ReadAll(io.LimitReader(answer.Body, c.maxBody+1))
	if err != nil {
		return 0, nil, nil, failure(ctx, err)
	}
	if int64(len(body)) > c.maxBody {
		return 0, nil, nil, ErrTooLong
	}
	return answer.StatusCode, answer.Header, body, nil
}

// failure tells a time limit from other failures of the network, however the network puts it.
func failure(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("outbound: %w", ended)
	}
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		return fmt.Errorf("outbound: %w", context.DeadlineExceeded)
	}
	return fmt.Errorf("outbound: %w", err)
}

// Get gives the document at a URL. Errors match ErrStatus when the answer is not 200.
func (c *Client) Get(ctx context.Context, url string) (body []byte, header http.Header, err error) {
	r, err := request(ctx, http.MethodGet, url, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	status, header, body, err := c.Do(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	if status != http.StatusOK {
		return nil, nil, fmt.Errorf("%w but %d", ErrStatus, status)
	}
	return body, header, nil
}

// Post sends a body and gives the answer, whatever its status. header may be nil.
func (c *Client) Post(ctx context.Context, url string, header map[string]string, body []byte) (status int, answer []byte, err error) {
	r, err := request(ctx, http.MethodPost, url, header, body)
	if err != nil {
		return 0, nil, err
	}
	status, _, answer, err = c.Do(ctx, r)
	return status, answer, err
}

// request makes a request whose error does not repeat the URL.
func request(ctx context.Context, method, url string, header map[string]string, body []byte) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return nil, ErrURL
	}
	r.Header.Set("User-Agent", "Mayfly")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r, nil
}
