package certificate

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	annID = "AIDAAAAAAAAAAAAAAAAAA"
	bobID = "AIDABBBBBBBBBBBBBBBBB"
)

type house struct {
	*Service
	*iamtest.World
	root context.Context
	self context.Context // the user ann
}

// newHouse has the users ann and bob.
func newHouse(t testing.TB) *house {
	t.Helper()
	w := iamtest.New(t)
	err := w.DB.Update(t.Context(), func(x store.Writer) error {
		for id, name := range map[string]string{annID: "ann", bobID: "bob"} {
			if err := record.Users.Insert(t.Context(), x, &record.User{ID: id, Account: iamtest.Account, Name: name, Path: "/"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := record.ARN(iamtest.Account, "user", "/", "ann")
	return &house{
		Service: New(Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}), World: w, root: iamtest.Root(iamtest.Account),
		self: iamtest.As(iamtest.UserPrincipal(iamtest.Account, annID, arn, "ann"), "ListSigningCertificates"),
	}
}

func ptr[T any](v T) *T { return &v }

// pair is a certificate with its key.
type pair struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func ecKey(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKey(t testing.TB, bits int) crypto.Signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func edKey(t testing.TB) crypto.Signer {
	t.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// span is when a certificate of a test is valid.
type span struct{ from, to time.Time }

func around() span {
	return span{iamtest.Start.Add(-time.Hour), iamtest.Start.Add(24 * time.Hour)}
}

// issue makes a certificate for a key; without a parent it signs itself.
func issue(t testing.TB, name string, key crypto.Signer, parent *pair, ca bool, s span) *pair {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: s.from, NotAfter: s.to, IsCA: ca, BasicConstraintsValid: true,
	}
	if ca {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	by, signer := template, key
	if parent != nil {
		by, signer = parent.cert, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{key, cert}
}

// fresh256 makes a certificate that signs itself, valid now.
func fresh256(t testing.TB) *pair {
	t.Helper()
	return issue(t, "example.org", ecKey(t, elliptic.P256()), nil, false, around())
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func (p *pair) body() string { return encode("CERTIFICATE", p.cert.Raw) }

func (p *pair) pkcs8(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return encode("PRIVATE KEY", der)
}

func chain(pairs ...*pair) *string {
	var b strings.Builder
	for _, p := range pairs {
		b.WriteString(p.body())
	}
	return ptr(b.String())
}
