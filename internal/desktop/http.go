package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
)

// mostCertificates bounds a file of certificates.
const mostCertificates = 16 << 20

// HTTP is the way to servers: through the proxy that the environment names, trusting the system's authorities, and those in the file that AWS_CA_BUNDLE names as AWS's own
// programs do. It follows no redirect: requests are signed for where they go. A bundle that cannot be read is an error of each request.
func HTTP(getenv func(string) string) *http.Client {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if path := getenv("AWS_CA_BUNDLE"); path != "" {
		c.Transport = &bundled{sync.OnceValues(func() (http.RoundTripper, error) { return trusting(path) })}
	}
	return c
}

// bundled reads the bundle when there is a request: it takes milliseconds, and most commands make none.
type bundled struct {
	open func() (http.RoundTripper, error)
}

// Open gives the transport that requests go through, for who wants to know it.
func (b *bundled) Open() (http.RoundTripper, error) { return b.open() }

// RoundTrip implements http.RoundTripper.
func (b *bundled) RoundTrip(r *http.Request) (*http.Response, error) {
	t, err := b.open()
	if err != nil {
		return nil, err
	}
	return t.RoundTrip(r)
}

func trusting(path string) (http.RoundTripper, error) {
	pool, err := bundle(path)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

// bundle reads certificates of authorities. As AWS's programs have it, they alone are trusted.
func bundle(path string) (*x509.CertPool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New("AWS_CA_BUNDLE: " + err.Error())
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostCertificates))
	if err != nil {
		return nil, errors.New("AWS_CA_BUNDLE: " + err.Error())
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("AWS_CA_BUNDLE: " + path + " has no certificate in PEM")
	}
	return pool, nil
}
