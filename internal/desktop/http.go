package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
)

// mostCertificates bounds a file of certificates.
const mostCertificates = 16 << 20

// HTTP is the way to servers: through the proxy that the environment names, trusting the system's authorities, and those in the file that AWS_CA_BUNDLE names as AWS's own
// programs do. It follows no redirect: requests are signed for where they go. A bundle that cannot be read is an error of each request.
func HTTP(getenv func(string) string) *http.Client {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	path := getenv("AWS_CA_BUNDLE")
	if path == "" {
		return c
	}
	pool, err := bundle(path)
	if err != nil {
		c.Transport = failing{err}
		return c
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	c.Transport = t
	return c
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

// failing answers every request with the error that it is made of.
type failing struct{ error }

// RoundTrip implements http.RoundTripper.
func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.error }
