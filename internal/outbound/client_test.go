package outbound

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func client(t *testing.T, c Config) *Client {
	t.Helper()
	made := New(c)
	t.Cleanup(made.Close)
	return made
}

func TestRefusesInsideByDefault(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	if _, _, err := client(t, Config{}).Get(t.Context(), url); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

func TestRefusedURLs(t *testing.T) {
	c := client(t, Config{Allow: loopback()})
	for _, url := range []string{"", "/path", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://:80/", "http://secret@127.0.0.1/", "http://127.0.0.1:x/", "gopher://127.0.0.1", "https:127.0.0.1", "http://[::1", "\x00"} {
		_, _, err := c.Get(t.Context(), url)
		if !errors.Is(err, ErrURL) {
			t.Errorf("%q: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error("the error repeats the URL")
		}
	}
}

func TestGetAndPost(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Cache-Control", "max-age=60")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = io.WriteString(w, r.Method+" "+r.Header.Get("X-Test")+" "+string(body)+" "+r.Header.Get("Accept-Encoding"))
	})
	c := client(t, Config{Allow: loopback()})
	body, header, err := c.Get(t.Context(), url)
	if err != nil || string(body) != "GET   " || header.Get("Cache-Control") != "max-age=60" {
		t.Errorf("%q %v %v", body, header, err)
	}
	status, answer, err := c.Post(t.Context(), url, map[string]string{"X-Test": "1"}, []byte("hello"))
	if err != nil || status != http.StatusAccepted || string(answer) != "POST 1 hello " {
		t.Errorf("%d %q %v", status, answer, err)
	}
}

func TestGetWantsOK(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if _, _, err := client(t, Config{Allow: loopback()}).Get(t.Context(), url+"/?token=secret"); !errors.Is(err, ErrStatus) || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Int32
	target := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	})
	c := client(t, Config{Allow: loopback()})
	status, _, err := c.Post(t.Context(), url, nil, []byte("x"))
	if err != nil || status != http.StatusTemporaryRedirect || reached.Load() != 0 {
		t.Error(status, err, reached.Load())
	}
	if _, _, err := c.Get(t.Context(), url); !errors.Is(err, ErrStatus) || reached.Load() != 0 {
		t.Error(err, reached.Load())
	}
}

func TestSizeIsBounded(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := 100
		if r.URL.Path == "/long" {
			n = 101
		}
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	})
	c := client(t, Config{Allow: loopback(), MaxBody: 100})
	if body, _, err := c.Get(t.Context(), url); err != nil || len(body) != 100 {
		t.Error(len(body), err)
	}
	if body, _, err := c.Get(t.Context(), url+"/long"); !errors.Is(err, ErrTooLong) || body != nil {
		t.Error(len(body), err)
	}
}

func TestTimeIsBounded(t *testing.T) {
	end := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow-body" {
			_, _ = io.WriteString(w, "begin")
			w.(http.Flusher).Flush()
		}
		<-end
	})
	t.Cleanup(func() { close(end) })
	c := client(t, Config{Allow: loopback(), Timeout: 50 * time.Millisecond})
	for _, path := range []string{"/", "/slow-body"} {
		if _, _, err := c.Get(t.Context(), url+path); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTLSIsVerified(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	var unknown x509.UnknownAuthorityError
	if _, _, err := client(t, Config{Allow: loopback(), RootCAs: x509.NewCertPool()}).Get(t.Context(), s.URL); !errors.As(err, &unknown) {
		t.Error(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if body, _, err := client(t, Config{Allow: loopback(), RootCAs: roots}).Get(t.Context(), s.URL); err != nil || string(body) != "ok" {
		t.Errorf("%q %v", body, err)
	}
	late := func() time.Time { return s.Certificate().NotAfter.Add(time.Second) }
	if _, _, err := client(t, Config{Allow: loopback(), RootCAs: roots, Now: late}).Get(t.Context(), s.URL); err == nil {
		t.Error("a certificate that is over passed")
	}
}

// TestEnvironmentProxyIsNotAsked shows that a proxy of the environment sees nothing.
func TestEnvironmentProxyIsNotAsked(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("http_proxy", proxy)
	c := client(t, Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Resolver: resolver(t, "127.0.0.9"), Timeout: time.Second})
	if _, _, err := c.Get(t.Context(), "http://inside.example/"); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

// TestRebinding has a name that points to an allowed address first and to another one afterwards: each connection is checked.
func TestRebinding(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // so that the next request connects again
		_, _ = io.WriteString(w, "ok")
	})
	at, err := netip.ParseAddrPort(strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("tcp4", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.7"), at.Port()).String())
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	t.Cleanup(func() { _ = other.Close() })
	go func() {
		if conn, err := other.Accept(); err == nil {
			t.Error("the second address was reached")
			_ = conn.Close()
		}
	}()
	c := client(t, Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: resolver(t, "127.0.0.1", "127.0.0.7"), Timeout: 5 * time.Second})
	name := "http://" + netip.AddrPortFrom(at.Addr(), at.Port()).String()
	name = strings.Replace(name, "127.0.0.1", "moving.example", 1)
	if body, _, err := c.Get(t.Context(), name); err != nil || string(body) != "ok" {
		t.Fatalf("%q %v", body, err)
	}
	if _, _, err := c.Get(t.Context(), name); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
}

// resolver answers the nth question for an IPv4 address with the nth address, and further ones with the last.
func resolver(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	var asked atomic.Int32
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			var size [2]byte // a connection that is no packet connection is spoken to as over TCP (RFC 1035 section 4.2.2)
			if _, err := io.ReadFull(far, size[:]); err != nil {
				return
			}
			question := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(far, question); err != nil {
				return
			}
			answer := dnsAnswer(question, func() netip.Addr {
				n := min(int(asked.Add(1)), len(addresses))
				return netip.MustParseAddr(addresses[n-1])
			})
			_, _ = far.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		}()
		return near, nil
	}}
}

// dnsAnswer answers a question: an A record for type A, nothing for other types.
func dnsAnswer(question []byte, address func() netip.Addr) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	out := append([]byte{}, question[:end]...)
	out[2], out[3] = 0x85, 0x80      // an answer, with authority
	copy(out[6:12], make([]byte, 6)) // no records yet
	if binary.BigEndian.Uint16(question[end-4:]) == 1 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, address().AsSlice()...)
	}
	return out
}

// TestUnfinishedConnectionsEnd connects to somebody who accepts and then says nothing. The transport goes on with a connection whose request has been
// given up, so the connection needs an end of its own: without one, each request would leave it open for good.
func TestUnfinishedConnectionsEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	ended := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			ended <- err
			return
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err = io.Copy(io.Discard, conn)
		ended <- err
	}()
	c := client(t, Config{Allow: loopback(), Timeout: 100 * time.Millisecond})
	if _, _, err := c.Get(t.Context(), "https://"+listener.Addr().String()+"/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := <-ended; errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
}
