package doctor

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// to is a transport whose connections all go to one address, whatever the name.
func to(addr string, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, n, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, n, addr)
		},
	}
}

// closed is an address at which nobody listens.
func closed(t *testing.T) string {
	l := listen(t)
	_ = l.Close()
	return l.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// mute takes connections and does with them what it is told, once for each.
func mute(t *testing.T, with func(net.Conn)) string {
	l := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go with(c)
		}
	}()
	return l.Addr().String()
}

// certificate makes one for a name and its authority.
func authorityOf(t *testing.T, name string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example\x1b[31m Root"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, DNSNames: []string{name},
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func secure(t *testing.T, c tls.Certificate) string {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func plain(t *testing.T, status int, header ...string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// TestEndpointTellsTheStep: what fails is told by its step, with what to do.
func TestEndpointTellsTheStep(t *testing.T) {
	good, roots := authorityOf(t, "id.example.com", time.Now().Add(time.Hour))
	old, oldRoots := authorityOf(t, "id.example.com", time.Now().Add(-time.Hour))
	https := secure(t, good)
	failing := func(err error) *http.Transport {
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
	}
	for _, c := range []struct {
		name, url string
		transport http.RoundTripper
		aws       bool
		state     State
		says, fix string
	}{
		{"well", "https://id.example.com", to(https, roots), false, OK, "id.example.com answers", ""},
		{"no URL", "ftp://id.example.com", to(https, roots), false, Fail, "is no http(s) URL", "correct the endpoint"},
		{"no name", "https://no.example.com", failing(&net.DNSError{Name: "no.example.com", IsNotFound: true}), false, Fail, "the name no.example.com is not known", "correct the endpoint"},
		{"no name server", "https://no.example.com", failing(&net.DNSError{Name: "no.example.com", IsTimeout: true}), false, Fail, "the name server does not answer", "network"},
		{"broken name server", "https://no.example.com", failing(&net.DNSError{Name: "no.example.com", IsTemporary: true}), false, Fail, "cannot be looked up", "network"},
		{"refused", "https://id.example.com", to(closed(t), roots), false, Fail, "does not accept a connection at port 443: connection refused", "see that the server runs"},
		{"no TLS", "https://id.example.com", to(plain(t, 200), roots), false, Fail, "speaks no TLS", "correct the port"},
		{"unknown authority", "https://id.example.com", to(https, x509.NewCertPool()), false, Fail, "does not know: Example[31m Root", "AWS_CA_BUNDLE"},
		{"other name", "https://other.example.com", to(https, roots), false, Fail, "not for this name", "correct the endpoint"},
		{"old certificate", "https://id.example.com", to(secure(t, old), oldRoots), false, Fail, "has ended or has not begun", "clock"},
		{"TLS broken off", "https://id.example.com", to(mute(t, func(c net.Conn) { _ = c.Close() }), roots), false, Fail, "breaks off TLS", "TLS"},
		{"no HTTP", "http://localhost", to(mute(t, func(c net.Conn) {
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = c.Write([]byte("220 hello\r\n"))
			_ = c.Close()
		}), nil), false, Fail, "does not answer as HTTP does", "port"},
		{"out of order", "http://localhost", to(plain(t, 503), nil), false, Fail, "answers with status 503", "server"},
		{"refusing", "http://localhost", to(plain(t, 403), nil), false, OK, "localhost answers", ""},
		{"elsewhere", "http://localhost", to(plain(t, 301, "Location", "https://id.example.com/x?q=Canary"), nil), false, Warn, "sends to another address", "make https://id.example.com the endpoint"},
		{"nowhere", "http://localhost", to(plain(t, 302, "Location", "/login"), nil), false, Warn, "sends to another address", "where it sends to"},
		{"AWS sends browsers away", "http://localhost", to(plain(t, 302, "Location", "https://aws.amazon.com/iam"), nil), true, OK, "answers", ""},
		{"in the clear", "http://id.example.com", to(plain(t, 200), nil), false, Warn, "without TLS", "certificate"},
		{"loopback in the clear", "http://[::1]:80", to(plain(t, 200), nil), false, OK, "answers", ""},
		{"unknown error", "http://localhost", failing(fmt.Errorf("dial user:Canary@proxy")), false, Fail, "cannot be reached", "proxies"},
	} {
		w := web(c.transport)
		got := one(t, Endpoint(t.Context(), w, Target{"sts", c.url, c.aws}))
		if got.State != c.state || got.Name != "endpoint sts" || !strings.Contains(got.Says, c.says) || !strings.Contains(got.Fix, c.fix) || (c.fix == "") != (got.Fix == "") {
			t.Errorf("%s: %+v", c.name, got)
		}
		secretive(t, []Check{got})
	}
}

// TestEndpointTellsWhichStepIsSlow: a step under way when the time is over is the one that is told.
func TestEndpointTellsWhichStepIsSlow(t *testing.T) {
	for _, c := range []struct {
		url, says string
		reached   func(done func()) http.RoundTripper
	}{
		{"https://id.example.com", "does not go on to TLS in time", func(done func()) http.RoundTripper {
			return to(mute(t, func(c net.Conn) { _, _ = bufio.NewReader(c).ReadByte(); done() }), nil) // the first byte of a ClientHello
		}},
		{"http://id.example.com", "takes the request and does not answer in time", func(done func()) http.RoundTripper {
			return to(mute(t, func(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)); done() }), nil)
		}},
	} {
		ctx, expire := context.WithCancelCause(t.Context())
		w := web(c.reached(func() { expire(context.DeadlineExceeded) }))
		wants(t, Endpoint(&expired{ctx}, w, Target{"sts", c.url, false}), Fail, c.says)
	}
	for at, says := range map[step]string{stepStart: "no address in time", stepName: "no address in time", stepConnect: "does not accept a connection in time"} {
		if e := overdue(at); !strings.Contains(e.says, says) || e.fix == "" {
			t.Errorf("%d: %+v", at, e)
		}
	}
}

// expired is a context whose end counts as that of its time, so that a test need not wait.
type expired struct{ context.Context }

func (e *expired) Err() error {
	if e.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

// TestProxyIsTold: which way endpoints are reached, and what is wrong with it, without the password.
func TestProxyIsTold(t *testing.T) {
	denying := plain(t, http.StatusProxyAuthRequired)
	through := func(proxy string) *Web {
		u, err := url.Parse("http://user:" + canary + "@" + proxy)
		if err != nil {
			t.Fatal(err)
		}
		w := web(&http.Transport{Proxy: http.ProxyURL(u)})
		w.Getenv = func(name string) string { return map[string]string{"HTTPS_PROXY": u.String()}[name] }
		return w
	}
	targets := []Target{{Service: "sts", URL: "https://sts.eu-west-1.amazonaws.com"}}
	for _, proxy := range []string{denying, closed(t)} {
		w := through(proxy)
		checks := append(Endpoint(t.Context(), w, targets[0]), Proxies(w, targets)...)
		wants(t, checks, Fail, "by the proxy that the environment names")
		wants(t, checks, OK, "is reached by the proxy "+proxy)
		wants(t, checks, Warn, "NO_PROXY does not name 127.0.0.1")
		secretive(t, checks)
	}
	broken := "http://user:" + canary + "@["
	bad := web(&http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(broken) }})
	bad.Getenv = func(name string) string {
		return map[string]string{"http_proxy": "x", "HTTP_PROXY": "y", "NO_PROXY": "example.com, 127.0.0.1"}[name]
	}
	checks := append(Proxies(bad, targets), Endpoint(t.Context(), bad, targets[0])...)
	wants(t, checks, Fail, "cannot be read as a URL")
	wants(t, checks, Warn, "HTTP_PROXY and http_proxy differ")
	wants(t, checks, Fail, "cannot be reached")
	secretive(t, checks)
	if len(checks) != 3 {
		t.Errorf("%+v", checks)
	}
	wants(t, Proxies(web(nil), targets), OK, "names no proxy")
	direct := web(&http.Transport{})
	direct.Getenv = func(name string) string { return map[string]string{"ALL_PROXY": "socks5://x", "no_proxy": "*"}[name] }
	if got := one(t, Proxies(direct, targets)); got.Says != "sts.eu-west-1.amazonaws.com is reached directly" {
		t.Error(got)
	}
}

// TestCertificates: files of authorities that the environment names can be read, or are told; and what is said of a missing authority says which were.
func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	c, _ := authorityOf(t, "id.example.com", time.Now().Add(time.Hour))
	good := write(t, filepath.Join(dir, "good.pem"), "# ours\n"+string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})))
	empty := write(t, filepath.Join(dir, "empty.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte(canary)})))
	missing := filepath.Join(dir, "missing.pem")
	for _, c := range []struct {
		env      map[string]string
		profile  string
		state    State
		says     string
		how, not string
	}{
		{nil, "", OK, "authorities of the system", "AWS_CA_BUNDLE", "names now"},
		{map[string]string{"AWS_CA_BUNDLE": good}, "", OK, "AWS_CA_BUNDLE names " + good, "AWS_CA_BUNDLE names now can be read, and does not have it", "cannot"},
		{map[string]string{"SSL_CERT_FILE": good}, "", OK, "SSL_CERT_FILE names", "SSL_CERT_FILE names now can be read, and does not have it", "cannot"},
		{map[string]string{"AWS_CA_BUNDLE": missing}, "", Fail, "cannot be read: no such file", "AWS_CA_BUNDLE names now cannot be read", "does not have it"},
		{map[string]string{"SSL_CERT_FILE": empty}, "", Fail, "holds no certificate", "names now holds no certificate", "can be read"},
		{map[string]string{"AWS_CA_BUNDLE": dir}, "", Fail, "is a directory", "is a directory", ""},
		{map[string]string{"SSL_CERT_DIR": dir + ":" + missing}, "", Warn, missing + ", which SSL_CERT_DIR names", "", "names now"},
		{nil, "[default]\nca_bundle = " + missing, Fail, "ca_bundle of profile default", "", "names now"},
	} {
		s := shared(environment(t, c.profile, ""))
		p, _ := s.Profile("default")
		w := web(nil)
		w.Getenv = func(name string) string { return c.env[name] }
		checks := Certificates(w.Getenv, p)
		wants(t, checks, c.state, c.says)
		secretive(t, checks)
		if how := w.trust(); !strings.Contains(how, c.how) || c.not != "" && strings.Contains(how, c.not) {
			t.Errorf("%v: %s", c.env, how)
		}
	}
	named := func(name string) string { return map[string]string{"SSL_CERT_FILE": good}[name] }
	if how := (&Web{Getenv: named, GOOS: "darwin"}).trust(); strings.Contains(how, "SSL_CERT_FILE") {
		t.Error("macOS does not read SSL_CERT_FILE:", how)
	}
}
