package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// Bounds on the modulus of an RSA key, in bits. The upper one keeps the work of one signature small.
const (
	leastModulus = 2048
	mostModulus  = 8192
)

// mostKeyDER bounds a private key before it is read, in bytes: reading one that is longer takes long, and RSA with 8192 bits is shorter.
const mostKeyDER = 5000

// strong takes RSA keys of a usual size and keys on the curves P-256, P-384 and P-521.
func strong(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		n := k.N.BitLen()
		return k.N.Sign() > 0 && k.N.Bit(0) == 1 && n >= leastModulus && n <= mostModulus && k.E >= 3 && k.E%2 == 1
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256() || k.Curve == elliptic.P384() || k.Curve == elliptic.P521()
	}
	return false
}

// valid reports whether now is in the certificate's time, bounds included (RFC 5280 section 4.1.2.5).
func valid(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// readSigning reads a signing certificate that may be used now.
func readSigning(body string, now time.Time) (*x509.Certificate, error) {
	c, err := readCertificate(body)
	if err != nil {
		return nil, unreadable(err)
	}
	if !valid(c, now) {
		return nil, iamapi.InvalidCertificateException.New("The certificate is expired or not yet valid.")
	}
	if !strong(c.PublicKey) {
		return nil, iamapi.InvalidCertificateException.New("The key of the certificate must be RSA with 2048 to 8192 bits, or on the curve P-256, P-384 or P-521.")
	}
	return c, nil
}

// server is a server certificate whose parts fit together.
type server struct {
	certificate *x509.Certificate
	key         []byte // PKCS #8
}

// readServer reads a server certificate with its private key and its chain; nil is no chain.
func readServer(body, privateKey string, chain *string, now time.Time) (*server, error) {
	c, err := readCertificate(body)
	if err != nil {
		return nil, unreadable(err)
	}
	if !valid(c, now) {
		return nil, malformed("The certificate is expired or not yet valid.")
	}
	if !strong(c.PublicKey) {
		return nil, malformed("The key of the certificate must be RSA with 2048 to 8192 bits, or on the curve P-256, P-384 or P-521.")
	}
	key, err := readKey(privateKey)
	if err != nil {
		return nil, err
	}
	public, ok := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(key.Public()) {
		return nil, iamapi.KeyPairMismatchException.New("The private key does not match the public key of the certificate.")
	}
	if chain != nil {
		if err := checkChain(c, *chain, now); err != nil {
			return nil, err
		}
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return &server{c, der}, err
}

// readKey reads a private key without encryption: PKCS #8 (PRIVATE KEY), PKCS #1 (RSA PRIVATE KEY) or SEC 1 (EC PRIVATE KEY). Before the last
// there may be EC PARAMETERS, which the key holds, too.
func readKey(text string) (crypto.Signer, error) {
	blocks, err := readPEM(text) // a key with a header is encrypted
	if err != nil {
		return nil, invalidKey()
	}
	if len(blocks) == 2 && blocks[0].Type == "EC PARAMETERS" && blocks[1].Type == "EC PRIVATE KEY" {
		blocks = blocks[1:]
	}
	if len(blocks) != 1 || len(blocks[0].Bytes) > mostKeyDER {
		return nil, invalidKey()
	}
	var key any
	switch der := blocks[0].Bytes; blocks[0].Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(der)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(der)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(der)
	default: // ENCRYPTED PRIVATE KEY, too
		return nil, invalidKey()
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok || !strong(signer.Public()) {
		return nil, invalidKey() // the cause stays here: it might hold a part of the key
	}
	return signer, nil
}

// checkChain holds a chain to its order: each certificate is signed by the next, beginning with the server's own.
func checkChain(c *x509.Certificate, text string, now time.Time) error {
	if strings.TrimSpace(text) == "" {
		return unreadable(errPEM)
	}
	chain, err := readCertificates(text)
	if err != nil {
		return unreadable(err)
	}
	child := c
	for i, parent := range chain {
		if !strong(parent.PublicKey) || !valid(parent, now) || child.CheckSignatureFrom(parent) != nil {
			return malformed("Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, "+
				"followed by any intermediaries in order. The index within the chain of the invalid certificate is: %d", i-1)
		}
		child = parent
	}
	return nil
}

func malformed(format string, args ...any) error {
	return iamapi.MalformedCertificateException.New(format, args...)
}

func unreadable(cause error) error {
	return iamapi.MalformedCertificateException.New("Unable to parse certificate. Please ensure the certificate is in PEM format.").Because(cause)
}

func invalidKey() error { return malformed("Invalid Private Key.") }
