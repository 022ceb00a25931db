package doctor

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// certificate finds the words for a server whose certificate is not taken; nil when it is not that.
func (w *Web) certificate(err error) *stuckError {
	var e *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var other x509.HostnameError
	switch {
	case !errors.As(err, &e):
		return nil
	case errors.As(err, &unknown):
		says := "has a certificate of an authority that this machine does not know"
		if n := len(e.UnverifiedCertificates); n > 0 {
			says += ": " + authority(e.UnverifiedCertificates[n-1].Issuer)
		}
		return &stuckError{says, w.trust()}
	case errors.As(err, &other):
		return &stuckError{"has a certificate that is not for this name", "correct the endpoint, or the certificate of the server"}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &stuckError{"has a certificate that has ended or has not begun", "renew the certificate of the server; see whether this machine's clock is right"}
	}
	return &stuckError{"has a certificate that is not taken", "see who gave the server its certificate, and for what"}
}

// authority names one for people. What a certificate says may be anything.
func authority(n pkix.Name) string {
	text := n.CommonName
	if text == "" {
		text = n.String()
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
	if len(text) > 200 {
		text = text[:200]
	}
	return text
}

// trust says how a certificate of an authority becomes known. AWS_CA_BUNDLE is read by SDKs of AWS and by this program, which trust nothing else then; without it
// Go, and so this program, reads SSL_CERT_FILE except on macOS and Windows.
func (w *Web) trust() string {
	how := "have the authority's certificate (PEM) in a file that AWS_CA_BUNDLE names: this program and AWS SDKs trust what is in it, and nothing else"
	for _, v := range []string{"AWS_CA_BUNDLE", "SSL_CERT_FILE"} {
		path := w.Getenv(v)
		if path == "" || v == "SSL_CERT_FILE" && (w.GOOS == "darwin" || w.GOOS == "windows") {
			continue
		}
		if trouble := bundle(path); trouble != "" {
			return how + "; the file that " + v + " names now " + trouble
		}
		return how + "; the file that " + v + " names now can be read, and does not have it"
	}
	return how
}

const nameCertificates = "certificates"

// Certificates looks at the files of authorities that the environment and the profile name: AWS_CA_BUNDLE and ca_bundle for AWS SDKs, SSL_CERT_FILE and
// SSL_CERT_DIR for Go and OpenSSL. An SDK whose file cannot be read refuses to start.
func Certificates(getenv func(string) string, p *awsfile.Profile) []Check {
	type named struct{ what, path string }
	files := []named{{"AWS_CA_BUNDLE", getenv("AWS_CA_BUNDLE")}, {"SSL_CERT_FILE", getenv("SSL_CERT_FILE")}}
	if p.Get("ca_bundle") != "" {
		files = append(files, named{"ca_bundle of profile " + p.Name, p.Get("ca_bundle")})
	}
	var out []Check
	for _, f := range files {
		if f.path == "" {
			continue
		}
		if trouble := bundle(f.path); trouble != "" {
			out = append(out, fail(nameCertificates, f.path+", which "+f.what+" names, "+trouble, "correct "+f.what+", or take it away"))
			continue
		}
		out = append(out, ok(nameCertificates, f.what+" names "+f.path))
	}
	for _, dir := range filepath.SplitList(getenv("SSL_CERT_DIR")) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			out = append(out, warn(nameCertificates, dir+", which SSL_CERT_DIR names, is no folder that can be read", "correct SSL_CERT_DIR, or take it away"))
		}
	}
	if len(out) == 0 {
		out = append(out, ok(nameCertificates, "the authorities of the system count"))
	}
	return out
}

// bundle tells why a file of certificates does not serve; empty when it does.
func bundle(path string) string {
	b, err := awsfile.ReadFile(path)
	if err != nil {
		return "cannot be read: " + reason(err)
	}
	for len(b) > 0 {
		var block *pem.Block
		if block, b = pem.Decode(bytes.TrimSpace(b)); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			if _, err := x509.ParseCertificate(block.Bytes); err == nil {
				return ""
			}
		}
	}
	return "holds no certificate in PEM"
}

// reason is why a file cannot be read, without its path.
func reason(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
