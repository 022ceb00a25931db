package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	noPEM    = "Unable to parse certificate. Please ensure the certificate is in PEM format."
	noKey    = "Invalid Private Key."
	mismatch = "The private key does not match the public key of the certificate."
	badChain = "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any " +
		"intermediaries in order. The index within the chain of the invalid certificate is: "
)

func TestReadSigning(t *testing.T) {
	now := iamtest.Start
	good := fresh256(t)
	with := func(s span) string { return issue(t, "x", good.key, nil, false, s).body() }
	tests := []struct {
		name, body string
		want       *wire.ErrorType // nil is a good one
	}{
		{"P-256", good.body(), nil},
		{"P-521", issue(t, "x", ecKey(t, elliptic.P521()), nil, false, around()).body(), nil},
		{"RSA", issue(t, "x", rsaKey(t, 2048), nil, false, around()).body(), nil},
		{"with space around", "\r\n " + strings.ReplaceAll(good.body(), "\n", "\r\n") + "\t", nil},
		{"first moment", with(span{now.Truncate(time.Second), now.Add(time.Hour)}), nil},
		{"last second", with(span{now.Add(-time.Hour), now.Truncate(time.Second).Add(time.Second)}), nil},
		{"expired", with(span{now.Add(-time.Hour), now.Add(-time.Second)}), iamapi.InvalidCertificateException},
		{"not yet", with(span{now.Add(time.Second), now.Add(time.Hour)}), iamapi.InvalidCertificateException},
		{"weak RSA", issue(t, "x", rsaKey(t, 1024), nil, false, around()).body(), iamapi.InvalidCertificateException},
		{"weak curve", issue(t, "x", ecKey(t, elliptic.P224()), nil, false, around()).body(), iamapi.InvalidCertificateException},
		{"Ed25519", issue(t, "x", edKey(t), nil, false, around()).body(), iamapi.InvalidCertificateException},
		{"none", "", iamapi.MalformedCertificateException},
		{"text", "certificate", iamapi.MalformedCertificateException},
		{"text before", "Certificate:\n" + good.body(), iamapi.MalformedCertificateException},
		{"text after", good.body() + "x", iamapi.MalformedCertificateException},
		{"two", good.body() + good.body(), iamapi.MalformedCertificateException},
		{"key", good.pkcs8(t), iamapi.MalformedCertificateException},
		{"request", encode("CERTIFICATE REQUEST", good.cert.Raw), iamapi.MalformedCertificateException},
		{"cut DER", encode("CERTIFICATE", good.cert.Raw[:100]), iamapi.MalformedCertificateException},
		{"more DER", encode("CERTIFICATE", append(bytes.Clone(good.cert.Raw), 0)), iamapi.MalformedCertificateException},
		{"broken block before", strings.Replace(good.body(), "M", "!", 1) + good.body(), iamapi.MalformedCertificateException},
		{"DER", string(good.cert.Raw), iamapi.MalformedCertificateException},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := readSigning(tt.body, now)
			if tt.want != nil {
				iamtest.Fails(t, err, tt.want, "")
			} else if err != nil || c == nil {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestReadServerKeys(t *testing.T) {
	now := iamtest.Start
	ec := fresh256(t)
	rs := issue(t, "example.org", rsaKey(t, 2048), nil, false, around())
	sec1, err := x509.MarshalECPrivateKey(ec.key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs.key.(*rsa.PrivateKey)))
	params := encode("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7})
	encrypted := string(pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: make([]byte, 64),
	}))
	tests := []struct {
		name string
		cert *pair
		key  string
		want *wire.ErrorType
		text string
	}{
		{"PKCS #8, EC", ec, ec.pkcs8(t), nil, ""},
		{"PKCS #8, RSA", rs, rs.pkcs8(t), nil, ""},
		{"PKCS #1", rs, pkcs1, nil, ""},
		{"SEC 1", ec, encode("EC PRIVATE KEY", sec1), nil, ""},
		{"SEC 1 with parameters", ec, params + encode("EC PRIVATE KEY", sec1), nil, ""},
		{"of another EC certificate", ec, fresh256(t).pkcs8(t), iamapi.KeyPairMismatchException, mismatch},
		{"of another kind", ec, pkcs1, iamapi.KeyPairMismatchException, mismatch},
		{"encrypted", rs, encrypted, iamapi.MalformedCertificateException, noKey},
		{"encrypted PKCS #8", rs, encode("ENCRYPTED PRIVATE KEY", make([]byte, 64)), iamapi.MalformedCertificateException, noKey},
		{"certificate", ec, ec.body(), iamapi.MalformedCertificateException, noKey},
		{"two", ec, ec.pkcs8(t) + ec.pkcs8(t), iamapi.MalformedCertificateException, noKey},
		{"parameters alone", ec, params, iamapi.MalformedCertificateException, noKey},
		{"wrong label", ec, encode("RSA PRIVATE KEY", sec1), iamapi.MalformedCertificateException, noKey},
		{"garbage", ec, encode("PRIVATE KEY", []byte("hello")), iamapi.MalformedCertificateException, noKey},
		{"too long", ec, encode("PRIVATE KEY", make([]byte, mostKeyDER+1)), iamapi.MalformedCertificateException, noKey},
		{"weak", ec, issue(t, "x", rsaKey(t, 1024), nil, false, around()).pkcs8(t), iamapi.MalformedCertificateException, noKey},
		{"Ed25519", ec, issue(t, "x", edKey(t), nil, false, around()).pkcs8(t), iamapi.MalformedCertificateException, noKey},
		{"none", ec, "", iamapi.MalformedCertificateException, noKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readServer(tt.cert.body(), tt.key, nil, now)
			if tt.want != nil {
				iamtest.Fails(t, err, tt.want, tt.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			back, err := x509.ParsePKCS8PrivateKey(got.key)
			if err != nil || !got.certificate.Equal(tt.cert.cert) || !tt.cert.key.(interface {
				Equal(x crypto.PrivateKey) bool
			}).Equal(back) {
				t.Errorf("the key that is kept is another one: %v", err)
			}
		})
	}
}

func TestReadServerCertificates(t *testing.T) {
	now := iamtest.Start
	good := fresh256(t)
	for name, p := range map[string]*pair{
		"expired": issue(t, "x", good.key, nil, false, span{now.Add(-time.Hour), now.Add(-time.Second)}),
		"not yet": issue(t, "x", good.key, nil, false, span{now.Add(time.Second), now.Add(time.Hour)}),
		"weak":    issue(t, "x", rsaKey(t, 1024), nil, false, around()),
		"Ed25519": issue(t, "x", edKey(t), nil, false, around()),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readServer(p.body(), p.pkcs8(t), nil, now)
			iamtest.Fails(t, err, iamapi.MalformedCertificateException, "")
		})
	}
	_, err := readServer(good.body()+good.body(), good.pkcs8(t), nil, now)
	iamtest.Fails(t, err, iamapi.MalformedCertificateException, noPEM)
}

func TestChain(t *testing.T) {
	now := iamtest.Start
	root := issue(t, "root", ecKey(t, elliptic.P384()), nil, true, around())
	middle := issue(t, "middle", ecKey(t, elliptic.P256()), root, true, around())
	late := issue(t, "middle", middle.key, root, true, span{now.Add(-2 * time.Hour), now.Add(-time.Hour)})
	namesake := issue(t, "middle", ecKey(t, elliptic.P256()), root, true, around())
	noCA := issue(t, "middle", middle.key, root, false, around())
	leaf := issue(t, "example.org", ecKey(t, elliptic.P256()), middle, false, around())
	many := make([]*pair, mostBlocks+1)
	for i := range many {
		many[i] = middle
	}
	tests := []struct {
		name  string
		chain *string
		want  string // message; empty is a good one
	}{
		{"none", nil, ""},
		{"immediate signer", chain(middle), ""},
		{"up to the root", chain(middle, root), ""},
		{"without the signer", chain(root), badChain + "-1"},
		{"in the wrong order", chain(root, middle), badChain + "-1"},
		{"itself", chain(leaf), badChain + "-1"},
		{"with itself first", chain(leaf, middle, root), badChain + "-1"},
		{"a namesake of the signer", chain(namesake), badChain + "-1"},
		{"a signer that is no authority", chain(noCA), badChain + "-1"},
		{"an expired signer", chain(late), badChain + "-1"},
		{"a stranger at the end", chain(middle, fresh256(t)), badChain + "0"},
		{"the signer twice", chain(middle, middle), badChain + "0"},
		{"too many", chain(many...), noPEM},
		{"empty", ptr(""), noPEM},
		{"text", ptr("Certificate: " + middle.body()), noPEM},
		{"a key", ptr(middle.body() + middle.pkcs8(t)), noPEM},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readServer(leaf.body(), leaf.pkcs8(t), tt.chain, now)
			if tt.want != "" {
				iamtest.Fails(t, err, iamapi.MalformedCertificateException, tt.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// FuzzReadPEM holds what is accepted to be blocks and space alone: written again it is the same text, but for space and line ends.
func FuzzReadPEM(f *testing.F) {
	body := encode("CERTIFICATE", []byte("some bytes that are longer than one line of a PEM block has room for"))
	for _, seed := range []string{body, body + "\n\n" + body, "x" + body, body + "x", strings.Replace(body, "E-----", "E-----x", 1), "-----BEGIN A-----\n-----END A-----"} {
		f.Add(seed)
	}
	squeeze := func(s string) string {
		return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\v", "", "\f", "", "\u0085", "", "\u00a0", "", "=", "").Replace(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		blocks, err := readPEM(text)
		if err != nil {
			return
		}
		if len(blocks) == 0 || len(blocks) > mostBlocks {
			t.Fatalf("%d blocks", len(blocks))
		}
		var again strings.Builder
		for _, b := range blocks {
			if len(b.Headers) > 0 {
				t.Fatal("a block with headers")
			}
			again.WriteString(encode(b.Type, b.Bytes))
		}
		if a, b := squeeze(again.String()), squeeze(text); len(a) != len(b) {
			t.Fatalf("%q became %q", b, a)
		}
	})
}

// FuzzReadKey holds what is accepted to be a key that can be written and read again.
func FuzzReadKey(f *testing.F) {
	p := fresh256(f)
	der, err := x509.MarshalECPrivateKey(p.key.(*ecdsa.PrivateKey))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.pkcs8(f))
	f.Add(encode("EC PRIVATE KEY", der))
	f.Add(encode("RSA PRIVATE KEY", der))
	f.Fuzz(func(t *testing.T, text string) {
		key, err := readKey(text)
		if err != nil {
			iamtest.Fails(t, err, iamapi.MalformedCertificateException, noKey)
			return
		}
		out, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readKey(encode("PRIVATE KEY", out)); err != nil || !strong(key.Public()) {
			t.Fatalf("the key does not read again: %v", err)
		}
	})
}
